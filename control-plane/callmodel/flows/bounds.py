"""How big each number of a flow may be, and what names look like: the same for the validator and the JSON schema."""

import re

BOUNDS: dict[str, tuple[float, float]] = {
    "seconds": (1, 300),
    "tries": (1, 10),
    "again_minutes": (1, 1440),
    "hours": (1, 72),
    "times": (1, 20),
    "least": (0, 32),
    "most": (1, 32),
    "percent": (0, 100),
    "timeout_ms": (100, 10_000),
    "priority": (0, 10),
    "level": (1, 10),
    "confidence": (0, 1),
    "threshold": (0, 86_400),
    "version": (1, 1_000_000_000),
}
"""By the name of the field, least and most."""

MOST_ITEMS = 64
"""Of a list or a table inside of a node."""
PATTERNS = {
    "flow_id": "[a-z0-9][a-z0-9_-]{0,63}",
    "queue_id": "[a-z0-9][a-z0-9_-]{0,63}",
    "calendar_id": "[a-z0-9][a-z0-9_-]{0,63}",
    "prompt_id": "[a-z0-9][a-z0-9_.-]{0,63}",
    "into": "[a-z][a-z0-9_]{0,39}",
}
"""What names that are kept elsewhere look like, by the name of the field."""
NODE_NAME = re.compile(r"[^\s\"'`{}<>|\\][^\"'`{}<>|\\\x00-\x1f]{0,39}")
KEYS = re.compile("[0-9*#A-D]{1,4}")
LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
