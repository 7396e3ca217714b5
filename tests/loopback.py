"""Loopback addresses and ports for engines of tests, so that workers of one run, and several runs, never meet.

Each process that runs tests has a block of its own, 127.<block>.0.0/16, and ports of its own on 127.0.0.1.
"""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle

from trunkline.ports import is_free

BLOCKS = range(100, 250)
"""Blocks under 100 are for people: `trunkline demo --block 77`."""

PORTS_OF_A_BLOCK = 120
FIRST_PORT = 12_000
"""All blocks' ports lie below those that the system lends to outgoing connections."""

KEEPER_PORT = 65_000


@dataclass(frozen=True)
class Block:
    """A block that is held while its keeper's socket is open: the kernel frees it with the process."""

    number: int
    keeper: socket.socket
    ports: Iterator[int]

    def address(self, tail: str) -> str:
        """Return an address of the block, for example `10.1` for 127.<block>.10.1."""
        return f"127.{self.number}.{tail}"


@cache
def own_block() -> Block:
    """Return this process's block: the first that nobody holds, beginning at one that its pid picks."""
    first = os.getpid() % len(BLOCKS)
    for number in (*BLOCKS[first:], *BLOCKS[:first]):
        keeper = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            keeper.bind((f"127.{number}.255.254", KEEPER_PORT))
        except OSError:
            keeper.close()
        else:
            ports = FIRST_PORT + BLOCKS.index(number) * PORTS_OF_A_BLOCK
            return Block(number, keeper, cycle(range(ports, ports + PORTS_OF_A_BLOCK)))
    raise RuntimeError("every loopback block is taken by a run of tests")


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port of host, UDP and TCP, that is free and that nobody else is given meanwhile."""
    ports = own_block().ports
    return next(port for port in ports if is_free("udp", host, port) and is_free("tcp", host, port))
