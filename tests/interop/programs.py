"""Phones that are programs, driven as a person would: baresip by its control port, linphone by its console.

Neither needs a sound card: what they say is a WAV file with a tone, and what they hear they write to another.
Both are at 127.0.0.1, the address that they take by themselves.
"""

import asyncio
import contextlib
import json
import re
import socket
import wave
from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np

from simulators.g711 import RATE
from simulators.tones import dominant_tones, tone
from tests.interop.phones import READY_SECONDS, ForeignPhone
from trunkline.conditions import tcp_open, until

GOODBYE_SECONDS = 5.0
TONE_SECONDS = 120.0
HEARD_SAMPLES = RATE // 2
WAV_HEADER_BYTES = 44
LOCAL = "127.0.0.1"
PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
"""An edge's, by transport."""


class Program(ForeignPhone):
    """One running program with one account, and a folder of its own that must not be there yet."""

    async def __aenter__(self) -> Self:
        # Without its folder below HOME, linphone logs that it has no database.
        (self.folder / ".local/share/linphone").mkdir(parents=True)
        with wave.open(str(self.folder / "tone.wav"), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(tone(self.seat.tone_hz, TONE_SECONDS).astype("<i2").tobytes())
        with (self.folder / "said").open("wb") as said:
            self._process = await asyncio.create_subprocess_exec(
                *self._configured(),
                cwd=self.folder,
                env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                stdin=asyncio.subprocess.PIPE,
                stdout=said,
                stderr=said,
            )
        try:
            await self._sign_in()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._type(self.quits)
                await self._process.wait()
        if self._process.returncode is None:
            await self.lose_power()

    async def lose_power(self) -> None:
        """End at once, with no goodbye to anybody."""
        self._process.kill()
        await self._process.wait()

    @property
    def told(self) -> str:
        """Everything that it has told of what it does."""
        return (self.folder / self.log).read_text(errors="replace")

    def keyed(self, since: int = 0) -> bool:
        """Say whether it has told of SRTP, after the first `since` characters."""
        return self.says_keyed in self.told[since:]

    async def hears(self, wanted_hz: set[int], candidates_hz: Iterable[int], seconds: float = 15.0) -> None:
        """Wait until exactly the wanted ones of the candidates sound in half a second that it hears from now on."""
        candidates = list(candidates_hz)
        before = {path: len(samples_of(path)) for path in self._heard_files()}
        heard: set[int] = set()

        async def right() -> bool:
            for path in self._heard_files():
                samples = samples_of(path)
                if len(samples) >= before.get(path, 0) + HEARD_SAMPLES:
                    heard.clear()
                    heard.update(dominant_tones(samples[-HEARD_SAMPLES:], RATE, candidates))
                    before[path] = len(samples)
            return heard == wanted_hz

        assert await until(right, seconds, pause_seconds=0.2), f"hears {heard}, not {wanted_hz}"

    async def _type(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    log = "said"
    """The file that tells most."""
    says_keyed: str
    """What it says of a call once that is encrypted."""
    takes_keys_beside_rtp = True
    """Whether it answers keys in an offer of plain RTP (RFC 8643) with its own."""
    quits: str
    """What is typed to end the program."""

    @abstractmethod
    def _configured(self) -> list[str]:
        """Write its configuration, and return the command that starts it."""

    @abstractmethod
    async def _sign_in(self) -> None: ...

    @abstractmethod
    def _heard_files(self) -> list[Path]: ...


BARESIP_CONFIG = """\
sip_listen {local}:{sip_port}
net_interface {local}
ctrl_tcp_listen {local}:{control_port}
audio_source aufile,{folder}/tone.wav
snd_path {folder}
module_path /usr/lib/baresip/modules
module stdio.so
module g711.so
module aufile.so
module sndfile.so
module srtp.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
"""


class Baresip(Program):
    """Of baresip-core.  Its release 1.0 has no attended transfer, and hangs up when a blind one fails."""

    transports = ("udp", "tcp", "tls")
    says_keyed, quits = "SRTP is Enabled", "/quit"

    def _configured(self) -> list[str]:
        sip_port, self._control_port = _free_ports()
        ports = {"sip_port": sip_port, "control_port": self._control_port}
        (self.folder / "config").write_text(BARESIP_CONFIG.format(local=LOCAL, folder=self.folder, **ports))
        seat = self.seat
        way = f"transport={seat.transport}"
        account = f"<sip:{seat.extension}@{seat.domain};{way}>;auth_pass={seat.password}"
        account += f';outbound="sip:{seat.edge}:{PORTS[seat.transport]};{way}"'
        account += ";mediaenc=srtp-mand" if seat.transport == "tls" else ";mediaenc=srtp" if seat.encrypts else ""
        (self.folder / "accounts").write_text(f"{account}\n")
        return ["baresip", "-s", "-f", str(self.folder)]

    async def _sign_in(self) -> None:
        assert await until(tcp_open(LOCAL, self._control_port), READY_SECONDS), self.told
        await self.tells("1 binding]")

    def _heard_files(self) -> list[Path]:
        # Long paths it cuts short.
        return list(self.folder.glob("dump-*-dec*"))

    async def dial(self, number: str) -> None:
        await self._command("dial", number)

    async def answer(self) -> None:
        await self.tells("Incoming call")
        await self._command("accept")

    async def hold(self) -> None:
        await self._command("hold")

    async def resume(self) -> None:
        await self._command("resume")

    async def press(self, keys: str) -> None:
        for key in keys:
            await self._command("sndcode", key)

    async def transfer(self, extension: str) -> None:
        await self._command("transfer", extension)

    async def hang_up(self) -> None:
        await self._command("hangup")

    async def _received(self) -> int:
        packets = re.search(r"rcvd=(\d+)", await self._command("audio_debug"))
        return int(packets[1]) if packets else 0

    async def _command(self, name: str, params: str = "") -> str:
        """Return what it prints for a command; events that come before its response are passed over."""
        request = json.dumps({"command": name, "params": params}).encode()
        async with asyncio.timeout(READY_SECONDS):
            reader, writer = await asyncio.open_connection(LOCAL, self._control_port)
            try:
                writer.write(b"%d:%s," % (len(request), request))
                answer: dict[str, Any] = {}
                while not answer.get("response"):
                    length = int((await reader.readuntil(b":"))[:-1])
                    answer = json.loads((await reader.readexactly(length + 1))[:-1])
            finally:
                writer.close()
        assert answer["ok"], answer
        return str(answer["data"])


LINPHONE_CONFIG = """\
[sip]
sip_port=-1
sip_tcp_port=-1
sip_tls_port=-1
default_proxy=0
register_only_when_network_is_up=0
verify_server_certs=0
verify_server_cn=0
media_encryption={media_encryption}
media_encryption_mandatory={mandatory}

[proxy_0]
reg_proxy=<sip:{edge}:{port};transport={transport}>
reg_route=<sip:{edge}:{port};transport={transport};lr>
reg_identity=sip:{extension}@{domain}
reg_expires=300
reg_sendregister=1

[auth_info_0]
username={extension}
passwd={password}
realm={domain}
"""


class Linphone(Program):
    """Of linphone-cli.  Its calls count from 1.  Of what it does by itself its console says nothing before a key.

    Told to encrypt it insists on it in calls that it makes, and takes plain RTP in others that do not.
    """

    transports = ("udp", "tcp", "tls")
    attends = True
    says_keyed = "Negotiated media encryption is LinphoneMediaEncryptionSRTP"
    takes_keys_beside_rtp = False
    log, quits = "linphone.log", "quit"

    def _configured(self) -> list[str]:
        (self.folder / self.log).touch()
        over_tls = self.seat.transport == "tls"
        settings = {"port": PORTS[self.seat.transport], "mandatory": int(over_tls)}
        settings |= vars(self.seat) | {"media_encryption": "srtp" if over_tls or self.seat.encrypts else "none"}
        (self.folder / "linphonerc").write_text(LINPHONE_CONFIG.format(**settings))
        return ["linphonec", "-c", "linphonerc", "-d", "6", "-l", self.log]

    async def _sign_in(self) -> None:
        if self.seat.transport == "tls":
            # Edges ask for a certificate, which branches have: it asks the person, and stands still meanwhile.
            await self._prompts("Password for")
            await self._type("none")
        await self.tells("to [LinphoneRegistrationOk]")
        for line in ("soundcard use files", "record heard.wav", "play tone.wav"):
            await self._type(line)

    async def _prompts(self, words: str) -> None:
        async def prompted() -> bool:
            return words in (self.folder / "said").read_text(errors="replace")

        assert await until(prompted, READY_SECONDS), f"no {words!r}"

    def _heard_files(self) -> list[Path]:
        return list(self.folder.glob("heard.wav"))

    async def _received(self) -> int:
        return sum(len(samples_of(path)) for path in self._heard_files())

    async def dial(self, number: str) -> None:
        await self._type(f"call {number}")

    async def answer(self) -> None:
        await self.tells("to LinphoneCallIncomingReceived")
        await self._type("answer")

    async def hold(self) -> None:
        await self._type("pause")

    async def resume(self) -> None:
        await self._type("resume")

    async def press(self, keys: str) -> None:
        for key in keys:
            await self._type(key)

    async def transfer(self, extension: str) -> None:
        await self._type(f"transfer {extension}")

    async def transfer_to_call(self, call: int, other: int) -> None:
        """Leave the parties of two calls to each other (REFER with Replaces)."""
        await self._type(f"transfer {call} --to-call {other}")

    async def hang_up(self) -> None:
        await self._type("terminate")


def samples_of(path: Path) -> np.ndarray[Any, np.dtype[np.int16]]:
    """Return what was written so far to a file that is being written: its header tells no length yet."""
    sound = path.read_bytes()[WAV_HEADER_BYTES:]
    return np.frombuffer(sound[: len(sound) // 2 * 2], "<i2")


def _free_ports() -> tuple[int, int]:
    """Return a port for SIP that is free for UDP and TCP, as is the next one (TLS), and one for commands."""
    while True:
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            port = _bound(held, socket.SOCK_STREAM, 0)
            _bound(held, socket.SOCK_DGRAM, port)
            _bound(held, socket.SOCK_STREAM, port + 1)
            return port, _bound(held, socket.SOCK_STREAM, 0)


def _bound(held: contextlib.ExitStack, kind: socket.SocketKind, port: int) -> int:
    found = held.enter_context(socket.socket(type=kind))
    found.bind((LOCAL, port))
    return int(found.getsockname()[1])
