"""HQ's branch API over mutual TLS 1.3 (aiohttp); every call has a time-out."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from branch_gateway.identity import Identity
from branch_gateway.ports import Certified, HeadquartersAwayError, LinkReport, RefusedError, SiteSnapshot

PREFIX = "/api/v1/branch"
CALL_SECONDS = 10.0
LONG_POLL_SECONDS = 40.0
"""HQ answers within 25 s; the rest is for a slow line."""
MAX_ANSWER_BYTES = 32 * 1024 * 1024

# What may be right again in a moment, though HQ answered.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class HttpHeadquarters:
    """See `ports.Headquarters`.  `use` changes the identity that is shown from then on."""

    def __init__(self, url: str, tls: ssl.SSLContext) -> None:
        self._url = url.rstrip("/") + PREFIX
        self._line = _Line(tls)

    async def use(self, identity: Identity) -> None:
        """Show a renewed certificate from now on; calls under way end as they began."""
        former, self._line = self._line, _Line(tls_with(identity))
        await former.retire()

    async def close(self) -> None:
        await self._line.session.close()

    async def authority(self) -> str:
        return str(_text(await self._call("GET", "/authority"), "ca"))

    async def enrol(self, token: str, request: str) -> Certified:
        return _certified(await self._call("POST", "/enrol", body={"token": token, "csr": request}))

    async def renew(self, request: str) -> Certified:
        return _certified(await self._call("POST", "/renew", body={"csr": request}))

    async def snapshot(self, mark: str | None, wait_seconds: int) -> SiteSnapshot | None:
        query = {"wait": str(wait_seconds)} | ({"mark": mark} if mark else {})
        answer = await self._call("GET", "/snapshot", query=query, seconds=LONG_POLL_SECONDS)
        if answer.get("changed") is False:
            return None
        version, document = answer.get("version"), answer.get("document")
        if not isinstance(version, int) or not isinstance(document, dict):
            raise HeadquartersAwayError("headquarters sent a snapshot in a shape that is not known here")
        return SiteSnapshot(version, document, _text(answer, "mark"))

    async def report_link(self, report: LinkReport) -> None:
        await self._call("PUT", "/link", body=report.to_wire())

    async def _call(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
        seconds: float = CALL_SECONDS,
    ) -> dict[str, Any]:
        try:
            async with (
                asyncio.timeout(seconds),
                self._line.opened() as session,
                session.request(method, self._url + path, json=body, params=query) as response,
            ):
                return await _read(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise HeadquartersAwayError(_plain(error)) from None


class _Line:
    """Connections under one identity, closed once that has been replaced and nobody uses them."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        # A long poll occupies one connection; reports and renewals need their own.
        connector = aiohttp.TCPConnector(ssl=tls, limit=4, keepalive_timeout=30)
        timeout = aiohttp.ClientTimeout(total=LONG_POLL_SECONDS + 5, sock_connect=5)
        self.session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        self._users = 0
        self._retired = False

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[aiohttp.ClientSession]:
        self._users += 1
        try:
            yield self.session
        finally:
            self._users -= 1
            await self._close_if_done()

    async def retire(self) -> None:
        self._retired = True
        await self._close_if_done()

    async def _close_if_done(self) -> None:
        if self._retired and self._users == 0:
            await self.session.close()


async def _read(response: aiohttp.ClientResponse) -> dict[str, Any]:
    if response.status == 204:
        return {}
    raw = await _read_all(response)
    try:
        answer = await asyncio.to_thread(_parse, raw)
    except ValueError:
        raise HeadquartersAwayError(f"headquarters answered {response.status} without JSON") from None
    if response.status < 400:
        return answer
    error_id, detail = str(answer.get("error_id", "unknown")), str(answer.get("detail", "refused"))
    if response.status in PASSING:
        raise HeadquartersAwayError(f"headquarters answered {response.status} ({error_id})")
    raise RefusedError(response.status, error_id, detail)


async def _read_all(response: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(65_536):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            raise HeadquartersAwayError("headquarters' answer is too large")
    return b"".join(parts)


def _parse(raw: bytes) -> dict[str, Any]:
    answer = json.loads(raw)
    if not isinstance(answer, dict):
        raise ValueError("no object")
    return answer


def tls_with(identity: Identity) -> ssl.SSLContext:
    """Return a context that trusts the pinned CA only, and shows the branch's certificate."""
    context = tls_trusting(identity.authority_file.read_text(encoding="ascii"))
    context.load_cert_chain(identity.certificate_file, identity.key_file)
    return context


def tls_trusting(authority_pem: str | None) -> ssl.SSLContext:
    """Return a context that trusts this CA only.  None: verifies nothing, for fetching the CA to be pinned."""
    if authority_pem is None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = ssl.create_default_context(cadata=authority_pem)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


@asynccontextmanager
async def connect_as_stranger(url: str, authority_pem: str | None) -> AsyncIterator[HttpHeadquarters]:
    """Open HQ's branch API without a certificate of one's own, for enrolment."""
    headquarters = HttpHeadquarters(url, tls_trusting(authority_pem))
    try:
        yield headquarters
    finally:
        await headquarters.close()


def _certified(answer: dict[str, Any]) -> Certified:
    return Certified(_text(answer, "certificate"), _text(answer, "ca"))


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise HeadquartersAwayError(f"headquarters' answer lacks {name}")
    return value


def _plain(error: Exception) -> str:
    """Return why, in a few words for the operator; certificates that are not believed say so."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"headquarters' certificate is not believed: {error.certificate_error}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
