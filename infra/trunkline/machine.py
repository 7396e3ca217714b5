"""Checks of the machine: addresses, ports, limits, clock, space, and Redis where one is configured."""

import os
import resource
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from trunkline.diagnosis import Finding, Level, fine
from trunkline.doors import redises_of
from trunkline.plan import REDIS_PORT, AddressPlan, cache_folder
from trunkline.ports import is_free

FILES_NEEDED = 4096
SPACE_NEEDED, SPACE_WISHED = 200 << 20, 2 << 30
REDIS_SECONDS = 2.0


def check_loopback(plan: AddressPlan) -> Iterator[Finding]:
    """Any address of 127.0.0.0/8 can be bound, as Linux has it by default."""
    for address in (plan.edge, plan.node, plan.control, plan.branch, plan.carrier):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind((address, 0))
        except OSError as error:
            mend = "ip address add 127.0.0.1/8 dev lo && ip link set lo up"
            yield Finding("loopback", Level.BLOCKS, f"{address} can not be used: {error.strerror}", mend)
            return
    yield fine("loopback", f"127.{plan.block}.0.0/16 can be used")


def check_ports(plan: AddressPlan) -> Iterator[Finding]:
    """The addresses that the demo listens on are free."""
    listeners = plan.listeners() | {"redis": ("tcp", plan.control, REDIS_PORT)}
    taken = [f"{name} ({host}:{port}/{kind})" for name, (kind, host, port) in listeners.items()
             if not is_free(kind, host, port)]  # fmt: skip
    if taken:
        mend = (
            f"stop what listens there (ss -lntup), or take another block: DEMO_BLOCK={plan.block % 254 + 1} make demo"
        )
        yield Finding("ports", Level.BLOCKS, f"taken: {', '.join(taken)}", mend)
    else:
        yield fine("ports", "free")


def check_file_limit() -> Iterator[Finding]:
    """Each call takes half a dozen sockets in several processes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES_NEEDED:
        text = f"a process may open {soft} files; a media node of 100 calls wants {FILES_NEEDED}"
        yield Finding("file limit", Level.WARNING, text, f"ulimit -n {min(hard, 65536) if hard > 0 else 65536}")
    else:
        yield fine("file limit", f"{soft} files a process")


def check_clock() -> Iterator[Finding]:
    """Certificates, tokens and CDRs need the time; where systemd runs it knows whether it is kept."""
    if not Path("/run/systemd/system").is_dir() or shutil.which("timedatectl") is None:
        yield fine("clock", "nothing on this machine says whether it is kept; one machine alone does not mind")
        return
    shown = subprocess.run(
        ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
        capture_output=True, text=True, timeout=5, check=False, stdin=subprocess.DEVNULL,
    ).stdout.strip()  # fmt: skip
    if shown == "no":
        text = "is not kept by NTP: certificates and tokens of other machines may look expired"
        yield Finding("clock", Level.WARNING, text, "apt install systemd-timesyncd && timedatectl set-ntp true")
    else:
        yield fine("clock", "kept by NTP")


def check_disk(run_root: Path) -> Iterator[Finding]:
    """Recordings, logs and the cache have room: a minute of a recorded call takes 2 MB until it is finished."""
    for subject, folder in (("disk for runs", run_root), ("disk for the cache", cache_folder())):
        existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(existing).free
        text = f"{free >> 20} MB free in {existing}"
        if not os.access(existing, os.W_OK):
            yield Finding(subject, Level.BLOCKS, f"{existing} can not be written", f"chown -R $(id -un) {existing}")
        elif free < SPACE_WISHED:
            level = Level.BLOCKS if free < SPACE_NEEDED else Level.WARNING
            yield Finding(subject, level, text, "free some space; 2 GB is comfortable")
        else:
            yield fine(subject, text)


def check_redis() -> Iterator[Finding]:
    """Where TRUNKLINE_REDIS_URL names a Redis, it answers; without it the demo starts its own."""
    url = os.environ.get("TRUNKLINE_REDIS_URL")
    if not url:
        yield fine("redis in use", "none configured (TRUNKLINE_REDIS_URL); the demo starts its own")
        return
    # Of sentinels the first stands for all: they know of each other.
    place = next(redises_of(url), None)
    if place is None:
        yield fine("redis in use", "a socket in a folder")
        return
    where = f"{place[0]}:{place[1]}"
    try:
        with socket.create_connection(place, REDIS_SECONDS) as connection:
            connection.sendall(b"PING\r\n")
            answer = connection.recv(64)
    except OSError as error:
        text = f"{where} does not answer: {error.strerror or type(error).__name__}"
        yield Finding("redis in use", Level.BLOCKS, text, "start it, or correct TRUNKLINE_REDIS_URL")
        return
    # A Redis with a password says so, and that is an answer too.
    known = answer.startswith((b"+PONG", b"-NOAUTH"))
    if known:
        yield fine("redis in use", f"{where} answers")
    else:
        yield Finding("redis in use", Level.BLOCKS, f"{where} is no Redis", "correct TRUNKLINE_REDIS_URL")
