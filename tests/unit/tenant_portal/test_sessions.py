"""A session opens with its own cookie alone, and ends by silence or by age."""

import pytest

from tenant_portal.sessions import CookieKey, Identity, SealBrokenError, Tokens, lives_ms, new_identity

TOKENS = Tokens("access", "refresh", 1_000)


def test_what_is_sealed_opens_with_the_same_cookie():
    key = CookieKey.new()

    sealed = key.seal("tokens", TOKENS)

    assert Tokens(**CookieKey(key.cookie).open("tokens", sealed)) == TOKENS
    assert "access" not in bytes.fromhex(sealed).decode("latin-1")
    assert key.seal("tokens", TOKENS) != sealed, "a nonce of its own each time"


@pytest.mark.parametrize("change", ["other cookie", "other place", "changed", "cut", "no hex"])
def test_nothing_else_opens_it(change: str):
    key = CookieKey.new()
    sealed = key.seal("tokens", TOKENS)
    what = "identity" if change == "other place" else "tokens"
    opener = CookieKey.new() if change == "other cookie" else key
    text = {"changed": sealed[:-2] + ("00" if sealed[-2:] != "00" else "01"), "cut": sealed[:20], "no hex": "zz"}

    with pytest.raises(SealBrokenError):
        opener.open(what, text.get(change, sealed))


def test_the_name_in_redis_does_not_tell_the_cookie():
    key = CookieKey("a-cookie")

    assert key.name == CookieKey("a-cookie").name != CookieKey("another").name
    assert "a-cookie" not in key.name


@pytest.mark.parametrize(
    ("age_ms", "left"), [(0, 600), (5_000, 600), (9_500, 500), (10_000, 0), (11_000, -1_000)]
)  # fmt: skip
def test_silence_and_age_end_a_session(age_ms: int, left: int):
    assert lives_ms(1_000, 1_000 + age_ms, idle_ms=600, whole_ms=10_000) == left


def test_each_session_has_its_own_token_for_pages():
    one, other = (new_identity("u1", "ana", 5) for _ in range(2))

    assert one.csrf != other.csrf
    assert (one.user_id, one.begun_ms) == (other.user_id, other.begun_ms) == ("u1", 5)
    assert isinstance(one, Identity)
