"""The image's definition: its packages are the set-up's, and its drain waits for the conductor."""

import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path

from trunkline.plan import REPOSITORY

IMAGE = REPOSITORY / "infra" / "images" / "trunkline"
SETUP = (REPOSITORY / "infra" / "setup" / "setup.sh").read_text()


def test_the_image_has_the_set_up_s_engines():
    text = (IMAGE / "Containerfile").read_text()
    words = set(text.replace("\\\n", " ").split())
    packages = set(re.search(r'^common="([^"]+)"', SETUP, re.MULTILINE).group(1).split())  # type: ignore[union-attr]

    assert {package for package in packages if package.startswith(("kamailio", "rtpengine"))} <= words
    assert not re.search(r":latest|https?://", text)
    for line in re.findall(r"^COPY (?!--from)(?:--\S+ )?(.+)$", text, re.MULTILINE):
        assert [source for source in line.split()[:-1] if not (REPOSITORY / source).exists()] == []


def test_a_drain_waits_until_the_conductor_is_gone(tmp_path: Path):
    state = tmp_path / "conductor-node-1"
    state.mkdir()
    settings = {
        "RUN_DIR": tmp_path, "NODE_ID": "node-1", "EDGE_INTERNAL": "127.0.0.1:5062", "ASTERISK_ROOT": tmp_path,
        "SPOOL_DIR": tmp_path,
    }  # fmt: skip
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"PATH": path} | {f"TRUNKLINE_{name}": str(value) for name, value in settings.items()}
    with (state / "lock").open("w") as conductor:
        fcntl.flock(conductor, fcntl.LOCK_EX)

        brief = {**env, "DRAIN_SECONDS": "0.2"}
        cut_off = subprocess.run([IMAGE / "drain-media-node"], env=brief, timeout=30, check=False)

        assert cut_off.returncode == 1 and (state / "drain").exists(), "the conductor still has calls"
    subprocess.run([IMAGE / "drain-media-node"], env=env, timeout=30, check=True)
    assert not (state / "drain").exists(), "the next conductor is not to drain"
