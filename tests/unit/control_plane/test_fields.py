"""Words that end up in SIP: what is taken, and what the refusal says."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from control_plane import fields
from control_plane.keyring.digest import ha1_of, make_password
from control_plane.people.passwords import WeakPasswordError, check_password

KINDS = (
    "SipDomain",
    "ExtensionText",
    "E164Text",
    "Host",
    "Source",
    "Slug",
    "DisplayName",
    "DigestUser",
    "DigestRealm",
)


def accepts(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "kind, good, bad",
    [
        (fields.SipDomain, ["acme.example", "a.b-c.example", "xn--4gq.example"], ["acme", ".x.y", "a..b", "-a.b"]),
        (fields.ExtensionText, ["10", "999999"], ["1", "1000000", "10a", "\u0661\u0662", "10\n"]),
        (fields.E164Text, ["+862155550100", "+12025550100"], ["862155550100", "+0123456789", "+123456", "+1 20"]),
        (fields.Host, ["192.0.2.1", "sip.carrier.example", "carrier"], ["256.0.0.1", "1.2.3", "a b", "a;b", "[::1]"]),
        (fields.Source, ["192.0.2.1", "192.0.2.0/28"], ["0.0.0.0/0", "carrier", "192.0.2.0/33", "::1"]),
        (fields.DisplayName, ["Li Na 李娜", "O'Neil & Sons"], ["", 'a"b', "a<b", "a\\b", "a\rb", "x" * 81]),
        (fields.DigestUser, ["hq-1", "user@realm"], ["a b", 'a"', "a:b", ""]),
    ],
)  # fmt: skip
def test_words_of_sip(kind: Any, good: list[str], bad: list[str]):
    assert [text for text in good if not accepts(kind, text)] == []
    assert [text for text in bad if accepts(kind, text)] == []


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(text=st.text(max_size=40))
def test_the_document_never_promises_less_than_it_takes(kind: str, text: str):
    word = getattr(fields, kind)

    if accepts(word, text):
        assert re.search(TypeAdapter(word).json_schema()["pattern"], text)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_the_document_promises_nothing_that_is_refused(kind: str, data: st.DataObject):
    word = getattr(fields, kind)
    schema = TypeAdapter(word).json_schema()
    # `$` in Python stops before a last line feed, in JSON Schema it does not.
    text = data.draw(st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True))

    assert text.endswith("\n") or len(text) > schema["maxLength"] or accepts(word, text)


def test_ha1_is_that_of_the_rfc():
    # RFC 2617, 3.5
    assert ha1_of("Mufasa", "testrealm@host.com", "Circle Of Life") == "939e7578ed9e3c518a452acee763bce9"


def test_passwords_made_for_phones_differ_and_pass_our_own_policy():
    made = {make_password() for _ in range(100)}

    assert len(made) == 100
    for password in made:
        check_password(password, "1001")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "Password123!", "admin-2024-admin", "1234512345"])
def test_weak_passwords_are_told_what_they_lack(password: str):
    with pytest.raises(WeakPasswordError):
        check_password(password, "admin")
