"""A hand into a running cluster: a socket in its run folder that takes one command a connection, and tells of it."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

from devstack.children import StackError
from devstack.rolling import roll
from devstack.stack import Stack

SOCKET = "hand.sock"
LINE_BYTES = 4096

Tell = Callable[[str], Awaitable[None]]
Action = Callable[[Stack, str, Tell], Awaitable[None]]


class NobodyThereError(Exception):
    """No cluster runs in that folder."""


async def _status(stack: Stack, _name: str, tell: Tell) -> None:
    serving = {stack.serving_conductor(index) for index in stack.nodes}
    conductors = {name for index in stack.nodes for name in stack.shape.conductors_of(index)}
    for name in stack.names:
        pid = stack.pid(name)
        does = "runs" if name not in conductors or name in serving else "stands by"
        await tell(f"{name:24} {f'{does}, pid {pid}' if pid else 'is down'}")


async def _kill(stack: Stack, name: str, tell: Tell) -> None:
    await stack.kill(name)
    await tell(f"{name} was killed; 'trunkline cluster start {name}' starts it again")


async def _stop(stack: Stack, name: str, tell: Tell) -> None:
    await stack.end(name)
    await tell(f"{name} has finished what it held, and left; 'trunkline cluster start {name}' starts it again")


async def _start(stack: Stack, name: str, tell: Tell) -> None:
    if stack.pid(name) is not None:
        raise StackError(f"{name} runs already")
    await stack.start(name)
    await tell(f"{name} is ready")


async def _add_node(stack: Stack, _name: str, tell: Tell) -> None:
    await tell("starting one more media node; nothing else is started again")
    await tell(f"node-{await stack.add_node()} takes calls")


async def _drain(stack: Stack, name: str, tell: Tell) -> None:
    await tell(f"{name} takes no new calls; waiting for those that it has")
    await stack.drain_node(stack.index_of_node(name))
    first, *_ = stack.shape.conductors_of(stack.index_of_node(name))
    await tell(f"{name} holds no call; 'trunkline cluster start {first}' brings it back")


async def _remove_node(stack: Stack, name: str, tell: Tell) -> None:
    await tell(f"{name} takes no new calls; waiting for those that it has")
    await stack.remove_node(stack.index_of_node(name))
    await tell(f"{name} is gone")


async def _roll(stack: Stack, _name: str, tell: Tell) -> None:
    await roll(stack, tell)
    await tell("every process has been restarted")


ACTIONS: dict[str, Action] = {
    "status": _status, "kill": _kill, "stop": _stop, "start": _start,
    "add-node": _add_node, "drain": _drain, "remove-node": _remove_node, "roll": _roll,
}  # fmt: skip


@contextlib.asynccontextmanager
async def hand(stack: Stack) -> AsyncIterator[None]:
    """Take commands for this stack, one after the other, while the context is open."""
    one_at_a_time = asyncio.Lock()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def tell(line: str, **more: bool) -> None:
            writer.write(json.dumps({"line": line, **more}).encode() + b"\n")
            await writer.drain()

        with contextlib.suppress(ConnectionError):
            asked = json.loads(await reader.readline() or b"{}")
            try:
                async with one_at_a_time:
                    await ACTIONS[asked["do"]](stack, asked["name"], tell)
                await tell("", done=True, ok=True)
            except KeyError as error:
                names = ", ".join(stack.names)
                await tell(f"there is no {error.args[0]} in this cluster.  There are: {names}", done=True, ok=False)
            except StackError as error:
                await tell(str(error), done=True, ok=False)
        writer.close()

    with _short_path(stack.run_dir) as path:
        server = await asyncio.start_unix_server(serve, path, limit=LINE_BYTES)
        os.chmod(path, 0o600)  # noqa: PTH101 - a path by an open folder
        async with server:
            yield


async def ask(run_dir: Path, do: str, name: str, told: Callable[[str], None]) -> bool:
    """Give the cluster that runs in a folder a command; return whether it was carried out.

    told: hears each line that the cluster says meanwhile.  Raises NobodyThereError.
    """
    try:
        with _short_path(run_dir) as path:
            reader, writer = await asyncio.open_unix_connection(path)
    except OSError:
        raise NobodyThereError(str(run_dir)) from None
    writer.write(json.dumps({"do": do, "name": name}).encode() + b"\n")
    try:
        while line := await reader.readline():
            answer = json.loads(line)
            if answer["line"]:
                told(answer["line"])
            if answer.get("done"):
                return bool(answer["ok"])
    finally:
        writer.close()
    told("the cluster ended meanwhile")
    return False


@contextlib.contextmanager
def _short_path(folder: Path) -> Iterator[str]:
    """Yield the socket's path by an open folder: a path may have 107 bytes, and a repository may lie deep."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET}"
    finally:
        os.close(descriptor)
