"""The console's own checks: types, lint, its tests (missing translations too), and that its API types are current."""

import subprocess

import pytest

from trunkline.plan import REPOSITORY

CONSOLE = REPOSITORY / "tenants" / "console"
CHECK_SECONDS = 300.0
"""Twenty on a quiet machine."""


@pytest.mark.parametrize("script", [["check"], ["api", "--", "--check"]], ids=["check", "api"])
def test_the_console_passes_its_own_checks(script: list[str]):
    done = subprocess.run(
        ["npm", "run", *script], cwd=CONSOLE, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False
    )

    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]
