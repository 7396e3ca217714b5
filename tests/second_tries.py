"""Which tests are run once more when they fail, and why.  A test that isn't named here fails at once."""

VOICE = "it hears tones in packets that a busy machine may drop, as a network may"

SECOND_TRIES = {
    "tests/e2e/": VOICE,
    "tests/integration/cluster/": "it counts what a fault cost, and so does what the machine did meanwhile",
    "tests/integration/edge_proxy/": VOICE,
    "tests/integration/media_nodes/": VOICE,
    "tests/integration/branch_gateway/test_branch_with_real_edges.py": VOICE,
    "tests/integration/simulators/": VOICE,
}
"""Reasons by what a test's path begins with."""


def second_try_of(path: str) -> str | None:
    """Return why a test at a path, counted from the root of the repository, gets a second try."""
    return next((reason for place, reason in SECOND_TRIES.items() if path.startswith(place)), None)
