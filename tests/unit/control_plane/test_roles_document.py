"""docs/roles.md is printed from the code, and this test keeps it true."""

import os
from pathlib import Path

from control_plane.app import ROUTES
from control_plane.people.permissions import Permission, Reach, Role, reach_of
from control_plane.web import Access, Route

DOCUMENT = Path(__file__).parents[3] / "docs" / "roles.md"
HEAD = """# Roles and rights

Printed from `control_plane.people.permissions` and the API's routes by
`tests/unit/control_plane/test_roles_document.py`; run it with `UPDATE_DOCUMENTS=1` to print it anew.

A user has roles in each tenant by itself, and rights there only. HQ administrators stand above all tenants. Several
roles add up. Of what is done to calls and agents it counts whose they are:

| | |
|---|---|
| **own** | the user themselves, their stations (`PUT .../stations/{extension}/user`), and the calls there |
| **team** | their own, and those of everybody who shares one of their `teams`; who is of none has their own only |
| **yes** | everything in the tenant |

Managers create, change, disable and archive the users of their tenant and say who is of which team; of users that
belong to others, such as an outsourcing firm, they set the teams and the queues only. Nobody changes their own roles.

"""
CELLS = {Reach.OWN: "own", Reach.TEAM: "team", Reach.TENANT: "yes", None: ""}


def rights() -> list[str]:
    lines = [f"| permission | {' | '.join(role.value for role in Role)} | HQ |", "|---" * (len(Role) + 2) + "|"]
    for permission in Permission:
        cells = [CELLS[reach_of(permission, {role}, is_hq_admin=False)] for role in Role]
        lines.append(f"| `{permission.value}` | {' | '.join(cells)} | yes |")
    return lines


def uses() -> list[str]:
    lines = ["| permission | needed for |", "|---|---|"]
    for permission in Permission:
        named = [f"`{route.method} {route.path}`" for route in ROUTES if route.needs is permission]
        if permission is Permission.CALLS_REVEAL:
            named = [f"`{route.method} {route.path}?reveal=numbers`" for route in ROUTES if reveals(route)]
        lines.append(f"| `{permission.value}` | {', '.join(named)} |")
    signed_in = [f"`{route.method} {route.path}`" for route in ROUTES if route.needs is Access.SIGNED_IN]
    return [*lines, f"| none, but signed in | {', '.join(signed_in)} |"]


def reveals(route: Route) -> bool:
    return route.signature.query is not None and "reveal" in route.signature.query.model_fields


def printed() -> str:
    return HEAD + "\n".join(["## Who may what", "", *rights(), "", "## What each is needed for", "", *uses(), ""])


def test_document_shows_the_code():
    if os.environ.get("UPDATE_DOCUMENTS"):
        DOCUMENT.write_text(printed())

    assert DOCUMENT.read_text() == printed(), "run it with `UPDATE_DOCUMENTS=1` and read the change"
