"""The directory as a value and as published entries: the same answers."""

import json

import pytest

from callmodel import directory, edgesnapshot, storeddirectory
from callmodel.codec import ShapeError, to_wire
from callmodel.directory import Directory, Site, Tenant, tables_of
from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, EdgeTrunk, Gateway
from callmodel.entries import PLATFORM_PART, TableEntries, tenant_of_part, tenant_part
from callmodel.ids import SiteId, TenantId
from callmodel.numbers import DiallingPlan
from callmodel.routing import plan_call, plan_inbound
from callmodel.storeddirectory import StoredDirectory, trunks_in
from tests.unit.callmodel.stories import ACME, DIRECTORY


def refused(error: ShapeError) -> None:
    raise error


def stored(*pieces: Directory) -> StoredDirectory:
    """What a reader has of pieces that were published."""
    entries = TableEntries(*(json.loads(json.dumps(tables_of(piece))) for piece in pieces))
    return StoredDirectory(entries, tuple(trunks_in(entries, refused)), refused)


def test_every_look_up_finds_what_the_value_holds():
    known = stored(DIRECTORY)

    assert set(known.trunks) == set(DIRECTORY.trunks)
    assert [known.trunk_of(each.trunk_id) for each in DIRECTORY.trunks] == list(DIRECTORY.trunks)
    for _again in range(2):
        assert [known.tenant_of(each.tenant_id) for each in DIRECTORY.tenants] == list(DIRECTORY.tenants)
        assert [known.station_of(each.tenant_id, each.extension) for each in DIRECTORY.stations] == list(
            DIRECTORY.stations
        )
        assert [known.did_of(each.number) for each in DIRECTORY.numbers] == list(DIRECTORY.numbers)
    assert known.tenant_of("nobody") is known.station_of(ACME, "9999") is known.did_of("+1") is None
    assert known.trunk_of("none") is None


@pytest.mark.parametrize("dialled", ["1002", "13812345678", "+442079460000", "9999", "rubbish"])
def test_calls_go_the_same_way(dialled):
    assert plan_call(stored(DIRECTORY), ACME, dialled) == plan_call(DIRECTORY, ACME, dialled)
    assert plan_inbound(stored(DIRECTORY), dialled) == plan_inbound(DIRECTORY, dialled)


def test_a_tenants_part_and_the_platforms_are_enough_for_its_calls():
    tenants = tuple(each for each in DIRECTORY.tenants if each.tenant_id == ACME)
    stations = tuple(each for each in DIRECTORY.stations if each.tenant_id == ACME)
    numbers = tuple(each for each in DIRECTORY.numbers if each.tenant_id == ACME)
    known = stored(Directory(trunks=DIRECTORY.trunks), Directory(tenants, stations, (), numbers))

    assert plan_call(known, ACME, "13812345678") == plan_call(DIRECTORY, ACME, "13812345678")


def test_entry_that_cannot_be_read_counts_as_none_and_is_told():
    problems: list[ShapeError] = []
    tables = tables_of(DIRECTORY)
    del tables["tenant"][ACME]["domain"]
    entries = TableEntries(tables)

    assert StoredDirectory(entries, (), problems.append).tenant_of(ACME) is None
    assert "domain is missing" in str(problems[0])


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(storeddirectory, "MOST_REMEMBERED", 1)
    known = stored(DIRECTORY)

    assert [known.station_of(each.tenant_id, each.extension) for each in DIRECTORY.stations] == list(
        DIRECTORY.stations
    )


def test_time_zones_are_the_sites_or_else_the_tenants():
    sites = (Site(SiteId("far"), "Asia/Urumqi"), Site(SiteId("near")))
    tenant = Tenant(ACME, "Acme", "acme.example", time_zone="Asia/Shanghai")
    whole = Directory((tenant,), sites=sites)
    for known in (whole, stored(Directory(sites=sites), Directory((tenant,)))):
        assert [known.site_of(each.site_id) for each in sites] == list(sites)
        assert known.site_of(None) is known.site_of(SiteId("nowhere")) is None
        zones = [known.time_zone_of(ACME, SiteId(site)) for site in ("far", "near", "nowhere")]
        assert zones == ["Asia/Urumqi", "Asia/Shanghai", "Asia/Shanghai"]
        assert known.time_zone_of(ACME) == "Asia/Shanghai"
        assert known.time_zone_of(TenantId("nobody")) == "UTC"


@pytest.mark.parametrize(
    ("kind", "value"), [("tenant", {"tenant_id": "acme"}), ("station", []), ("number", {}), ("trunk", {"rates": 1})]
)
def test_entries_of_another_shape_are_known_by_one(kind, value):
    with pytest.raises(ShapeError):
        directory.check_entry(kind, value)
    directory.check_entry("invented-later", value)  # of a later version


def test_an_edges_entries_are_found_whatever_the_case_of_a_domain():
    station = EdgeStation("acme", "Acme.Test", "1001", "0" * 32, "hq")
    trunk = EdgeTrunk("t1", (Gateway("192.0.2.1"),), "c.example")
    tables = edgesnapshot.tables_of(
        EdgeSnapshot(domains={"Acme.Test": "acme"}, stations=(station,), trunks=(trunk,), numbers=("+8610",))
    )

    assert tables["domain"] == {"acme.test": {"tenant_id": "acme"}}
    assert tables["tenant"] == {"acme": {"domain": "acme.test", "dialling": to_wire(DiallingPlan())}}
    assert list(tables["station"]) == [edgesnapshot.station_key("ACME.test", "1001")]
    assert tables["number"] == {"+8610": {}}
    assert tables["country"] == {"86": {"code": "86"}}
    for kind in ("station", "trunk"):
        edgesnapshot.check_entry(kind, next(iter(tables[kind].values())))
        with pytest.raises(ShapeError):
            edgesnapshot.check_entry(kind, {"ha1": 1})


def test_parts_say_whose_they_are():
    assert tenant_of_part(tenant_part(ACME)) == ACME
    assert tenant_of_part(PLATFORM_PART) is None
