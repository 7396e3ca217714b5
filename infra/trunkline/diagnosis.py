"""What the doctor says about one thing: how bad it is, what it is in plain words, and how to mend it."""

import subprocess
from dataclasses import dataclass
from enum import Enum

COMMAND_SECONDS = 10


class Level(Enum):
    FINE = "fine"
    WARNING = "warning"
    BLOCKS = "blocks"


@dataclass(frozen=True)
class Finding:
    subject: str
    level: Level
    text: str
    mend: str = ""

    def to_json(self) -> dict[str, str]:
        return {"subject": self.subject, "level": self.level.value, "text": self.text, "mend": self.mend}


def fine(subject: str, text: str) -> Finding:
    return Finding(subject, Level.FINE, text)


def first_line_of(*command: str) -> str | None:
    """Return the first line that a command prints on either stream, None when it can't run or says nothing."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[0] if lines else None
