"""Runs rtpengine, and lets its sockets take packets from the agreed addresses only.

rtpengine learns a port from whoever sends first, and forwards to the caller whatever reaches the port of a phone that
has not answered.  So each socket that waits for a phone whose port is unknown gets a filter of the kernel's: packets
of the address that the phone signals from, or none.  A parent may reach into its child's sockets without privileges
(pidfd_getfd, ptrace(2)); in a container that takes the capability SYS_PTRACE.
"""

import contextlib
import ctypes
import json
import os
import secrets
import signal
import socket
import struct
import subprocess
import sys
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

from edge_proxy import bencoding, packetfilter

REMEMBERED_CALLS = 20_000
ENGINE_SECONDS, START_SECONDS, LOOK_SECONDS = 0.5, 10.0, 0.2
_PIDFD_GETFD, _SO_ATTACH_FILTER, _PR_SET_PDEATHSIG = 438, 26, 1
_LIBC = ctypes.CDLL(None, use_errno=True)


class Sockets:
    """The UDP sockets of another process, by local port."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._pidfd = os.pidfd_open(pid)
        self._known: dict[int, tuple[int, int]] = {}
        """File descriptor there to inode and port."""
        self._filtered: dict[int, tuple[int, bytes]] = {}
        """Port to inode and program."""

    def filter(self, ports: Iterable[int], program: bytes, *, new_only: bool = False) -> bool:
        """Let the sockets at these ports take what a program takes; say whether all were found.  Raises OSError.

        new_only: those that have a filter keep it.
        """
        wanted = set(ports)
        places = self._find(wanted)
        for port, (number, inode) in places.items():
            had, what = self._filtered.get(port, (0, b""))
            if had != inode or (what != program and not new_only):
                with self._taken(number) as held:
                    _attach(held, program)
                self._filtered[port] = inode, program
        return len(places) == len(wanted)

    def reaches(self, port: int) -> bool:
        """Say whether the socket at a port can be found, which takes the right to all."""
        return bool(self._find({port}))

    def _find(self, wanted: set[int]) -> dict[int, tuple[int, int]]:
        folder = f"/proc/{self._pid}/fd"
        found, seen = {}, {}
        for name in os.listdir(folder):  # noqa: PTH208 - thousands of them, a few times a second
            number = int(name)
            try:
                inode = os.stat(f"{folder}/{name}").st_ino  # noqa: PTH116 - likewise
            except OSError:
                continue
            known = self._known.get(number)
            if known is None or known[0] != inode:
                known = inode, self._port(number)
            seen[number] = known
            if known[1] in wanted:
                found[known[1]] = number, inode
        self._known = seen
        return found

    def _port(self, number: int) -> int:
        try:
            with self._taken(number) as held:
                return int(held.getsockname()[1]) if held.type == socket.SOCK_DGRAM else 0
        except (OSError, IndexError, TypeError):
            return 0

    @contextlib.contextmanager
    def _taken(self, number: int) -> Iterator[socket.socket]:
        own = _LIBC.syscall(_PIDFD_GETFD, self._pidfd, number, 0)
        if own < 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
        try:
            held = socket.socket(fileno=own)
        except OSError:
            os.close(own)
            raise
        with held:
            yield held


def _attach(held: socket.socket, program: bytes) -> None:
    buffer = ctypes.create_string_buffer(program, len(program))
    held.setsockopt(
        socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", len(program) // 8, ctypes.addressof(buffer))
    )


class Guard:
    """Which address each side of a call has its media from, as far as its port is to be learnt."""

    def __init__(self, engine: tuple[str, int], sockets: Sockets) -> None:
        self._engine = engine
        self._sockets = sockets
        self._calls: OrderedDict[str, dict[str, str]] = OrderedDict()

    def obey(self, order: dict[str, str]) -> bool:
        """Carry out an order; say whether it holds.

        `call` alone: what was said of the call holds for sockets opened since.  With `only`: the side with this `tag`
        is heard from that address; when no side has it yet, whoever may become it: those that have not answered, or
        whoever answered `beside` this caller before.  With `hush`: those that have not answered take nothing yet.
        """
        call = order["call"]
        sides = self._calls.get(call, {})
        address = order.get("only", "")
        if not address and not sides and "hush" not in order:
            return True
        tags = self._streams(call)
        if tags is None:
            self._calls.pop(call, None)
            return False
        holds = True
        if "hush" in order:
            holds = self._sockets.filter(_ports(tags, ""), packetfilter.NOBODY, new_only=True)
        if address:
            tag = order.get("tag", "")
            sides = sides | {tag: address}
            self._remember(call, sides)
            if tag not in tags:
                ports = list(_ports(tags, "")) or list(_ports(tags, *(set(tags) - {order.get("beside", "")})))
                holds = self._sockets.filter(ports, packetfilter.only_from(address))
        for tag, known in sides.items():
            if tag and tag in tags:
                holds = self._sockets.filter(_ports(tags, tag), packetfilter.only_from(known)) and holds
        return holds

    def _remember(self, call: str, sides: dict[str, str]) -> None:
        self._calls[call] = sides
        self._calls.move_to_end(call)
        if len(self._calls) > REMEMBERED_CALLS:
            self._calls.popitem(last=False)

    def _streams(self, call: str) -> dict[str, Any] | None:
        answer = ask(self._engine, {"command": "query", "call-id": call})
        return answer.get("tags") if answer.get("result") == "ok" else None


def _ports(tags: dict[str, Any], *wanted: str) -> Iterator[int]:
    for side in tags.values():
        if side.get("tag", "") in wanted:
            for media in side.get("medias", ()):
                yield from (port for stream in media["streams"] if (port := stream.get("local port", 0)))


def ask(engine: tuple[str, int], question: dict[str, str]) -> dict[str, Any]:
    """Return rtpengine's answer, empty when there is none in time."""
    cookie = secrets.token_hex(6).encode()
    family = socket.AF_INET6 if ":" in engine[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.settimeout(ENGINE_SECONDS)
        try:
            asking.connect(engine)
            asking.send(cookie + b" " + bencoding.encode(question))
            while True:
                mark, _, body = asking.recv(65_535).partition(b" ")
                if mark == cookie:
                    answer = bencoding.decode(body)
                    return answer if isinstance(answer, dict) else {}
        except (OSError, ValueError):
            return {}


def run(command: list[str], engine: tuple[str, int], port: int) -> int:
    """Run rtpengine until it ends, obeying orders on a port beside its own; return its exit code.

    Exits with a reason where its sockets can not be reached: nobody's media would be safe.
    """
    child = subprocess.Popen(command, preexec_fn=_die_with_parent)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, _: child.send_signal(number))
    try:
        sockets = Sockets(child.pid)
        with socket.socket(socket.AF_INET6 if ":" in engine[0] else socket.AF_INET, socket.SOCK_DGRAM) as orders:
            orders.bind((engine[0], port))
            orders.settimeout(LOOK_SECONDS)
            _prove(child, sockets, engine)
            guard = Guard(engine, sockets)
            while child.poll() is None:
                with contextlib.suppress(TimeoutError):
                    _serve(guard, orders)
    except OSError as error:
        child.terminate()
        child.wait()
        sys.exit(f"rtpengine's sockets can not be guarded (in a container: CAP_SYS_PTRACE): {error.strerror}")
    return child.wait()


def _serve(guard: Guard, orders: socket.socket) -> None:
    data, sender = orders.recvfrom(8192)
    order: dict[str, str] = {}
    try:
        order = json.loads(data)
        holds = guard.obey(order)
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        print(f"media guard: an order was not carried out: {error!r}", file=sys.stderr, flush=True)
        holds = False
    with contextlib.suppress(OSError):
        orders.sendto(json.dumps({"id": order.get("id", ""), "holds": holds}).encode(), sender)


def _prove(child: "subprocess.Popen[bytes]", sockets: Sockets, engine: tuple[str, int]) -> None:
    """See once that the child's sockets can be reached.  Raises OSError."""
    ends = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < ends:
        if ask(engine, {"command": "ping"}):
            if not sockets.reaches(engine[1]):
                raise PermissionError(1, "not permitted")
            return
        time.sleep(0.02)


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
