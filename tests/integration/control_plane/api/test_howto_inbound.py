"""The command lines of docs/queues.md run as they are pasted, one after the other, against a platform."""

import os
import re
import subprocess
from pathlib import Path

from api_house import ADMIN_PASSWORD, House, World, fresh, run

DOCUMENT = Path(__file__).parents[4] / "docs" / "queues.md"
# A refused request ends the script, and says what was wrong.
BEFORE = 'set -euo pipefail\ncurl() { command curl --fail-with-body --max-time 15 "$@"; }\n'


async def take_for_granted(world: World, tenant_id: str) -> None:
    """Make what the document does not: the tenant, and HQ's own site."""
    await world.admin.make("/tenants", {"tenant_id": tenant_id, "name": "Some Firm"})
    await world.admin.call("POST", "/sites", {"site_id": "hq", "name": "Headquarters"})


def test_the_lines_run_as_they_are_pasted(house: House, world: World, tmp_path: Path):
    tenant_id = fresh("t")
    run(take_for_granted(world, tenant_id))
    blocks = re.findall(r"^```sh\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    script = "\n".join(blocks).replace("/tenants/acme", f"/tenants/{tenant_id}")
    script = script.replace('"tenant_id": "acme"', f'"tenant_id": "{tenant_id}"')
    for name, value in (("API", f"{house.url}/api/v1"), ("ADMIN_PASSWORD", ADMIN_PASSWORD)):
        script = re.sub(rf"^{name}=.*$", f"{name}={value}", script, flags=re.MULTILINE)

    done = subprocess.run(
        ["bash", "-c", BEFORE + script], cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=120
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "heard.wav").read_bytes()[:4] == b"RIFF"
