"""What passes the edge is one message for all who read it: Kamailio, the pjsip of our Asterisk, and we."""

from pathlib import Path

import pytest
from fuzzed_edges import differential

MESSAGES = 2_000
SEED = 3261


@pytest.mark.timeout(120)
async def test_whatever_passes_is_read_the_same_by_all(tmp_path: Path):
    found = await differential(tmp_path / "fuzz", MESSAGES, SEED)

    assert {each["what"]: each["examples"][0] for each in found["read_differently"]} == {}
    assert found["well_formed_that_did_not_pass"] == {}
    assert found["strays"] == [], "nobody has sent these"
    assert sum(found["passed"].values()) > MESSAGES / 10, "a gate that lets nothing through proves nothing"
