"""Digest by hand over UDP: for credentials that no decent phone sends."""

import asyncio
import secrets
from dataclasses import dataclass, replace

from edge_harness import DOMAIN, HQ
from sip_probe import UdpProbe, message

from simulators.digest import ha1_of, parse_digest, response_of


@dataclass(frozen=True)
class Answer:
    """What a request is answered with."""

    status: int
    reason: str = ""
    text: str = ""

    @property
    def challenge(self) -> dict[str, str]:
        """The parameters of the challenge, empty without one."""
        lines = (line.partition(":") for line in self.text.splitlines())
        return next((parse_digest(value) for name, _, value in lines if name.endswith("-Authenticate")), {})


@dataclass(frozen=True)
class Account:
    """Who asks: From, To and user name are the same unless a test says otherwise."""

    user: str = "1001"
    password: str = "pw-1001"
    domain: str = DOMAIN


ANA = Account()


async def ask(probe: UdpProbe, data: bytes, patience_seconds: float = 1.0) -> Answer:
    """Send a request and return its final answer, status 0 for silence."""
    probe.send(data)
    try:
        while True:
            text = await asyncio.wait_for(probe.answers.get(), patience_seconds)
            status = int(text.split()[1]) if text.startswith("SIP/2.0") else 0
            if status >= 200:
                return Answer(status, text.splitlines()[0].split(maxsplit=2)[2], text)
    except TimeoutError:
        return Answer(0)


def request(
    probe: UdpProbe, method: str, uri: str, account: Account, authorization: str = "", **headers: str
) -> bytes:
    aor = f"<sip:{account.user}@{account.domain}>"
    name = "Authorization" if method == "REGISTER" else "Proxy-Authorization"
    values = {
        "From": f"{aor};tag={secrets.token_hex(4)}",
        "To": aor if method == "REGISTER" else f"<{uri}>",
        name: authorization,
        "User-Agent": "",
        **headers,
    }
    return message(method, uri, probe.via, headers=values)


def credentials(challenge: dict[str, str], method: str, account: Account, **fields: str) -> str:
    """Return a Digest header's value; a field given as empty text is left out, of the response too."""
    values = {
        "username": account.user,
        "realm": challenge.get("realm", account.domain),
        "nonce": challenge.get("nonce", ""),
        "uri": f"sip:{account.domain}",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": secrets.token_hex(8),
    } | fields
    values = {name: value for name, value in values.items() if value}
    ha1 = ha1_of(account.user, account.domain, account.password)
    values.setdefault("response", response_of(ha1, method, values))
    parts = (f"{name}={item}" if name in ("qop", "nc") else f'{name}="{item}"' for name, item in values.items())
    return f"Digest {', '.join(parts)}"


async def challenged(
    probe: UdpProbe, method: str = "REGISTER", account: Account = ANA, uri: str = ""
) -> dict[str, str]:
    """Return the challenge that a request without credentials gets."""
    answer = await ask(probe, request(probe, method, uri or f"sip:{account.domain}", account))
    assert answer.status in (401, 407), answer
    return answer.challenge


async def signed_in(probe: UdpProbe, account: Account = ANA, **headers: str) -> Answer:
    """Register as phones do: ask, be challenged, answer."""
    challenge = await challenged(probe, "REGISTER", account)
    said = credentials(challenge, "REGISTER", account)
    return await ask(probe, request(probe, "REGISTER", f"sip:{account.domain}", account, said, **headers))


async def wrong(probe: UdpProbe, account: Account = ANA) -> Answer:
    """Try a password that is none."""
    return await signed_in(probe, replace(account, password=secrets.token_hex(4)))


async def probe_at(host: str) -> UdpProbe:
    return await UdpProbe.open(host, (HQ, 5060))
