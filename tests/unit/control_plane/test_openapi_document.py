"""The OpenAPI document: complete, and useful to people who never saw our code."""

from collections import Counter

import pytest

from control_plane.app import ROUTES
from control_plane.people.permissions import Permission
from control_plane.web import Access, Route
from control_plane.web.openapi import build_document, problems_of

DOCUMENT = build_document(ROUTES, "http://127.0.0.1:8080")


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def operation_of(route: Route) -> dict:
    return DOCUMENT["paths"][f"/api/v1{route.path}"][route.method.lower()]


def test_operations_have_names_of_their_own():
    repeated = [name for name, count in Counter(route.operation_id for route in ROUTES).items() if count > 1]

    assert repeated == []


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_each_operation_says_what_it_does_and_what_may_go_wrong(route: Route):
    operation = operation_of(route)
    told = {
        error_id
        for answer in operation["responses"].values()
        for content in answer.get("content", {}).values()
        for part in content["schema"].get("allOf", ())
        for error_id in part.get("properties", {}).get("error_id", {}).get("enum", ())
    }

    assert operation["summary"] and operation["description"].endswith((".", "`.", ")."))
    assert told == {problem.error_id for problem in problems_of(route)}


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_each_operation_says_who_may(route: Route):
    operation = operation_of(route)

    assert bool(operation["security"]) == (route.needs is not Access.PUBLIC)
    if isinstance(route.needs, Permission):
        assert f"`{route.needs.value}`" in operation["description"]


def test_error_ids_are_kebab_case_and_mean_one_status():
    statuses: dict[str, set[int]] = {}
    for route in ROUTES:
        for problem in problems_of(route):
            statuses.setdefault(problem.error_id, set()).add(problem.status)

    assert all(error_id == error_id.lower() and "_" not in error_id for error_id in statuses)
    assert {error_id: found for error_id, found in statuses.items() if len(found) > 1} == {}


def test_nothing_secret_is_ever_answered():
    answered = {
        name: schema
        for name, schema in DOCUMENT["components"]["schemas"].items()
        if name.endswith(("View", "Status", "Entry"))
    }

    assert answered
    for name, schema in answered.items():
        assert not {"password", "password_hash", "ha1"} & set(schema["properties"]), name


@pytest.mark.parametrize("route", [route for route in ROUTES if "{tenant_id}" in route.path], ids=named)
def test_what_belongs_to_a_tenant_needs_a_permission(route: Route):
    is_hqs = route.needs is Permission.PLATFORM_MANAGE

    assert isinstance(route.needs, Permission) and is_hqs == route.of_archived, "only archiving a tenant is HQ's"
