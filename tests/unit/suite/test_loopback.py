"""Each process that runs tests has addresses and ports that no other has."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.loopback import BLOCKS, KEEPER_PORT, free_port, own_block

TELL = "from tests.loopback import *; print(own_block().number, free_port(), flush=True); input()"


@contextmanager
def other_processes(count: int) -> Iterator[list[tuple[int, int]]]:
    """Yield the block and a port of so many processes that live as long as the context."""
    others = [
        subprocess.Popen([sys.executable, "-c", TELL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    try:
        told = [other.stdout.readline().split() for other in others if other.stdout]
        yield [(int(block), int(port)) for block, port in told]
    finally:
        for other in others:
            other.communicate("\n", timeout=20)


def can_be_taken(block: int) -> bool:
    with socket.socket() as keeper:
        try:
            keeper.bind((f"127.{block}.255.254", KEEPER_PORT))
        except OSError:
            return False
    return True


def test_processes_never_share_a_block_or_a_port():
    with other_processes(4) as told:
        blocks = {block for block, _ in told} | {own_block().number}
        ports = {port for _, port in told} | {free_port()}

    assert len(blocks) == len(ports) == 5
    assert blocks <= set(BLOCKS)


def test_a_block_is_held_while_its_process_lives_and_no_longer():
    with other_processes(1) as [(block, _)]:
        assert not can_be_taken(block)

    assert can_be_taken(block)
    assert not can_be_taken(own_block().number)


def test_a_port_is_not_given_twice_and_is_free():
    ports = [free_port() for _ in range(20)]

    assert len(set(ports)) == 20
    for port in ports:
        with socket.socket() as server:
            server.bind(("127.0.0.1", port))
