"""The one-line address of a Redis behind Sentinel: what it says, and that it tells no secret."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from servicekit.sentinel import SentinelAddress, parse
from servicekit.settings import ServiceSettings

THREE = "redis+sentinel://user:p%40ss@10.0.0.1:26379,10.0.0.2:26380,[::1]:26381/mymaster/3"


def test_address_names_sentinels_master_database_and_who_signs_in():
    hosts = (("10.0.0.1", 26379), ("10.0.0.2", 26380), ("::1", 26381))
    assert parse(THREE) == SentinelAddress(hosts, "mymaster", 3, "user", "p@ss")
    assert parse("redis+sentinel://a/m") == SentinelAddress((("a", 26379),), "m")


def test_password_alone_signs_in_the_default_user():
    address = parse("redis+sentinel://:hunter2@a:1/m/0")

    assert (address.username, address.password, address.user_info) == (None, "hunter2", ":hunter2@")
    assert "hunter2" not in repr(address)


def test_sentinels_may_ask_for_a_password_of_their_own():
    address = parse("redis+sentinel://:hunter2@a:1/m/0?sentinel_password=of%2Ftheirs")

    assert (address.password, address.sentinel_password) == ("hunter2", "of/theirs")
    assert "theirs" not in repr(address) and parse("redis+sentinel://:hunter2@a:1/m/0").sentinel_password is None


@pytest.mark.parametrize(
    "url",
    ["redis+sentinel://a/m/0?password=hunter2", "redis+sentinel://a/m/0?sentinel_password=",
     "redis://a:1/m/0", "redis+sentinel://a:1", "redis+sentinel:///m/0", "redis+sentinel://a:port/m/0",
     "redis+sentinel://a:1,:2/m/0", "redis+sentinel://a:70000/m/0", "redis+sentinel://:hunter2@a:1/m/x"],
)  # fmt: skip
def test_what_is_no_such_address_is_told_without_it(url: str):
    with pytest.raises(ValueError, match=r"redis\+sentinel://\[user") as error:
        parse(url)
    assert "hunter2" not in str(error.value)


def test_settings_take_it_and_refuse_half_of_one(tmp_path: Path):
    assert ServiceSettings(run_dir=tmp_path, redis_url=THREE).redis_url == THREE
    with pytest.raises(ValidationError, match="looks like"):
        ServiceSettings(run_dir=tmp_path, redis_url="redis+sentinel://a:1")
