"""What the doctor says of the console: whether it is built, and leaves the portal a place for its nonce."""

from collections.abc import Iterator
from pathlib import Path

from trunkline.diagnosis import Finding, Level, fine
from trunkline.plan import REPOSITORY

# As the portal has them, which is not imported: the doctor has to run where its libraries are missing.
CONSOLE = REPOSITORY / "tenants" / "console" / "dist"
NONCE = "__CSP_NONCE__"


def check_console(folder: Path) -> Iterator[Finding]:
    """Look at what the portal serves.  folder: of the built console."""
    page = folder / "index.html"
    if not page.exists():
        text = "the console is not built: the portal shows a page that says so"
        yield Finding("console", Level.WARNING, text, "make console")
    elif NONCE not in page.read_text(encoding="utf-8"):
        text = f"its page names no nonce ({NONCE}): the portal's policy will not let it run what it makes itself"
        yield Finding("console", Level.WARNING, text, "build it with Vite's html.cspNonce")
    else:
        yield fine("console", "built")
