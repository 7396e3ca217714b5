"""SIPVicious, as scanners on the Internet use it, under its own name and under a phone's: it learns nothing."""

import asyncio
import secrets
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from edge_harness import DOMAIN, HQ, Edge, address, until
from sip_probe import UdpProbe, message

SCANNER, DISGUISE, MASKED = address("68.1"), address("68.2"), address("68.3")
PHONE_AGENT = b"Yealink SIP-T42U 108.86.0.20"


class Disguise(asyncio.DatagramProtocol):
    """Stands between a tool and the edge and gives its requests a phone's User-Agent."""

    def __init__(self) -> None:
        self.tool: tuple[str, int] = ("", 0)

    @classmethod
    async def open(cls) -> "Disguise":
        loop, disguise = asyncio.get_running_loop(), cls()
        disguise.front, _ = await loop.create_datagram_endpoint(lambda: disguise, local_addr=(DISGUISE, 5060))
        disguise.back, _ = await loop.create_datagram_endpoint(lambda: Back(disguise), local_addr=(MASKED, 5060))
        return disguise

    def datagram_received(self, data: bytes, sender: tuple[str, int]) -> None:
        self.tool = sender
        self.back.sendto(data.replace(b"friendly-scanner", PHONE_AGENT), (HQ, 5060))

    def close(self) -> None:
        self.front.close()
        self.back.close()


class Back(asyncio.DatagramProtocol):
    def __init__(self, disguise: Disguise) -> None:
        self._disguise = disguise

    def datagram_received(self, data: bytes, _edge: object) -> None:
        self._disguise.front.sendto(data, self._disguise.tool)


@pytest.fixture
async def disguise(guarded_hq: Edge) -> AsyncIterator[Disguise]:
    made = await Disguise.open()
    yield made
    made.close()


async def run(tool: str, *arguments: str, folder: Path) -> str:
    """Run a tool of SIPVicious to its end and return what it said."""
    command = [str(Path(sys.executable).with_name(f"sipvicious_{tool}")), "-b", SCANNER, *arguments]
    child = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env={"HOME": str(folder)}, stdout=PIPE, stderr=STDOUT
    )
    try:
        async with asyncio.timeout(40):
            said, _ = await child.communicate()
    except TimeoutError:
        child.kill()
        await child.wait()
        raise
    return said.decode()


async def test_svmap_does_not_even_find_the_edge(guarded_hq: Edge, tmp_path: Path):
    said = await run("svmap", HQ, folder=tmp_path)

    assert "found nothing" in said and HQ not in said.replace(f"sipvicious_svmap {HQ}", ""), said
    # Silence, and no ban: a datagram does not prove where it comes from.
    assert int(await guarded_hq.rpc.htable_get("noise", "scanner")) > 0
    assert await guarded_hq.rpc.htable_get("banned", SCANNER) is None


@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "OPTIONS"])
async def test_svwar_tells_no_extension_from_another(guarded_hq, disguise, tmp_path, method):
    """It gives up when an extension that can not be is answered like all others; asked on, it is a flood."""
    scan = ["--force", "-m", method, "--domain", DOMAIN, "-e", "900-1300", "--maximumtime", "3", DISGUISE]
    said = await run("svwar", *scan, folder=tmp_path)

    assert "found nothing" in said, said


async def test_scan_of_all_extensions_is_dropped(guarded_hq):
    scanner = await UdpProbe.open(MASKED, (HQ, 5060))
    for extension in range(900, 1300):
        aor = f"<sip:{extension}@{DOMAIN}>"
        headers = {"From": f"{aor};tag=1", "To": aor, "User-Agent": PHONE_AGENT.decode()}
        scanner.send(message("REGISTER", f"sip:{DOMAIN}", scanner.via, headers=headers))

    async def dropped() -> bool:
        return await guarded_hq.rpc.htable_get("flooding", MASKED) is not None

    await until(dropped, "the scan is dropped")
    scanner.close()


async def test_svcrack_is_banned_before_it_comes_to_the_password(guarded_hq, disguise, tmp_path):
    guesses = [secrets.token_hex(4) for _ in range(30)]
    (tmp_path / "passwords").write_text("\n".join([*guesses, "pw-1001", *guesses]))

    crack = ["-u", "1001", "--domain", DOMAIN, "-d", "passwords", "--maximumtime", "3", DISGUISE]
    said = await run("svcrack", *crack, folder=tmp_path)

    assert "pw-1001" not in said, said
    assert (await guarded_hq.rpc.htable_get("banned", MASKED) or "").startswith("guessing ")


async def test_no_answer_tells_who_exists_not_even_to_an_old_nonce(hq: Edge):
    """Every way to ask for an extension, for one that is there and one that is not: the same words, and strikes."""
    answers: dict[str, list[str]] = {}
    for extension, sender in (("1001", address("68.11")), ("9999", address("68.12"))):
        probe = await UdpProbe.open(sender, (HQ, 5060))
        for method in ("REGISTER", "INVITE"):
            for nonce in ("", "Zm9yZ2VkLW5vbmNl", "YQ=="):
                await answer_to(probe, method, extension, nonce, answers.setdefault(extension, []))
        answers[extension].append(f"strikes {await hq.rpc.htable_get('strikes', sender)}")
        probe.close()

    assert answers["1001"] == answers["9999"]


async def answer_to(probe: UdpProbe, method: str, extension: str, nonce: str, kept: list[str]) -> None:
    aor = f"<sip:{extension}@{DOMAIN}>"
    digest = f'Digest username="{extension}", realm="{DOMAIN}", nonce="{nonce}", uri="sip:x", response="{"0" * 32}"'
    headers = {"From": f"{aor};tag=1", "To": aor} | ({"Authorization": digest} if nonce else {})
    probe.send(message(method, f"sip:{DOMAIN}", probe.via, headers=headers))
    answer = await asyncio.wait_for(probe.answers.get(), 2)
    # What differs for everybody: the nonce, the transaction, and who asked.
    lines = [line for line in answer.splitlines() if not line.startswith(("Via", "Call-ID", "To:", "From:"))]
    kept.append("\n".join(part for line in lines for part in line.split(",") if "nonce=" not in part))
