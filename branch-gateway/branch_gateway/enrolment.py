"""Becoming a branch, once: a token from HQ, a key made here, a certificate back; then renewal in good time."""

import asyncio
import hmac
import logging
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from branch_gateway.identity import Identity, IdentityError, keep_identity, prepare_request
from branch_gateway.ports import Headquarters, HeadquartersAwayError, RefusedError

RETRY_SECONDS = (1.0, 60.0)
RENEWAL_LOOK_SECONDS = 3600.0

_TOKEN = re.compile(r"([a-z0-9-]{1,63})\.([A-Za-z0-9_-]{20,200})\.([0-9a-f]{64})")

logger = logging.getLogger(__name__)

Connect = Callable[[str | None], AbstractAsyncContextManager[Headquarters]]
"""Opens HQ's branch API, trusting a CA (PEM); None trusts nobody yet, and is for fetching the CA only."""


class BadTokenError(Exception):
    """The enrolment token is none, or was made for another site."""


class ForeignAuthorityError(Exception):
    """Whoever answers at HQ's address does not show the authority that the token names."""


@dataclass(frozen=True)
class Token:
    """`text` is what HQ gave out: `<site>.<secret>.<SHA-256 of the CA certificate>`."""

    text: str
    site_id: str
    fingerprint: str


def parse_token(text: str, site_id: str) -> Token:
    """Return the token's parts.  Raises BadTokenError, which repeats nothing of it."""
    match = _TOKEN.fullmatch(text.strip())
    if match is None:
        raise BadTokenError("the enrolment token is not complete: <site>.<secret>.<fingerprint>, as HQ showed it")
    if match[1] != site_id:
        raise BadTokenError(f"the enrolment token was made for site {match[1]}, and this is {site_id}")
    return Token(text.strip(), match[1], match[3])


async def enrol(
    connect: Connect, folder: Path, token: Token, waiting: Callable[[str], None] = lambda _reason: None
) -> Identity:
    """Return the identity that HQ gives for the token; waits for HQ as long as it is away, and tells why it waits.

    Raises RefusedError (token used or expired), ForeignAuthorityError, IdentityError.
    """
    request = prepare_request(folder, token.site_id)
    told = ""
    async for _ in _attempts("enrolment"):
        try:
            async with connect(None) as stranger:
                authority = await stranger.authority()
            # Before the fingerprint fits, nothing but the CA was read, and nothing was told.
            if not hmac.compare_digest(fingerprint_of(authority), token.fingerprint):
                raise ForeignAuthorityError("headquarters' certificate authority is not the one the token names")
            async with connect(authority) as headquarters:
                certified = await headquarters.enrol(token.text, request)
            return keep_identity(folder, token.site_id, certified.certificate, authority)
        except HeadquartersAwayError as error:
            logger.warning("headquarters is away: not enrolled yet", extra={"error": str(error)})
            if str(error) != told:
                told = str(error)
                waiting(told)
    raise AssertionError("attempts do not end")


def fingerprint_of(authority_pem: str) -> str:
    """Return the SHA-256 of a certificate's DER form in hexadecimal; of no certificate, the empty text."""
    try:
        return x509.load_pem_x509_certificate(authority_pem.encode()).fingerprint(hashes.SHA256()).hex()
    except ValueError:
        return ""


async def renew_for_ever(
    identity: Identity,
    headquarters: Headquarters,
    renewed: Callable[[Identity], Awaitable[None]],
    *,
    look_seconds: float = RENEWAL_LOOK_SECONDS,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Renew when two thirds of the life are over, again and again; failures are tried anew until it works.

    Each certificate is for a new key.  Looks at the clock every `look_seconds`: a machine may have slept.
    """
    while True:
        left = (identity.renew_at - now()).total_seconds()
        if left > 0:
            await asyncio.sleep(min(left, look_seconds))
            continue
        async for _ in _attempts("renewal"):
            try:
                request = prepare_request(identity.folder, identity.site_id)
                answer = await headquarters.renew(request)
                # The pinned authority stays: a new one comes by a new enrolment only.
                pinned = identity.authority_file.read_text(encoding="ascii")
                identity = keep_identity(identity.folder, identity.site_id, answer.certificate, pinned)
            except HeadquartersAwayError:
                logger.warning("headquarters is away: not renewed yet")
            except (RefusedError, IdentityError, OSError) as error:
                # Whatever it is, a full disk included: the present certificate has a third of its life left.
                logger.error("renewal failed", extra={"error": str(error)})
            else:
                break
        logger.info("certificate renewed", extra={"ends": identity.ends.isoformat()})
        await renewed(identity)


async def _attempts(what: str) -> AsyncIterator[int]:
    """Yield 1, 2, 3 ... with growing, scattered pauses: all branches lose HQ in the same second."""
    delay, number = RETRY_SECONDS[0], 0
    while True:
        number += 1
        yield number
        pause = delay * random.uniform(0.5, 1.0)
        logger.debug("next attempt later", extra={"what": what, "pause_seconds": pause})
        await asyncio.sleep(pause)
        delay = min(delay * 2, RETRY_SECONDS[1])
