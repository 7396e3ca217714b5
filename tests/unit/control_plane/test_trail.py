"""What the audit says of a change: the thing's name, and each field that changed, old and new, without secrets."""

import pytest
from pydantic import Field

from control_plane.app import ROUTES
from control_plane.web import Access, Route, Shape
from control_plane.web.shapes import SECRET
from control_plane.web.trail import changes_between, named_in, secrets_in


class Limits(Shape):
    a_day: float | None = None
    prefixes: list[str] = Field(default_factory=list)


class Thing(Shape):
    name: str
    limits: Limits = Limits()


class Login(Shape):
    username: str
    password: str | None = Field(None, json_schema_extra=SECRET)


class NewThing(Shape):
    name: str
    login: Login | None = None


def test_each_field_that_changed_is_told_and_no_other():
    before = Thing(name="old", limits=Limits(a_day=1, prefixes=["+86"]))
    after = Thing(name="new", limits=Limits(a_day=2, prefixes=["+86"]))

    assert changes_between(before, after) == {
        "name": {"old": "old", "new": "new"},
        "limits.a_day": {"old": 1, "new": 2},
    }


def test_a_new_thing_had_nothing_before_and_one_that_is_gone_has_nothing_after():
    thing = Thing(name="it")

    assert changes_between(None, thing) == {
        "name": {"old": None, "new": "it"},
        "limits.prefixes": {"old": None, "new": []},
    }
    assert changes_between(thing, None)["name"] == {"old": "it", "new": None}


def test_a_value_that_is_too_long_is_told_by_its_size():
    long = Thing(name="it", limits=Limits(prefixes=["+86"] * 1000))

    told = changes_between(Thing(name="it"), long)["limits.prefixes"]

    assert told == {"old": [], "new": {"too_long": True, "characters": 7000}}


def test_of_a_secret_only_the_name_is_told():
    given = secrets_in(NewThing(name="it", login=Login(username="hq", password="hunter2hunter2")))

    assert given == {"login.password": {"old": "withheld", "new": "withheld"}}
    assert secrets_in(NewThing(name="it", login=Login(username="hq"))) == secrets_in(None) == {}


def test_the_answer_names_the_thing_before_the_body_does():
    assert named_in(("name", "nowhere"), Thing(name="made"), NewThing(name="asked for")) == {"name": "made"}


OF_THEIR_OWN_ACCOUNT = {
    f"auth.{what}" for what in ("change_password", "sign_out_everywhere", "begin_totp", "confirm_totp", "remove_totp")
}


@pytest.mark.parametrize("route", [each for each in ROUTES if each.changes], ids=lambda route: route.operation_id)
def test_every_change_names_what_it_changes(route: Route):
    # The tenant itself is named by its id, and its things need one of their own.
    ids = set(route.placeholders) - ({"tenant_id"} if route.tags != ("tenants",) else set())

    assert ids | set(route.names) or route.needs is Access.PUBLIC or route.operation_id in OF_THEIR_OWN_ACCOUNT


@pytest.mark.parametrize("route", [each for each in ROUTES if each.configures], ids=lambda route: route.operation_id)
def test_every_change_of_the_configuration_shows_old_and_new(route: Route):
    assert route.shows is not None
    assert set(route.shown_by) <= {*route.placeholders, *route.names}


def secret_fields() -> set[str]:
    found = set()
    for route in ROUTES:
        shape = route.signature.body
        for name, field in shape.model_fields.items() if shape is not None else ():
            # A key of the customer's telephone is none.
            if name != "opt_out_key" and any(word in name for word in ("password", "secret", "token", "key")):
                marked = isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("writeOnly")
                found.add("" if marked else f"{route.operation_id} {name}")
    return found


def test_what_is_called_like_a_secret_is_marked_as_one():
    assert secret_fields() == {""}
