"""Kamailio's JSON-RPC over HTTP (modules jsonrpcs and xhttp), typed where it is used; one connection a command."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

RPC_SECONDS = 2.0
ANSWER_BYTES = 4_000_000

Parameter = str | int


class RpcError(Exception):
    """Kamailio refused a command; `code` and text are its own."""

    error_id = "kamailio-refused"

    def __init__(self, command: str, code: int, message: str) -> None:
        super().__init__(f"{command}: {code} {message}")
        self.code = code
        self.message = message


class RpcUnreachableError(Exception):
    """Kamailio does not answer, or not in its protocol."""

    error_id = "kamailio-unreachable"


@dataclass(frozen=True)
class DispatcherTarget:
    """A destination as Kamailio holds it.  `flags`: A active, I inactive, D disabled, T trying; then P or X."""

    group: int
    uri: str
    flags: str

    @property
    def address(self) -> str:
        """Where it listens: `host:port`."""
        return self.uri.removeprefix("sip:")

    @property
    def serves(self) -> bool:
        """Whether it gets calls; one that is merely tried (T) still does."""
        return self.flags[:1] in ("A", "T")


class KamailioRpc:
    """Commands to one Kamailio.  All raise RpcError and RpcUnreachableError.

    token: what Kamailio wants to hear as `Authorization: Bearer`, asked for with each command.
    """

    def __init__(
        self, host: str, port: int, token: Callable[[], str], *, timeout_seconds: float = RPC_SECONDS
    ) -> None:
        self._host = host
        self._port = port
        self._token = token
        self._timeout_seconds = timeout_seconds

    async def call(self, command: str, *parameters: Parameter) -> Any:
        """Return the result of a command."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": command, "params": list(parameters)})
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = json.loads(await self._post(body.encode(), self._token()))
        except (OSError, TimeoutError, LookupError, ValueError, asyncio.LimitOverrunError) as error:
            raise RpcUnreachableError(f"{command}: {type(error).__name__}") from error
        # Errors come with HTTP status 500 and a body all the same.
        if "error" in answer:
            raise RpcError(command, int(answer["error"].get("code", 0)), str(answer["error"].get("message", "")))
        return answer.get("result")

    async def _post(self, body: bytes, token: str) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port, limit=ANSWER_BYTES)
        try:
            head = (
                f"POST /RPC HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {token}\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
            headers = await reader.readuntil(b"\r\n\r\n")
            length = int(headers.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            return await reader.readexactly(length)
        except asyncio.IncompleteReadError as error:
            raise OSError("connection closed") from error
        finally:
            writer.close()

    async def started_at(self) -> str:
        """Return when Kamailio started, as it writes it: another text means another life, with empty tables."""
        return str((await self.call("core.uptime"))["up_since"])

    async def main_pid(self) -> int:
        """Return the process that all of Kamailio ends with; its own `core.kill` would hit its process group."""
        return min(int(process["PID"]) for process in await self.call("core.psx"))

    async def dispatcher_targets(self) -> list[DispatcherTarget]:
        """Return all destinations of all sets."""
        try:
            listing = await self.call("dispatcher.list")
        except RpcError as error:
            if "No Destination" in error.message:
                return []
            raise
        return [
            DispatcherTarget(int(record["SET"]["ID"]), item["DEST"]["URI"], item["DEST"]["FLAGS"])
            for record in listing["RECORDS"]
            for item in record["SET"]["TARGETS"]
        ]

    async def dispatcher_add(self, group: int, uri: str) -> None:
        await self.call("dispatcher.add", group, uri)

    async def dispatcher_remove(self, group: int, uri: str) -> None:
        await self.call("dispatcher.remove", group, uri)

    async def htable_get(self, table: str, key: str) -> str | None:
        """Return a value of a shared table, None when it is not there."""
        try:
            return str((await self.call("htable.get", table, key))["item"]["value"])
        except RpcError:
            return None

    async def htable_delete(self, table: str, key: str) -> None:
        await self.call("htable.delete", table, key)

    async def htable_entries(self, table: str) -> dict[str, str]:
        """Return everything in a shared table, also what has lapsed since it was last swept."""
        slots = await self.call("htable.dump", table) or []
        return {str(entry["name"]): str(entry["value"]) for slot in slots for entry in slot["slot"]}
