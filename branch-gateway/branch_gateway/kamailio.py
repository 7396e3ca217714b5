"""The branch's own Kamailio by JSON-RPC over HTTP (module jsonrpcs)."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import aiohttp

RPC_SECONDS = 2.0

logger = logging.getLogger(__name__)


class KamailioRegistrar:
    """See `ports.Registrar`.  secrets_file: what the edge made at its start, with the token of its RPC."""

    def __init__(self, host: str, port: int, secrets_file: Path) -> None:
        self._url = f"http://{host}:{port}/RPC"
        self._secrets_file = secrets_file

    async def registrations(self) -> int | None:
        answer = await self._call("stats.fetch", ["usrloc:registered_users"])
        try:
            return int(answer["usrloc.registered_users"])
        except (KeyError, TypeError, ValueError):
            return None

    async def reload_certificates(self) -> bool:
        return await self._call("tls.reload", []) is not None

    async def _call(self, method: str, parameters: list[Any]) -> Any:
        """Return the result; None when Kamailio is away or reports an error (HTTP 500 in its case)."""
        body = {"jsonrpc": "2.0", "method": method, "params": parameters, "id": 1}
        try:
            token = str(json.loads(self._secrets_file.read_text(encoding="utf-8"))["rpc"])
            headers = {"Authorization": f"Bearer {token}"}
            async with (
                asyncio.timeout(RPC_SECONDS),
                aiohttp.ClientSession() as session,
                session.post(self._url, json=body, headers=headers) as response,
            ):
                answer = json.loads(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError, LookupError, ValueError) as error:
            logger.debug("kamailio does not answer", extra={"method": method, "error": type(error).__name__})
            return None
        if not isinstance(answer, dict) or "result" not in answer:
            logger.warning("kamailio refused a command", extra={"method": method})
            return None
        return answer["result"]
