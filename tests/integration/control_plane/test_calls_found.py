"""Calls found by what is known of them, on SQLite and on a real Cassandra node."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from callmodel.callstate import CallState, Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.endings import Ending, EndingClass
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, SiteId, TenantId, TrunkId, uuid7
from control_plane.features.calls import finding
from control_plane.features.calls.filters import CallFilter
from control_plane.features.calls.finding import CallFinder, Search
from control_plane.features.calls.sealing import customer_token
from control_plane.features.calls.store import CALLS_BY, CDRS, CallStore, customer_term, extension_term
from control_plane.migrations import MIGRATIONS
from control_plane.times import DAY_MS, day_begins_ms
from devstack.cassandra import Nodes
from servicekit.crypto import TenantCipher
from servicekit.stores import Store, StoreUnavailableError, open_store

GLOBEX = TenantId("globex")
NEW_YEAR_MS = day_begins_ms("2026-01-01")
FROM_MS, TO_MS = NEW_YEAR_MS - DAY_MS, NEW_YEAR_MS + DAY_MS
KEYSPACE = f"calls_{secrets.token_hex(4)}"
"""One for all tests of a run: making tables takes longer than a test."""

LI, WANG = E164("+8613812345678"), E164("+8613900001111")
CIPHER = TenantCipher(bytes(32))


def a_call(tenant_id: TenantId, at_ms: int, agent: str = "1001", customer: E164 | None = LI, **details: Any) -> Cdr:
    """Ten seconds between a station and a customer; `joined` is a second station that was in it."""
    call_id = CallId(uuid7(at_ms, secrets.randbits(74)))
    site, trunk = SiteId(details.pop("site", "chengdu")), TrunkId(details.pop("trunk", "cheap"))
    joined = details.pop("joined", None)
    ended = LegState.ENDED
    legs = [
        CdrLeg(LegId(f"{call_id}-1"), LegRole.AGENT, ended, at_ms, extension=Extension(agent), site_id=site),
        CdrLeg(LegId(f"{call_id}-2"), LegRole.CUSTOMER, ended, at_ms, number=customer, trunk_id=trunk),
    ]
    if joined:
        legs.append(CdrLeg(LegId(f"{call_id}-3"), LegRole.AGENT, ended, at_ms, extension=Extension(joined)))
    given = {"direction": Direction.OUTBOUND, "ending": Ending.COMPLETED, **details}
    return Cdr(
        call_id, tenant_id, NodeId("media-1"), 5, state=CallState.ENDED, dialled="13812345678", started_ms=at_ms,
        legs=tuple(legs), ended_ms=at_ms + 10_000, ending_class=EndingClass.SUCCESS, extension=Extension(agent),
        site_id=site, number=customer, trunk_id=trunk, **given,
    )  # fmt: skip


@dataclass
class Desk:
    """A tenant of the test's own, so that tests share a keyspace."""

    store: Store
    tenant_id: TenantId

    async def keep(self, *cdrs: Cdr) -> list[CallId]:
        await CallStore(self.store, CIPHER).write(self.tenant_id, cdrs)
        return [cdr.call_id for cdr in cdrs]

    async def pages(
        self, limit: int = 500, term: str | None = None, since: int = FROM_MS, until: int = TO_MS, **wanted: str
    ) -> list[list[CallId]]:
        """Return each page of a search."""
        search = Search(since, until, CallFilter(**wanted), term)
        found, after = [], None
        while True:
            page, after = await CallFinder(self.store, CIPHER).page(self.tenant_id, search, limit, after)
            found.append([record.cdr.call_id for record in page])
            if after is None:
                return found

    async def found(self, **search: Any) -> list[CallId]:
        return [call_id for page in await self.pages(**search) for call_id in page]


class FindingContract:
    """What every store has to make of it; `url` is a fixture of the store's own."""

    @pytest.fixture
    async def desk(self, url: str) -> AsyncIterator[Desk]:
        store = await asyncio.to_thread(open_store, url, MIGRATIONS)
        yield Desk(store, TenantId(f"acme-{secrets.token_hex(4)}"))
        await store.close()

    async def test_each_question_is_answered_by_the_calls_that_fit(self, desk: Desk):
        tenant, at = desk.tenant_id, NEW_YEAR_MS
        plain, joined, inbound, busy, colleagues = await desk.keep(
            a_call(tenant, at),
            a_call(tenant, at + 1, joined="1002", site="xian", customer=WANG),
            a_call(tenant, at + 2, direction=Direction.INBOUND, trunk="dear", caller_number=E164("+862155550001")),
            a_call(tenant, at + 3, agent="1003", ending=Ending.BUSY, asked_by="ana"),
            a_call(tenant, at + 4, agent="1004", customer=None, direction=Direction.INTERNAL),
        )

        assert await desk.found() == [colleagues, busy, inbound, joined, plain]
        assert await desk.found(direction="inbound") == await desk.found(trunk_id="dear") == [inbound]
        assert await desk.found(ending="busy") == await desk.found(asked_by="ana") == [busy]
        assert await desk.found(site_id="xian") == await desk.found(extension="1002") == [joined]
        assert await desk.found(caller_number="+862155550001") == [inbound]
        assert await desk.found(direction="outbound", extension="1001") == [joined, plain]
        assert await desk.found(direction="inbound", ending="busy") == []

    async def test_a_customers_and_a_stations_calls_are_looked_up_over_months(self, desk: Desk):
        tenant = desk.tenant_id
        old, before, after, of_wang = await desk.keep(
            a_call(tenant, NEW_YEAR_MS - 40 * DAY_MS),
            a_call(tenant, NEW_YEAR_MS - 1, agent="1002", joined="1001"),
            a_call(tenant, NEW_YEAR_MS, agent="1002", ending=Ending.BUSY),
            a_call(tenant, NEW_YEAR_MS + 1, customer=WANG),
        )
        of_li = customer_term(customer_token(CIPHER, tenant, LI))
        year = {"since": NEW_YEAR_MS - 366 * DAY_MS}

        assert await desk.found(term=of_li, **year) == [after, before, old]
        assert await desk.found(term=of_li, since=NEW_YEAR_MS - 1) == [after, before]
        assert await desk.found(term=of_li, until=NEW_YEAR_MS, **year) == [before, old]
        assert await desk.found(term=of_li, ending="busy", **year) == [after]
        assert await desk.found(term=extension_term("1001"), **year) == [of_wang, before, old]
        assert await desk.found(term=extension_term("1001"), site_id="nowhere", **year) == []
        stranger = Desk(desk.store, GLOBEX)
        assert await stranger.found(term=of_li, **year) == await stranger.found(**year) == []

    async def test_pages_stay_as_they_are_whatever_is_written_meanwhile(self, desk: Desk):
        began = [NEW_YEAR_MS + n * 500_000 for n in range(-12, 12)]
        kept = await desk.keep(*(a_call(desk.tenant_id, at) for at in began))
        finder, search = CallFinder(desk.store, CIPHER), Search(FROM_MS, TO_MS)

        first, after = await finder.page(desk.tenant_id, search, 10)
        await desk.keep(a_call(desk.tenant_id, began[-1] + 1))
        second, after = await finder.page(desk.tenant_id, search, 10, after)
        last, end = await finder.page(desk.tenant_id, search, 10, after)

        assert [record.cdr.call_id for record in [*first, *second, *last]] == kept[::-1]
        assert ([len(page) for page in (first, second, last)], end) == ([10, 10, 4], None)

    @pytest.mark.parametrize("limit", [1, 3, 8, 9])
    async def test_the_last_page_is_known_to_be_the_last(self, desk: Desk, limit: int):
        kept = await desk.keep(*(a_call(desk.tenant_id, NEW_YEAR_MS + n) for n in range(9)))
        term = extension_term("1001")

        for pages in (await desk.pages(limit=limit), await desk.pages(limit=limit, term=term)):
            assert [len(page) for page in pages] == [limit] * (9 // limit) + ([9 % limit] if 9 % limit else [])
            assert [*chain(*pages)] == kept[::-1]

    async def test_a_page_reads_only_so_much_and_goes_on_where_it_stopped(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(finding, "MOST_ROWS", 10)
        monkeypatch.setattr(finding, "STEP_ROWS", 4)
        monkeypatch.setattr(finding, "MOST_PARTITIONS", 20)
        busy = [a_call(desk.tenant_id, NEW_YEAR_MS + n, ending=Ending.BUSY) for n in (0, 29)]
        await desk.keep(*busy, *(a_call(desk.tenant_id, NEW_YEAR_MS + n) for n in range(1, 29)))

        pages = await desk.pages(limit=2, ending="busy")

        assert [*chain(*pages)] == [cdr.call_id for cdr in busy[::-1]]
        assert 5 <= len(pages) <= 9, "two days of half hours, 20 a page, and 30 rows, 10 a page"

    async def test_an_agents_word_alone_is_no_record_and_a_term_alone_no_call(self, desk: Desk):
        told, untold = (a_call(desk.tenant_id, NEW_YEAR_MS + n) for n in range(2))
        await CallStore(desk.store, CIPHER).dispose(desk.tenant_id, untold.call_id, "sold", None, "ana", 1)
        term = {"term": extension_term("1001"), "month": "2026-01", "call_id": untold.call_id}
        await desk.store.upsert(CALLS_BY.name, {"tenant_id": desk.tenant_id, **term})
        await desk.keep(told)

        assert await desk.found() == await desk.found(term=term["term"]) == [told.call_id]

    async def test_what_a_writer_who_died_left_out_is_made_good_when_the_fact_comes_again(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        call, write = a_call(desk.tenant_id, NEW_YEAR_MS), desk.store.upsert_many
        written = asyncio.Event()

        async def half(table: str, rows: Any, **more: Any) -> None:
            if table != CDRS.name:
                await written.wait()
                raise StoreUnavailableError("away")
            await write(table, rows, **more)
            written.set()

        with monkeypatch.context() as broken:
            broken.setattr(desk.store, "upsert_many", half)
            with pytest.raises(StoreUnavailableError):
                await desk.keep(call)
        await desk.keep(replace(call, talk_seconds=99.0))

        [record] = (await CallFinder(desk.store, CIPHER).page(
            desk.tenant_id, Search(FROM_MS, TO_MS, term=extension_term("1001")), 10
        ))[0]  # fmt: skip
        assert record.cdr == call, "the first record counts"


class TestOnSqlite(FindingContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.mark.timeout(180)
class TestOnCassandra(FindingContract):
    @pytest.fixture
    def url(self, cassandra: Nodes) -> str:
        return cassandra.url(KEYSPACE, timeout_seconds=20)
