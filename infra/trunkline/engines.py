"""Checks of what Trunkline stands on: Kamailio, rtpengine, Redis, Asterisk, Python."""

import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from trunkline.diagnosis import Finding, Level, fine, first_line_of
from trunkline.plan import asterisk_folder, cassandra_folder

SET_UP = "make setup"
SBIN = "/usr/sbin:/sbin"

KAMAILIO_MODULES = (
    "app_python3", "tls", "websocket", "jsonrpcs", "json", "xhttp", "registrar", "usrloc", "dispatcher", "htable",
    "rtpengine", "uac", "topos", "dialog", "pike", "outbound", "path", "auth",
)  # fmt: skip

JAVA_VERSIONS = (11, 17)
PACKAGES = (
    "aiohttp", "redis", "pydantic", "celery", "redbeat", "argon2", "jwt", "soundfile", "numpy", "rich", "cassandra",
    "pocketsphinx",
)  # fmt: skip


@dataclass(frozen=True)
class Engine:
    name: str
    command: tuple[str, ...]
    oldest: tuple[int, int]


ENGINES = (
    Engine("kamailio", ("kamailio", "-v"), (5, 6)),
    Engine("rtpengine", ("rtpengine", "--version"), (10, 5)),
    Engine("redis-server", ("redis-server", "--version"), (6, 2)),
    Engine("espeak-ng", ("espeak-ng", "--version"), (1, 50)),
)


def check_engines() -> Iterator[Finding]:
    """The engines are installed, run, and are not too old."""
    path = f"{os.environ.get('PATH', '')}:{SBIN}"
    for engine in ENGINES:
        binary = shutil.which(engine.command[0], path=path)
        if binary is None:
            yield Finding(engine.name, Level.BLOCKS, "is not installed", SET_UP)
            continue
        line = first_line_of(binary, *engine.command[1:]) or ""
        version = version_of(line)
        if version is None:
            text = f"{binary} does not say its version: {line or 'no output'}"
            yield Finding(engine.name, Level.WARNING, text, f"run '{binary} {engine.command[1]}' and look")
        elif version < engine.oldest:
            oldest = ".".join(map(str, engine.oldest))
            yield Finding(engine.name, Level.BLOCKS, f"is too old: {line}; needed is {oldest}", SET_UP)
        else:
            yield fine(engine.name, f"version {'.'.join(map(str, version))}")
    yield from _check_kamailio_modules()


def version_of(line: str) -> tuple[int, int] | None:
    """Return (major, minor) from a line such as `version: kamailio 5.6.3 (x86_64/linux)`."""
    found = re.search(r"\b(\d+)\.(\d+)", line)
    return (int(found[1]), int(found[2])) if found else None


def _check_kamailio_modules() -> Iterator[Finding]:
    folders = [folder for folder in Path("/usr/lib").glob("*/kamailio/modules") if folder.is_dir()]
    if not folders:
        return
    missing = [name for name in KAMAILIO_MODULES if not (folders[0] / f"{name}.so").exists()]
    if missing:
        yield Finding("kamailio modules", Level.BLOCKS, f"missing: {', '.join(missing)}", SET_UP)
    else:
        yield fine("kamailio modules", "all there")


def check_asterisk() -> Iterator[Finding]:
    """The private Asterisk tree is there and starts."""
    tree = asterisk_folder()
    if not (tree / "usr/sbin/asterisk").exists():
        yield Finding("asterisk", Level.BLOCKS, f"the private tree {tree} is missing", SET_UP)
        return
    loaders = sorted(tree.glob("usr/lib/*-linux-gnu/ld-linux-*.so.*")) or sorted(tree.glob("usr/lib64/ld-linux-*"))
    libraries = sorted(tree.glob("usr/lib/*-linux-gnu"))
    if not loaders or not libraries:
        yield Finding("asterisk", Level.BLOCKS, f"the tree {tree} is incomplete", f"rm -rf {tree} && {SET_UP}")
        return
    line = first_line_of(str(loaders[0]), "--library-path", str(libraries[0]), str(tree / "usr/sbin/asterisk"), "-V")
    version = version_of(line or "")
    if line is None or version is None:
        yield Finding("asterisk", Level.BLOCKS, f"does not start: {line}", f"rm -rf {tree} && {SET_UP}")
    elif version < (20, 0):
        yield Finding("asterisk", Level.BLOCKS, f"is too old: {line}", f"rm -rf {tree} && {SET_UP}")
    else:
        yield fine("asterisk", f"version {'.'.join(map(str, version))} in {tree}")


def check_cassandra() -> Iterator[Finding]:
    """Cassandra's jars and a Java that runs them are there; the demo needs neither, the tests do."""
    jars = cassandra_folder()
    if not list(jars.glob("cassandra-all-*.jar")):
        yield Finding("cassandra", Level.WARNING, f"the jars in {jars} are missing; tests need them", SET_UP)
        return
    line = first_line_of("java", "-version") if shutil.which("java") else None
    version = version_of(line or "")
    if version is None or version[0] not in JAVA_VERSIONS:
        text = f"needs Java {' or '.join(map(str, JAVA_VERSIONS))}; this machine has {line or 'none'}"
        yield Finding("cassandra", Level.WARNING, text, SET_UP)
    else:
        yield fine("cassandra", f"jars in {jars}, Java {version[0]}")


def check_python() -> Iterator[Finding]:
    """This is the distribution's Python (Kamailio embeds its library), and the rooms' packages are there."""
    version = ".".join(map(str, sys.version_info[:3]))
    base = Path(sysconfig.get_config_var("BINDIR") or "")
    if base not in (Path("/usr/bin"), Path("/bin")):
        text = f"{version} comes from {base}; Kamailio embeds the distribution's, and compiled modules fit only one"
        yield Finding("python", Level.WARNING, text, f"rm -rf .venv && {SET_UP}")
    else:
        yield fine("python", f"version {version}, the distribution's")
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        yield Finding("python packages", Level.BLOCKS, f"missing: {', '.join(missing)}", SET_UP)
    else:
        yield fine("python packages", "all there")
