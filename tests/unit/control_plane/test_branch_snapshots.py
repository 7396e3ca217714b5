"""What of the edges' configuration a branch may have, and when it is told of a change."""

import asyncio
import json
from dataclasses import replace

import pytest

from callmodel.codec import from_wire, to_wire
from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, EdgeTrunk, Gateway
from callmodel.numbers import DiallingPlan, plan_of_country
from control_plane.features.enrolment.branchsnapshots import SnapshotWatch
from servicekit.snapshotcopy import Part
from servicekit.snapshots import Change
from tests.integration.publishing import parts_of_edge


def station(extension: str, site: str, tenant: str = "acme") -> EdgeStation:
    return EdgeStation(tenant, f"{tenant}.trunkline.test", extension, "0" * 32, site)


def whole(*stations: EdgeStation) -> EdgeSnapshot:
    return EdgeSnapshot(
        version=7,
        domains={"acme.trunkline.test": "acme", "bolt.trunkline.test": "bolt"},
        stations=stations,
        trunks=(EdgeTrunk("carrier-a", (Gateway("203.0.113.1"),), "carrier.test"),),
        numbers=("+862155550100",),
        branches=("shenyang", "dalian"),
    )


MINE, OTHER = station("1001", "shenyang"), station("2001", "dalian", "bolt")


class Watched(SnapshotWatch):
    """Takes what following Redis would bring."""

    def __init__(self) -> None:
        super().__init__(redis=None)

    async def take(self, version: int, snapshot: EdgeSnapshot) -> None:
        texts = {name: json.dumps(tables) for name, tables in parts_of_edge(snapshot).items()}
        await self.take_parts(version, texts)

    async def take_parts(self, version: int, texts: dict[str, str | None]) -> None:
        self.pieces.take([Part(name, version, text) for name, text in texts.items()])
        if not self.pieces.whole:
            self.pieces.finish(list(texts))
        await self.serve(Change(version, frozenset(texts)))


@pytest.fixture
def watch() -> Watched:
    return Watched()


async def test_a_branch_gets_its_stations_and_their_domains_only(watch):
    await watch.take(7, whole(MINE, OTHER))

    assert watch.part_of("shenyang").document == to_wire(
        EdgeSnapshot(
            7, {"acme.trunkline.test": "acme"}, (MINE,), (), (), ("shenyang",), dialling={"acme": DiallingPlan()}
        )
    )


async def test_a_branch_knows_how_its_own_people_dial(watch):
    manila = plan_of_country("63")
    published = whole(MINE, OTHER)
    sites = {"shenyang": manila, "dalian": plan_of_country("81")}
    await watch.take(7, replace(published, dialling={"acme": plan_of_country("44")}, site_dialling=sites))

    known = from_wire(EdgeSnapshot, watch.part_of("shenyang").document)

    assert known.dialling == {"acme": plan_of_country("44")}
    assert known.site_dialling == {"shenyang": manila}


async def test_a_site_that_may_not_connect_is_in_nobodys_list_of_branches(watch):
    await watch.take(7, whole(MINE, OTHER))

    assert watch.part_of("harbin").document["branches"] == []
    assert not watch.has("harbin") and watch.has("dalian")


async def test_stations_of_several_tenants_at_one_site_come_together(watch):
    await watch.take(1, whole(MINE, station("1001", "shenyang", "bolt")))

    part = watch.part_of("shenyang")
    assert [each["tenant_id"] for each in part.document["stations"]] == ["acme", "bolt"]
    assert part.document["domains"] == {"acme.trunkline.test": "acme", "bolt.trunkline.test": "bolt"}


async def test_a_tenant_that_goes_takes_its_stations_with_it(watch):
    await watch.take(1, whole(MINE, station("1001", "shenyang", "bolt")))
    await watch.take_parts(2, {"tenant:bolt": None})

    assert watch.part_of("shenyang").document["stations"] == [to_wire(MINE)]


async def test_a_part_of_another_shape_leaves_what_there_was_of_it(watch):
    await watch.take(1, whole(MINE))
    before = watch.part_of("shenyang").document["stations"]
    for text in ("{", '{"station": {"x": {"ha1": 1}}}', '{"station": ["x"]}'):
        await watch.take_parts(2, {"tenant:acme": text})

    assert watch.part_of("shenyang").document["stations"] == before
    assert watch.pieces.versions()["tenant:acme"] == 2


def test_nothing_is_served_before_everything_was_seen_once(watch):
    watch.pieces.take([Part("platform", 1, json.dumps({"branch": {"shenyang": {}}}))])

    assert watch.part_of("shenyang") is None


async def test_a_change_elsewhere_is_none_here(watch):
    await watch.take(1, whole(MINE, OTHER))
    before = watch.part_of("shenyang")

    moved = parts_of_edge(whole(MINE, OTHER, station("2002", "dalian", "bolt")))["tenant:bolt"]
    await watch.take_parts(2, {"tenant:bolt": json.dumps(moved)})

    assert watch.part_of("shenyang") is before
    assert len(watch.part_of("dalian").document["stations"]) == 2


async def test_a_new_password_at_the_site_is_another_mark(watch):
    await watch.take(1, whole(MINE))
    before = watch.part_of("shenyang").mark

    await watch.take(2, whole(replace(MINE, ha1="1" * 32)))

    assert watch.part_of("shenyang").mark != before


async def test_waiting_ends_with_the_time_when_nothing_changes(watch):
    await watch.take(1, whole(MINE))
    mark = watch.part_of("shenyang").mark

    assert (await watch.wait("shenyang", None, mark, 0.05)).mark == mark


async def test_waiting_ends_with_the_change(watch):
    await watch.take(1, whole(MINE))
    mark = watch.part_of("shenyang").mark
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(watch.wait("shenyang", None, mark, 60))
        await asyncio.wait([waiting], timeout=0.02)
        await watch.take(2, whole(MINE, OTHER))
        done, _ = await asyncio.wait([waiting], timeout=0.05)
        assert not done
        await watch.take(3, whole(MINE, station("1002", "shenyang")))

    assert len(waiting.result().document["stations"]) == 2


async def test_stop_of_the_process_lets_waiting_branches_go(watch):
    await watch.take(1, whole(MINE))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(watch.wait("shenyang", 1, None, 60))
        await asyncio.wait([waiting], timeout=0.02)

        watch.close()

    assert waiting.result().version == 1
