"""The portal's own document: valid OpenAPI, and of the routes that there are."""

import json

import pytest
from openapi_spec_validator import validate

from hotstate.acd import Acd
from servicekit.redisio import connect
from tenant_portal.app import build_desk, build_portal
from tenant_portal.config import PortalSettings
from tenant_portal.controlplane import ControlPlane
from tenant_portal.document import DOCUMENT
from tenant_portal.live.hub import Hub

METHODS = {"get", "post", "put", "patch", "delete"}


def test_it_is_openapi():
    validate(json.loads(DOCUMENT.read_text()))


async def test_it_describes_the_routes_and_no_others():
    redis, api = connect("redis://127.0.0.1:1/0"), ControlPlane([])
    app = build_portal(build_desk(PortalSettings(run_dir="/run/portal"), redis, api), Hub(redis, api, Acd(redis)))
    told = {
        (method, path)
        for path, item in json.loads(DOCUMENT.read_text())["paths"].items()
        for method in item.keys() & METHODS
    }

    served = {
        (method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical != "/openapi.json"
        for method in (METHODS if route.method == "*" else {route.method.lower()})
    }

    assert told == served


def test_settings_that_would_get_into_the_pages_policy_are_hosts_only():
    for wrong in ("wss://edge;script-src *", "javascript:alert(1)", "https://edge", "wss://", "wss://a wss://b"):
        with pytest.raises(ValueError, match="ws"):
            PortalSettings(run_dir="/run/portal", portal_phone_edges=wrong)
