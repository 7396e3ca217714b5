"""`python -m simulators carrier ...` and `python -m simulators phone ...`, one JSON line an event."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import time
from typing import Any

from .behaviours import describe
from .call import CallEndedError, PhoneCall
from .carrier import CallRecord, Carrier
from .phone import RegistrationError, Softphone, answer_after
from .tones import loudest_tones
from .transport import Endpoint, client_tls_context, server_tls_context

EXAMPLES = """examples:
  a carrier on its own loopback address that trusts HQ's address, and shows its calls on port 8070:
    python -m simulators carrier --bind 127.0.30.1 --port 5060 --trust 127.0.10.1 --http-port 8070
  the same with a digest account:
    python -m simulators carrier --bind 127.0.30.1 --account hq:secret
  an agent's phone at a branch that registers and dials a customer for ten seconds:
    python -m simulators phone --user 1001 --domain acme.example --password s --proxy 127.0.20.1:5060 \\
        --bind 127.0.20.11 --tone 440 --dial 13812345678 --talk 10
"""


def emit(event: str, **fields: Any) -> None:
    print(json.dumps({"event": event, "at": round(time.time(), 3), **fields}), flush=True)


def _endpoint(text: str) -> Endpoint:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not host:port")
    return host, int(port)


def _account(text: str) -> tuple[str, str]:
    user, colon, password = text.partition(":")
    if not colon or not user:
        raise argparse.ArgumentTypeError("an account is user:password")
    return user, password


def build_parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("simulators", description=__doc__, epilog=EXAMPLES, formatter_class=raw)
    roles = parser.add_subparsers(dest="role", required=True)
    table = f"what a call does goes by the last three digits dialled:\n{describe()}"
    carrier = roles.add_parser(
        "carrier", help="a carrier's SBC", description=table, epilog=EXAMPLES, formatter_class=raw
    )
    phone = roles.add_parser("phone", help="a softphone", epilog=EXAMPLES, formatter_class=raw)
    for role in (carrier, phone):
        role.add_argument("--bind", default="127.0.0.1", help="local address (default: %(default)s)")
        role.add_argument("--transport", choices=("udp", "tcp", "tls"), default="udp")
        role.add_argument("--tls-certificate", metavar="PEM", help="own certificate")
        role.add_argument("--tls-key", metavar="PEM", help="its key")
        role.add_argument("--tls-ca", metavar="PEM", help="the CA that signed the other side")
    carrier.add_argument("--port", type=int, default=5060, help="SIP port (default: %(default)s)")
    carrier.add_argument("--account", type=_account, action="append", default=[], metavar="USER:PASSWORD")
    carrier.add_argument("--trust", action="append", default=[], metavar="ADDRESS", help="needs no password")
    carrier.add_argument("--realm", default="carrier.example")
    carrier.add_argument("--limit", type=int, default=1000, help="calls at once; more get 503")
    carrier.add_argument("--http-port", type=int, help="serve GET /calls and /healthz on the bind address")
    phone.add_argument("--port", type=int, default=0, help="local SIP port (default: any)")
    phone.add_argument("--user", required=True)
    phone.add_argument("--domain", required=True)
    phone.add_argument("--password", default="")
    phone.add_argument("--proxy", type=_endpoint, metavar="HOST:PORT", help="outbound proxy and registrar")
    phone.add_argument("--tone", type=int, metavar="HZ", help="speak with this tone (default: silence)")
    phone.add_argument("--srtp", action="store_true", help="SDES-SRTP (RFC 4568)")
    phone.add_argument("--expires", type=int, default=300)
    phone.add_argument("--no-register", action="store_true")
    phone.add_argument("--dial", metavar="NUMBER", help="call, talk, hang up and leave")
    phone.add_argument("--talk", type=float, default=5.0, metavar="SECONDS", help="how long to talk after --dial")
    phone.add_argument("--answer-after", type=float, default=1.0, metavar="SECONDS")
    return parser


def _certificate(arguments: argparse.Namespace) -> tuple[str, str] | None:
    if not arguments.tls_certificate:
        return None
    return arguments.tls_certificate, arguments.tls_key or arguments.tls_certificate


async def run_carrier(arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    certificate = _certificate(arguments)
    tls = arguments.transport == "tls"
    if tls and certificate is None:
        print("a carrier on TLS needs --tls-certificate", file=sys.stderr)
        return 2

    def on_event(event: str, record: CallRecord) -> None:
        emit(event, **record.to_json())

    carrier = Carrier(
        arguments.bind,
        arguments.port,
        arguments.transport,
        accounts=dict(arguments.account),
        ip_authentication=arguments.trust,
        realm=arguments.realm,
        limit=arguments.limit,
        server_tls=server_tls_context(certificate) if tls and certificate else None,
        client_tls=client_tls_context(arguments.tls_ca, certificate) if tls else None,
        on_event=on_event,
    )
    async with carrier:
        runner = None
        if arguments.http_port is not None:
            from .carrier_http import serve

            runner = await serve(carrier, arguments.bind, arguments.http_port)
        emit("listening", sip="{}:{}".format(*carrier.address), transport=arguments.transport)
        await stop.wait()
        if runner is not None:
            await runner.cleanup()
    return 0


def _report(event: str, call: PhoneCall) -> None:
    begun = call.invite_at or 0.0
    times = {name: round(at - begun, 4) for name, at in call.times.items()}
    emit(event, state=call.state, final_code=call.final_code, reason=call.reason, times=times)


async def run_phone(arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    phone = Softphone(
        arguments.user,
        arguments.domain,
        arguments.password,
        proxy=arguments.proxy,
        transport=arguments.transport,
        bind=arguments.bind,
        port=arguments.port,
        tone_hz=arguments.tone,
        srtp=arguments.srtp,
        ca=arguments.tls_ca,
        certificate=_certificate(arguments),
    )
    phone.on_invite = answer_after(arguments.answer_after)
    async with phone:
        if not arguments.no_register:
            try:
                await phone.register(arguments.expires)
            except (RegistrationError, OSError, TimeoutError) as error:
                emit("not-registered", error=str(error) or type(error).__name__)
                return 1
            emit("registered", address="{}:{}".format(*phone.address))
        if arguments.dial:
            return await _dial(phone, arguments.dial, arguments.talk, stop)
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                _report("incoming", await phone.wait_for_call(0.5))
    return 0


async def _dial(phone: Softphone, number: str, talk_seconds: float, stop: asyncio.Event) -> int:
    call = await phone.dial(number)
    try:
        await call.wait_for("answered", 120)
    except (CallEndedError, TimeoutError):
        _report("failed", call)
        return 1
    _report("answered", call)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(talk_seconds):
            await stop.wait()
    emit("heard", tones_hz=loudest_tones(call.heard(), 8000))
    await call.hang_up()
    _report("ended", call)
    return 0


async def run(arguments: argparse.Namespace) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return await (run_carrier if arguments.role == "carrier" else run_phone)(arguments, stop)


def main() -> int:
    return asyncio.run(run(build_parser().parse_args()))


if __name__ == "__main__":
    raise SystemExit(main())
