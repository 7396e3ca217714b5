"""What a tenant's own system says of a caller, asked over HTTP while the caller waits.

The address is the tenant's to choose, and the request comes from inside of our network: so it goes to public
addresses only, and to those networks that the operator allows.  Whatever the other side does, an answer or a word for
what went wrong comes back within the time that the flow gives it.
"""

import asyncio
import json
import logging
import re
from typing import Any

import aiohttp

from callmodel.orders import LookUp
from servicekit import meters
from servicekit.publicnet import AddressForbiddenError, Networks, open_session, require_allowed

MOST_BYTES = 65_536
MOST_TEXT = 500
MOST_AT_ONCE = 64
PLACE = re.compile("[0-9]{1,4}")

LOOK_UPS = meters.Counter("trunkline.lookups", "{lookup}", "questions to tenants' systems, by how they were answered")

logger = logging.getLogger(__name__)


class LookUpProblemError(Exception):
    """There is no usable answer; the text is a word that a flow may branch on."""


class HttpLookUps:
    """Asks tenants' systems.  `allowed`: networks besides the public ones."""

    def __init__(self, allowed: Networks = ()) -> None:
        self._allowed = allowed
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, order: LookUp) -> tuple[dict[str, str], str | None]:
        """Return the wanted parts of the answer, and what went wrong: None where nothing did.  Never raises."""
        try:
            async with asyncio.timeout(order.timeout_ms / 1000):
                answer, problem = parts_of(await self._fetch(order), order.answer), None
        except LookUpProblemError as error:
            answer, problem = {}, str(error)
        except AddressForbiddenError:
            answer, problem = {}, "forbidden"
        except TimeoutError:
            answer, problem = {}, "timeout"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            logger.info("tenant's system not reached", extra={"error": type(error).__name__})
            answer, problem = {}, "unreachable"
        LOOK_UPS.add(result=problem or "answered")
        return answer, problem

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _fetch(self, order: LookUp) -> bytes:
        require_allowed(order.url, self._allowed)
        if self._session is None:
            self._session = open_session(self._allowed, MOST_AT_ONCE)
        # An address that answers by naming another could name one of ours.
        async with self._session.post(order.url, json=order.fields | order.hidden, allow_redirects=False) as response:
            if response.status != 200:
                raise LookUpProblemError(f"status-{response.status}")
            body = bytearray()
            async for piece in response.content.iter_any():
                body += piece
                if len(body) > MOST_BYTES:
                    raise LookUpProblemError("too-long")
            return bytes(body)


def parts_of(body: bytes, wanted: dict[str, str]) -> dict[str, str]:
    """Return by name what lies at each path (`customer.name`, `orders.0.state`) of a JSON text.

    What is not there is left out.  Raises LookUpProblemError for what is no JSON.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise LookUpProblemError("not-json") from None
    found = {name: _at(document, path.split(".")) for name, path in wanted.items()}
    return {name: text for name, text in found.items() if text is not None}


def _at(document: Any, path: list[str]) -> str | None:
    for step in path:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and PLACE.fullmatch(step) and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    match document:
        case bool():
            return str(document).lower()
        case str() | int() | float():
            return str(document)[:MOST_TEXT]
        case _:
            return None
