"""Leads, what became of them, and do-not-call numbers, kept by each store: SQLite and a real Cassandra node."""

import asyncio
import io
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callmodel.campaigns.document import Campaign, CampaignKind, CampaignList
from callmodel.campaigns.results import AttemptResult
from callmodel.ids import E164, CallId, CampaignId, LeadId, ListId, TenantId
from control_plane.features.campaigns.store import CampaignRecord, CampaignStore
from control_plane.features.lists.packing import blocks_of
from control_plane.features.lists.store import IMPORTING, WAITING, ListRecord, ListStore, Part, Template
from control_plane.leads.blocks import lead_id_of
from control_plane.leads.dncstore import DncEntry, DncFile, DncStore
from control_plane.leads.numberfates import DEAD, REACHED, NumberFates
from control_plane.leads.states import Cursor, LeadRecord, LeadStates
from control_plane.leads.store import LeadStore
from control_plane.migrations import MIGRATIONS
from control_plane.times import DAY_MS
from devstack.cassandra import Nodes
from hotstate.dnc import campaign_scope, tenant_scope
from leadimport.cleaning import Cleaner
from leadimport.mapping import ColumnMapping
from leadimport.opening import open_list
from leadimport.rules import Rules
from servicekit.crypto import TenantCipher
from servicekit.objects import FolderObjects
from servicekit.stores import Store, open_store

ACME, BOLT, SPRING, BOUGHT = TenantId("acme"), TenantId("bolt"), CampaignId("spring"), ListId("bought")
KEYSPACE = f"leads_{secrets.token_hex(4)}"
CIPHER = TenantCipher(b"k" * 32)
T = 1_790_000_000_000
HALF_HOUR = 1_800_000


def fresh(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(4)}"


class LeadStoresContract:
    """`url` is a fixture of the store's own."""

    @pytest.fixture
    async def store(self, url: str) -> AsyncIterator[Store]:
        opened = await asyncio.to_thread(open_store, url, MIGRATIONS)
        yield opened
        await opened.close()

    async def test_blocks_are_read_as_they_were_written(self, store: Store):
        leads, list_id = LeadStore(store, CIPHER), ListId(fresh("bought"))
        text = "phone,name\n" + "".join(f"138{row:08},{row}\n" for row in range(5000))
        opened = open_list(io.BytesIO(text.encode()), ColumnMapping("phone", {"name": "name"}))
        cleaner = Cleaner(Rules("CN"))
        blocks = [
            each
            for judged in cleaner.clean(opened.file)
            for each in blocks_of(judged, cleaner.places, opened.file.layout.fields, 70)
        ]
        for _again in range(2):
            await leads.put(ACME, list_id, blocks)

        found = [(number, len(block)) async for number, block in leads.each_block(ACME, list_id, 73)]
        assert found == [(70, 2048), (71, 2048), (72, 904)]
        assert [number async for number, _ in leads.each_block(ACME, list_id, 73, 71)] == [71, 72]
        lead = await leads.lead(ACME, lead_id_of(list_id, 71, 5))
        assert lead is not None and (lead.number, lead.cells) == ("+8613800002053", {"name": "2053"})
        assert await leads.lead(ACME, lead_id_of(list_id, 72, 904)) is None
        assert await leads.lead(ACME, LeadId("nonsense")) is None
        assert await leads.lead(BOLT, lead.lead_id) is None
        row = await store.get("lead_blocks", {"tenant_id": ACME, "list_id": list_id, "bucket": 1, "block": 71})
        assert (
            row is not None and b"13800002053" not in row["sealed"] and lead.number[1:].encode() not in row["sealed"]
        )

    async def test_a_list_is_written_by_its_turn_alone(self, store: Store):
        lists, list_id = ListStore(store), ListId(fresh("bought"))
        record = ListRecord(ACME, list_id, {"name": "", "mapping": {"number": 0}}, created_ms=T)
        assert await lists.add(ACME, record)
        assert not await lists.add(ACME, ListRecord(ACME, list_id, {"name": "x"}, created_ms=T))
        assert await lists.advance(ACME, record, state=WAITING, turn=1)
        waiting = await lists.one(ACME, list_id)
        assert waiting is not None and await lists.advance(ACME, waiting, state=IMPORTING)
        importing = await lists.one(ACME, list_id)
        assert importing is not None and await lists.advance(ACME, importing, checkpoint={"pieces": 16})

        assert not await lists.advance(ACME, waiting, checkpoint={"pieces": 1}), "another had it meanwhile"
        assert importing.settings == record.settings
        found = await lists.one(ACME, list_id)
        assert found is not None and found.checkpoint == {"pieces": 16}
        assert await lists.one(BOLT, list_id) is None

    async def test_parts_files_and_templates(self, store: Store):
        lists, list_id = ListStore(store), ListId(fresh("bought"))
        for number in (1, 0):
            await lists.put_part(ACME, list_id, Part(number, 10 + number, "hash", f"acme/part{number}"))
        await lists.put_part(ACME, list_id, Part(1, 99, "other", "acme/part1b"))
        assert [(part.number, part.size) for part in await lists.parts(ACME, list_id)] == [(0, 10), (1, 99)]
        await lists.drop_part(ACME, list_id, 0)
        assert [part.number for part in await lists.parts(ACME, list_id)] == [1]

        a_hash = fresh("hash")
        assert await lists.claim_file(ACME, a_hash, list_id) == list_id
        assert await lists.claim_file(ACME, a_hash, ListId("other")) == list_id
        assert await lists.claim_file(BOLT, a_hash, ListId("other")) == "other"
        await lists.free_file(ACME, a_hash, ListId("other"))
        assert await lists.claim_file(ACME, a_hash, ListId("other")) == list_id
        await lists.free_file(ACME, a_hash, list_id)
        assert await lists.claim_file(ACME, a_hash, ListId("other")) == "other"

        template = Template(fresh("seller"), {"number": "手机"}, T)
        await lists.put_template(ACME, template)
        assert await lists.template(ACME, template.template_id) == template
        await lists.drop_template(ACME, template.template_id)
        assert await lists.template(ACME, template.template_id) is None

    async def test_what_became_of_a_lead(self, store: Store):
        states, campaign_id = LeadStates(store), CampaignId(fresh("spring"))
        lead = LeadId("bought.2050")
        assert await states.one(ACME, campaign_id, lead) is None
        await states.change(ACME, campaign_id, lead, run=1, attempts=1, results={"busy": 1}, result="busy", due_ms=T)
        await states.change(ACME, campaign_id, lead, disposition="sold", call_id=CallId("c1"))

        expected = LeadRecord(lead, 1, 1, {"busy": 1}, "busy", CallId("c1"), due_ms=T, disposition="sold")
        assert await states.one(ACME, campaign_id, lead) == expected
        assert await states.of_block(ACME, campaign_id, BOUGHT, 1) == {2: expected}
        assert await states.of_block(ACME, campaign_id, BOUGHT, 0) == {}
        assert await states.one(BOLT, campaign_id, lead) is None

    async def test_who_is_due_comes_by_the_time(self, store: Store):
        states, campaign_id = LeadStates(store), CampaignId(fresh("spring"))
        for row, due_ms in ((1, T + 5), (2, T + HALF_HOUR), (3, T + 2), (4, T + 3 * HALF_HOUR)):
            await states.change(ACME, campaign_id, LeadId(f"bought.{row}"), due_ms=due_ms)

        due = await states.due(ACME, campaign_id, T - HALF_HOUR, T + 2 * HALF_HOUR, 10)
        assert due == [(T + 2, "bought.3"), (T + 5, "bought.1"), (T + HALF_HOUR, "bought.2")]
        assert await states.due(ACME, campaign_id, T, T + 3, 10) == [(T + 2, "bought.3")]
        assert len(await states.due(ACME, campaign_id, T, T + 4 * HALF_HOUR, 2)) == 2
        await states.forget_due(ACME, campaign_id, T + 2, LeadId("bought.3"))
        assert (await states.due(ACME, campaign_id, T, T + HALF_HOUR, 10)) == [(T + 5, "bought.1")]

    async def test_a_cursor_is_kept(self, store: Store):
        states, campaign_id = LeadStates(store), CampaignId(fresh("spring"))
        cursor = Cursor("1.abc", 3, 17, 6000, {"no-consent": 4}, T)
        assert await states.cursor(ACME, campaign_id, BOUGHT) is None
        await states.set_cursor(ACME, campaign_id, BOUGHT, cursor)

        assert await states.cursor(ACME, campaign_id, BOUGHT) == cursor

    async def test_campaigns_are_changed_from_what_they_were(self, store: Store):
        campaigns, campaign_id = CampaignStore(store), CampaignId(fresh("spring"))
        campaign = Campaign(ACME, campaign_id, CampaignKind.POWER, lists=(CampaignList(BOUGHT, 3),))
        assert await campaigns.add(ACME, CampaignRecord(campaign, {"script": "hello", "form": []}, T))
        assert not await campaigns.add(ACME, CampaignRecord(campaign, {}, T))
        found = await campaigns.one(ACME, campaign_id)
        assert found is not None and found.campaign == campaign and found.desk["script"] == "hello"
        changed = Campaign(ACME, campaign_id, CampaignKind.POWER, name="other")

        assert await campaigns.change(ACME, found, changed)
        assert not await campaigns.change(ACME, found, campaign)
        assert await campaigns.set_shares(ACME, found, {"bought": {"kind": "equal"}})
        assert not await campaigns.set_shares(ACME, found, {})
        assert [each.campaign.campaign_id async for each in campaigns.each(ACME)].count(campaign_id) == 1

    async def test_numbers_that_are_not_called_are_sealed(self, store: Store, tmp_path: Path):
        lists = DncStore(store, FolderObjects(tmp_path / "objects", b"s" * 16), CIPHER)
        number, tenant_id = E164("+8613812345678"), TenantId(fresh("t"))
        scope, other = tenant_scope(tenant_id), campaign_scope(tenant_id, SPRING)
        entry = DncEntry(number, "sms", "hook", T, "c1")
        await lists.put(scope, entry)

        assert await lists.one(scope, number) == entry
        assert await lists.one(other, number) is None
        assert [each async for each in lists.each(scope)] == [entry]
        assert (await lists.numbers_of([scope, other])).numbers().tolist() == [8613812345678]
        await lists.put(scope, DncEntry(number, "api", "ana", T + 1, allowed=True))
        assert len(await lists.numbers_of([scope])) == 0

    async def test_files_of_numbers_count_but_for_what_was_taken_off(self, store: Store, tmp_path: Path):
        from leadimport.numbersets import NumberSet

        lists = DncStore(store, FolderObjects(tmp_path / "objects", b"s" * 16), CIPHER)
        scope = tenant_scope(TenantId(fresh("t")))
        key = f"{scope.tenant_id}/do-not-call/tenant/f.numbers"
        file = DncFile(scope.tenant_id, scope.name, "court", "waiting", 1, changed_ms=T)
        await lists.add_file(scope, file)
        await lists.keep_set(scope, key, NumberSet.of([8613812345678, 8613912345678]))

        assert await lists.change_file(scope, file, state="ready", set_key=key, numbers=2)
        assert not await lists.change_file(
            scope, DncFile(scope.tenant_id, scope.name, "court", "waiting", 2), numbers=9
        )
        await lists.put(scope, DncEntry(E164("+8613812345678"), "api", "ana", T, allowed=True))
        assert (await lists.numbers_of([scope])).numbers().tolist() == [8613912345678]
        assert [each.file_id for each in await lists.files(scope)] == ["court"]

    async def test_numbers_are_known_from_earlier_calls(self, store: Store):
        fates, tenant_id = NumberFates(store, CIPHER), TenantId(fresh("t"))
        await fates.note(tenant_id, E164("+8613812345678"), AttemptResult.CONNECTED, T)
        await fates.note(tenant_id, E164("+8613912345678"), AttemptResult.DEAD, T - 10 * DAY_MS)
        await fates.note(tenant_id, E164("+8613712345678"), AttemptResult.BUSY, T)

        assert [each async for each in fates.since(tenant_id, REACHED, 1, T)] == [8613812345678]
        assert [each async for each in fates.since(tenant_id, DEAD, 9, T)] == []
        assert [each async for each in fates.since(tenant_id, DEAD, 10, T)] == [8613912345678]


class TestOnSqlite(LeadStoresContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path}/store.db"


class TestOnCassandra(LeadStoresContract):
    @pytest.fixture
    def url(self, cassandra: Nodes) -> str:
        return cassandra.url(KEYSPACE)
