"""Who may do what, as a table."""

import pytest

from callmodel import sight
from callmodel.ids import TenantId, UserId
from control_plane.people.permissions import BOUND, GRANTS, REACHES, Permission, Reach, Role, is_granted
from control_plane.web import Principal

ACME, BOLT = TenantId("acme"), TenantId("bolt")


def principal(*roles: Role, is_hq_admin: bool = False) -> Principal:
    return Principal(UserId("u"), "ann", is_hq_admin, {ACME: frozenset(roles)})


def test_every_role_is_in_the_table():
    assert set(GRANTS) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_no_tenants_role_manages_the_platform(role: Role):
    assert Permission.PLATFORM_MANAGE not in GRANTS[role]


def test_each_step_up_keeps_what_the_one_below_may():
    assert GRANTS[Role.AGENT] < GRANTS[Role.SUPERVISOR] < GRANTS[Role.MANAGER]


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.CLIENT])
def test_full_numbers_are_for_managers(role: Role):
    assert Permission.CALLS_REVEAL not in GRANTS[role]
    assert Permission.CALLS_REVEAL in GRANTS[Role.MANAGER]


def test_clients_look_and_do_not_touch():
    assert {permission.value.split(".")[1] for permission in GRANTS[Role.CLIENT]} <= {"read", "download"}


@pytest.mark.parametrize("permission", sorted(BOUND, key=str))
def test_what_is_done_to_calls_reaches_ones_own_ones_team_or_the_tenant(permission: Permission):
    reaches = [principal(role).reach(permission, ACME) for role in (Role.AGENT, Role.SUPERVISOR, Role.MANAGER)]

    own = None if permission is Permission.CALLS_SUPERVISE else Reach.OWN
    assert reaches == [own, Reach.TEAM, Reach.TENANT]
    assert principal(Role.CLIENT).reach(permission, ACME) is None
    assert principal(Role.MANAGER).reach(permission, BOLT) is None
    assert principal(is_hq_admin=True).reach(permission, ACME) is Reach.TENANT


def test_of_several_roles_the_widest_reach_counts():
    assert principal(Role.SUPERVISOR, Role.AGENT).reach(Permission.CALLS_PLACE, ACME) is Reach.TEAM


def test_every_role_that_may_do_something_to_calls_has_a_reach():
    assert {role for role in Role if GRANTS[role] & BOUND} == set(REACHES)


@pytest.mark.parametrize("permission", sorted(set(Permission) - BOUND, key=str))
def test_everything_else_counts_in_the_whole_tenant(permission: Permission):
    reaches = {principal(role).reach(permission, ACME) for role in Role}

    assert reaches <= {Reach.TENANT, None}


def test_a_role_counts_in_its_tenant_only():
    manager = principal(Role.MANAGER)

    assert manager.may(Permission.STATIONS_WRITE, ACME) and manager.knows(ACME)
    assert not manager.may(Permission.STATIONS_WRITE, BOLT) and not manager.knows(BOLT)
    assert not manager.may(Permission.STATIONS_WRITE)


def test_hq_administrators_may_everything_everywhere():
    hq = principal(is_hq_admin=True)

    assert all(hq.may(permission, BOLT) and hq.may(permission) for permission in Permission)


def test_a_user_whose_roles_were_all_taken_knows_the_tenant_no_more():
    assert not principal().knows(ACME)


def test_several_roles_add_up():
    assert is_granted(Permission.CALLS_PLACE, {Role.CLIENT, Role.AGENT}, is_hq_admin=False)


def test_the_permissions_that_topics_need_are_ours():
    """`callmodel` names them as texts, since rooms that do not import each other go by them."""
    named = {*sight.TOPICS.values(), sight.SPEND_READ}

    assert named <= {permission.value for permission in Permission}
