"""What an old run left behind: processes named in a run folder's pids.json that still live without their stack."""

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

from trunkline.diagnosis import Finding, Level, fine


def check_run_folders(run_root: Path) -> Iterator[Finding]:
    """No run folder has living processes whose stack is gone, and none is somebody else's."""
    stale: dict[str, int] = {}
    running: list[str] = []
    for folder in sorted(run_root.glob("*")) if run_root.is_dir() else []:
        if not os.access(folder, os.W_OK):
            yield Finding(
                "old runs", Level.WARNING, f"{folder} is another user's", f"sudo chown -R $(id -un) {folder}"
            )
            continue
        if stack_lives(folder):
            running.append(folder.name)
            continue
        stale |= {f"{folder.name}/{name}": pid for name, pid in pids_of(folder).items() if belongs(pid, folder)}
    if stale:
        text = "left over from an old run: " + ", ".join(f"{name} (pid {pid})" for name, pid in stale.items())
        yield Finding("old runs", Level.BLOCKS, text, f"kill {' '.join(map(str, stale.values()))}")
    elif running:
        yield Finding("old runs", Level.WARNING, f"a stack runs now: {', '.join(running)}", "Ctrl-C in its terminal")
    else:
        yield fine("old runs", "nothing left behind")


def stack_lives(folder: Path) -> bool:
    """Say whether a stack holds the folder's lock."""
    lock = folder / ".lock"
    if not lock.exists():
        return False
    with lock.open("r", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def pids_of(folder: Path) -> dict[str, int]:
    """Return process name to pid as the last stack in this folder noted them."""
    try:
        noted = json.loads((folder / "pids.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): int(pid) for name, pid in noted.items()} if isinstance(noted, dict) else {}


def belongs(pid: int, folder: Path) -> bool:
    """Say whether the process lives and is the folder's: pids are used again, so the number alone proves nothing."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return str(folder.resolve()).encode() in environment + command
