"""What of the edge snapshot a branch may have, and when it is told of a change."""

import asyncio

import pytest

from callmodel.codec import to_wire
from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, EdgeTrunk, Gateway
from control_plane.features.enrolment.snapshots import SnapshotWatch, edge_snapshot_for_site


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


@pytest.fixture
def watch() -> SnapshotWatch:
    return SnapshotWatch(redis=None)  # `take` is what following Redis ends in


def test_a_branch_gets_its_stations_and_their_domains_only():
    part = edge_snapshot_for_site(whole(MINE, OTHER), "shenyang")

    assert part == EdgeSnapshot(7, {"acme.trunkline.test": "acme"}, (MINE,), (), (), ("shenyang",))


def test_a_site_that_may_not_connect_is_in_nobodys_list_of_branches():
    assert edge_snapshot_for_site(whole(MINE, OTHER), "harbin").branches == ()


def test_a_change_elsewhere_moves_the_version_and_not_the_mark(watch):
    watch.take(1, whole(MINE, OTHER))
    before = watch.part_of("shenyang")

    watch.take(2, whole(MINE, OTHER, station("2002", "dalian", "bolt")))

    after = watch.part_of("shenyang")
    assert (before.version, after.version) == (1, 2)
    assert before.mark == after.mark


def test_a_new_password_at_the_site_is_another_mark(watch):
    watch.take(1, whole(MINE))
    before = watch.part_of("shenyang").mark

    watch.take(2, whole(EdgeStation("acme", MINE.domain, "1001", "1" * 32, "shenyang")))

    assert watch.part_of("shenyang").mark != before


def test_part_is_served_as_a_branch_reads_it(watch):
    watch.take(3, whole(MINE, OTHER))

    assert watch.part_of("shenyang").document == to_wire(
        EdgeSnapshot(3, {"acme.trunkline.test": "acme"}, (MINE,), (), (), ("shenyang",))
    )


async def test_waiting_ends_with_the_time_when_nothing_changes(watch):
    watch.take(1, whole(MINE))
    mark = watch.part_of("shenyang").mark

    assert (await watch.wait("shenyang", None, mark, 0.05)).mark == mark


async def test_waiting_ends_with_the_change(watch):
    watch.take(1, whole(MINE))
    mark = watch.part_of("shenyang").mark
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(watch.wait("shenyang", None, mark, 60))
        await asyncio.wait([waiting], timeout=0.02)
        watch.take(2, whole(MINE, OTHER))
        done, _ = await asyncio.wait([waiting], timeout=0.05)
        assert not done
        watch.take(3, whole(MINE, station("1002", "shenyang")))

    assert len(waiting.result().document["stations"]) == 2


async def test_stop_of_the_process_lets_waiting_branches_go(watch):
    watch.take(1, whole(MINE))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(watch.wait("shenyang", 1, None, 60))
        await asyncio.wait([waiting], timeout=0.02)

        watch.close()

    assert waiting.result().version == 1


class CountedWalks(tuple):
    """Stations that count how often somebody goes through all of them."""

    walks = 0

    def __iter__(self):
        self.walks += 1
        return super().__iter__()


def test_hundreds_of_branches_that_wake_at_once_do_not_each_walk_all_stations(watch):
    sites = [f"site-{number}" for number in range(400)]
    stations = CountedWalks(station(f"{n:05}", sites[n % 400]) for n in range(2_000))
    watch.take(1, EdgeSnapshot(domains={"acme.trunkline.test": "acme"}, stations=stations, branches=tuple(sites)))

    parts = [watch.part_of(site) for site in sites]

    assert sum(len(part.document["stations"]) for part in parts) == 2_000
    assert stations.walks == 1
