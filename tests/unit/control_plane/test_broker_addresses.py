"""How the one address of Redis is spelled for Celery's transport."""

import pytest

from control_plane.jobs.queueing import broker_url_of


@pytest.mark.parametrize(
    ("ours", "celerys"),
    [
        ("redis://:p@h:1/0", "redis://:p@h:1/0"),
        ("unix:///run/redis.sock?db=1", "redis+socket:///run/redis.sock?virtual_host=1"),
        ("redis+sentinel://a:1,b:2/m/3", "sentinel://a:1/3;sentinel://b:2/3"),
        ("redis+sentinel://:p%40@a:1/m/0", "sentinel://:p%40@a:1/0"),
    ],
)
def test_address_is_spelled_as_the_transport_wants_it(ours: str, celerys: str):
    assert broker_url_of(ours) == celerys
