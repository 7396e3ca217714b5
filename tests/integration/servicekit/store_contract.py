"""What every adapter of `servicekit.stores.Store` must do.

An adapter's test subclasses StoreContract and gives the fixture `store_url`: an address under which several
processes may open one empty store.
"""

import asyncio
import multiprocessing
import re
from collections.abc import AsyncIterator
from itertools import chain
from typing import Any

import pytest

from servicekit.stores import (
    ColumnType,
    GuardError,
    IncompleteKeyError,
    InvalidPageTokenError,
    Store,
    TableSpec,
    UnknownColumnError,
    UnknownTableError,
    WrongTypeError,
    open_store,
)
from servicekit.stores.spanning import page_over

TEXT, INT, DOUBLE, BOOL, BLOB, JSON = ColumnType
CALLS = TableSpec(
    "calls",
    partition=("tenant_id", "day"),
    clustering=("started_ms", "call_id"),
    descending=("started_ms",),
    columns={"tenant_id": TEXT, "day": TEXT, "started_ms": INT, "call_id": TEXT, "ending": TEXT, "seconds": DOUBLE,
             "recorded": BOOL, "number": BLOB, "legs": JSON},
)  # fmt: skip
OWNERS = TableSpec(
    "owners", partition=("name",), columns={"name": TEXT, "owner": TEXT, "details": JSON}, guarded=True
)
FILES = TableSpec(
    "files", ("tenant_id",), ("path", "part"), {"tenant_id": TEXT, "path": TEXT, "part": BLOB, "n": INT}
)
TABLES = [CALLS, OWNERS, FILES]

ACME = {"tenant_id": "acme", "day": "2026-11-23"}
PROCESSES = 4
PLACES = ((28, 1), (28, 4), (27, 9), (12, 12), (12, 21), (2, 24))
"""Day and number of calls in few of many partitions."""


def call(n: int, **more: Any) -> dict[str, Any]:
    return {**ACME, "started_ms": 1000 + n // 3, "call_id": f"call-{n:03d}", **more}


def key_of(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in CALLS.key}


async def pages(store: Store, table: str, partition: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
    rows, after = [], None
    while True:
        page = await store.page(table, partition, limit=7, after=after, **how)
        rows += page.rows
        after = page.next_token
        if after is None:
            return rows
        assert len(page.rows) == 7


async def _write_and_claim(url: str, name: str) -> list[str]:
    store = open_store(url, TABLES)
    for n in range(50):
        await store.upsert("calls", call(n, ending=name) | {"call_id": f"{name}-{n}"})
    won = [f"thing-{n}" for n in range(50) if await store.claim("owners", {"name": f"thing-{n}", "owner": name})]
    counted = 0
    while counted < 25:
        row = await store.get("owners", {"name": "counter"})
        assert row is not None
        more = {"owner": str(int(row["owner"]) + 1)}
        counted += await store.replace_if("owners", {"name": "counter"}, {"owner": row["owner"]}, more)
    await store.close()
    return won


def run_process(url: str, name: str) -> list[str]:
    return asyncio.run(_write_and_claim(url, name))


class StoreContract:
    @pytest.fixture
    async def store(self, store_url: str) -> AsyncIterator[Store]:
        opened = open_store(store_url, TABLES)
        yield opened
        await opened.close()

    async def test_row_comes_back_with_every_column(self, store: Store):
        row = call(1, ending="completed", seconds=61.5, recorded=True, number=b"\x01\xff", legs=[{"role": "agent"}])
        await store.upsert("calls", row)
        assert await store.get("calls", key_of(row)) == row

    async def test_column_that_was_never_written_is_none(self, store: Store):
        await store.upsert("calls", call(1))
        row = await store.get("calls", key_of(call(1)))
        assert row == call(1, ending=None, seconds=None, recorded=None, number=None, legs=None)

    @pytest.mark.parametrize("value", [False, None, {}, [], 0, "", {"ä": [1, None, "客户"]}, -(2**63)])
    async def test_value_survives_as_json(self, store: Store, value: Any):
        await store.upsert("owners", {"name": "客户 'x\"", "details": value})
        row = await store.get("owners", {"name": "客户 'x\""})
        assert row is not None and row["details"] == value and type(row["details"]) is type(value)

    async def test_no_row_is_none(self, store: Store):
        assert await store.get("calls", key_of(call(1))) is None

    async def test_upsert_changes_only_the_given_columns(self, store: Store):
        await store.upsert("calls", call(1, ending="ringing", recorded=True))
        await store.upsert("calls", call(1, ending=None))
        await store.upsert("calls", call(1, seconds=2.0))
        row = await store.get("calls", key_of(call(1)))
        assert row == call(1, ending=None, seconds=2.0, recorded=True, number=None, legs=None)

    async def test_row_of_nothing_but_its_key_is_a_row(self, store: Store):
        await store.upsert("calls", call(1, ending="x"))
        await store.upsert("calls", call(1, ending=None))
        await store.upsert("owners", {"name": "x"})
        assert await store.get("calls", key_of(call(1))) is not None
        assert await store.get("owners", {"name": "x"}) == {"name": "x", "owner": None, "details": None}

    async def test_many_come_back_in_the_order_asked_for(self, store: Store):
        await store.upsert_many("calls", [call(n) for n in range(9)])
        await store.upsert("owners", {"name": "x", "owner": "me"})
        keys = [key_of(call(n)) for n in (7, 99, 2)] + [key_of(call(3) | {"tenant_id": "other"})]
        found = await store.get_many("calls", keys)
        assert [row and row["call_id"] for row in found] == ["call-007", None, "call-002", None]
        owners = await store.get_many("owners", [{"name": "y"}, {"name": "x"}])
        assert [row and row["owner"] for row in owners] == [None, "me"]
        assert await store.get_many("calls", []) == []

    async def test_batch_over_many_partitions_and_many_bytes_is_whole(self, store: Store):
        rows = [call(n, ending="x" * 2000) | {"day": f"2026-11-{n % 3 + 1:02}"} for n in range(300)]
        await store.upsert_many("calls", rows)
        days = [{**ACME, "day": f"2026-11-{day:02}"} for day in (1, 2, 3)]
        assert [len((await store.page("calls", day, limit=1000)).rows) for day in days] == [100, 100, 100]

    async def test_later_row_of_a_batch_wins(self, store: Store):
        await store.upsert_many("calls", [call(1, ending="a"), call(1, seconds=1.0), call(1, ending="b")])
        row = await store.get("calls", key_of(call(1)))
        assert row is not None and (row["ending"], row["seconds"]) == ("b", 1.0)

    async def test_empty_batch_is_harmless(self, store: Store):
        await store.upsert_many("calls", [])

    async def test_batch_with_a_bad_row_writes_nothing(self, store: Store):
        with pytest.raises(WrongTypeError):
            await store.upsert_many("calls", [call(1, seconds=1.0), call(2, recorded="yes")])
        assert (await store.page("calls", ACME, limit=10)).rows == []

    async def test_bad_write_spoils_no_neighbour(self, store: Store):
        writes = [store.upsert("calls", call(n, ending=n if n == 5 else "ok")) for n in range(10)]
        results = await asyncio.gather(*writes, return_exceptions=True)
        assert [n for n, result in enumerate(results) if result is not None] == [5]
        assert len(await pages(store, "calls", ACME)) == 9

    async def test_pages_are_whole_and_in_declared_order(self, store: Store):
        rows = [call(n, seconds=float(n)) for n in range(40)]
        await store.upsert_many("calls", rows[::2] + rows[1::2])
        wanted = [row["call_id"] for row in sorted(rows, key=lambda row: (-row["started_ms"], row["call_id"]))]
        assert [row["call_id"] for row in await pages(store, "calls", ACME)] == wanted
        assert [row["call_id"] for row in await pages(store, "calls", ACME, newest_first=True)] == wanted
        assert [row["call_id"] for row in await pages(store, "calls", ACME, newest_first=False)] == wanted[::-1]

    async def test_pages_survive_rows_that_come_and_go(self, store: Store):
        await store.upsert_many("calls", [call(n) for n in range(0, 60, 3)])
        first = await store.page("calls", ACME, limit=5)
        await store.delete("calls", key_of(first.rows[-1]))
        await store.upsert("calls", call(90))
        second = await store.page("calls", ACME, limit=5, after=first.next_token)
        assert [row["started_ms"] for row in second.rows] == [1014, 1013, 1012, 1011, 1010]

    async def test_full_last_page_has_no_token(self, store: Store):
        await store.upsert_many("calls", [call(n) for n in range(5)])
        assert (await store.page("calls", ACME, limit=5)).next_token is None

    async def test_range_includes_since_and_excludes_until(self, store: Store):
        await store.upsert_many("calls", [call(n) for n in range(0, 90, 3)])
        rows = await pages(store, "calls", ACME, since=1010, until=1020)
        assert [row["started_ms"] for row in rows] == list(range(1019, 1009, -1))

    async def test_pages_inside_a_range_stay_inside(self, store: Store):
        await store.upsert_many("calls", [call(n) for n in range(90)])
        for newest_first in (True, False):
            rows = await pages(store, "calls", ACME, since=1003, until=1013, newest_first=newest_first)
            wanted = sorted((call(n) for n in range(9, 39)), key=lambda row: (-row["started_ms"], row["call_id"]))
            assert [row["call_id"] for row in rows] == [row["call_id"] for row in wanted][
                :: 1 if newest_first else -1
            ]

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 10, 100])
    async def test_pages_span_partitions_as_if_they_were_one(self, store: Store, limit: int):
        days = [{"tenant_id": "acme", "day": f"2026-11-{day:02}"} for day in range(28, 0, -1)]
        rows = [
            call(n) | {"day": f"2026-11-{day:02}"} for day, n in ((28, 1), (28, 2), (27, 3), (12, 4), (12, 7), (2, 8))
        ]
        for row in rows:
            await store.upsert("calls", row)
        await store.upsert("calls", call(9) | {"day": "2026-11-29"})

        found, sizes, after = [], [], None
        while True:
            page = await page_over(store, "calls", days, limit, after)
            found += page.rows
            sizes.append(len(page.rows))
            after = page.next_token
            if after is None:
                break
        wanted = sorted(rows, key=lambda row: (row["day"], row["started_ms"]), reverse=True)
        assert [row["started_ms"] for row in found] == [row["started_ms"] for row in wanted]
        # Tokens lead to rows, and no page but the last is short of them.
        assert all(sizes) and sizes[:-1] == [limit] * (len(sizes) - 1)

    async def test_token_of_another_span_is_refused(self, store: Store):
        days = [{"tenant_id": "acme", "day": f"2026-11-{day:02}"} for day in (3, 2, 1)]
        await store.upsert_many("calls", [call(n) | {"day": "2026-11-03"} for n in range(9)])
        token = (await page_over(store, "calls", days, 4, None)).next_token
        assert token is not None
        assert re.fullmatch(r"[A-Za-z0-9_-]+", token), "it stands in a query as it is, and the API takes no other"
        for wrong in ("AAAA", "0", "1" + token[1:], "7" + token[1:], "²" + token[1:], token + "A"):
            with pytest.raises(InvalidPageTokenError):
                await page_over(store, "calls", days, 4, wrong)
        with pytest.raises(InvalidPageTokenError):
            await page_over(store, "calls", [day | {"tenant_id": "other"} for day in days], 4, token)

    async def test_prefix_bounds_a_text_column(self, store: Store):
        paths = ["a", "a/", "a/1", "a/\U0010ffff", "a0", "b/1"]
        await store.upsert_many("files", [{"tenant_id": "t", "path": path, "part": b"\0"} for path in paths])
        rows = await pages(store, "files", {"tenant_id": "t"}, prefix="a/")
        assert [row["path"] for row in rows] == ["a/", "a/1", "a/\U0010ffff"]

    async def test_pages_over_bytes_and_ties(self, store: Store):
        rows = [{"tenant_id": "t", "path": "same", "part": bytes([n]), "n": n} for n in range(30)]
        await store.upsert_many("files", rows)
        assert await pages(store, "files", {"tenant_id": "t"}) == rows

    async def test_partition_shows_nothing_of_another(self, store: Store):
        await store.upsert_many("calls", [call(1), call(2) | {"tenant_id": "other"}, call(3) | {"day": "2026-11-24"}])
        assert [row["call_id"] for row in await pages(store, "calls", ACME)] == ["call-001"]

    async def test_token_of_another_listing_is_refused(self, store: Store):
        await store.upsert_many("calls", [call(n) for n in range(9)])
        token = (await store.page("calls", ACME, limit=3)).next_token
        assert token is not None
        for wrong in ("x", token[:-1], token + "A", "é", token.swapcase()):
            with pytest.raises(InvalidPageTokenError):
                await store.page("calls", ACME, limit=3, after=wrong)
        with pytest.raises(InvalidPageTokenError):
            await store.page("calls", {**ACME, "tenant_id": "other"}, limit=3, after=token)
        with pytest.raises(InvalidPageTokenError):
            await store.page("calls", ACME, limit=3, after=token, newest_first=False)

    @pytest.mark.parametrize("limit", [0, -1, 10_001])
    async def test_limit_out_of_range_is_refused(self, store: Store, limit: int):
        with pytest.raises(ValueError):
            await store.page("calls", ACME, limit=limit)

    async def test_incomplete_keys_are_refused(self, store: Store):
        attempts = [
            store.upsert("calls", ACME),
            store.upsert("calls", {**call(1), "day": None}),
            store.upsert_many("calls", [call(1), {**call(2), "call_id": None}]),
            store.get("calls", ACME),
            store.page("calls", {"tenant_id": "acme"}, limit=1),
            store.claim("owners", {"owner": "x"}),
            store.get_many("calls", [key_of(call(1)), ACME]),
            store.replace_if("owners", {}, {}, {"owner": "x"}),
            store.delete("calls", ACME),
            store.delete("owners", {}),
            store.delete_if("owners", {}, {}),
        ]
        for attempt in attempts:
            with pytest.raises(IncompleteKeyError):
                await attempt

    async def test_unknown_names_are_refused(self, store: Store):
        attempts = [
            store.upsert("calls", call(1, colour="red")),
            store.get("calls", {**key_of(call(1)), "ending": "x"}),
            store.page("calls", {**ACME, "call_id": "x"}, limit=1),
            store.claim("owners", {"name": "x", "colour": "red"}),
            store.replace_if("owners", {"name": "x"}, {"colour": "red"}, {"owner": "x"}),
            store.replace_if("owners", {"name": "x"}, {}, {"name": "y"}),
            store.replace_if("owners", {"name": "x"}, {}, {}),
            store.delete_if("owners", {"name": "x"}, {"name": "x"}),
            store.page("owners", {"name": "x"}, limit=1, since="a"),
        ]
        for attempt in attempts:
            with pytest.raises(UnknownColumnError):
                await attempt
        with pytest.raises(UnknownTableError):
            await store.get("nothing", {"id": 1})

    @pytest.mark.parametrize(
        "column", [{"ending": 5}, {"started_ms": "1"}, {"seconds": "1"}, {"recorded": 1}, {"number": "x"},
                   {"legs": {1, 2}}, {"legs": float("nan")}, {"started_ms": True}, {"started_ms": 2**63},
                   {"ending": "\ud800"}],
    )  # fmt: skip
    async def test_wrong_types_are_refused(self, store: Store, column: dict[str, Any]):
        with pytest.raises(WrongTypeError):
            await store.upsert("calls", call(1) | column)

    async def test_first_claim_wins(self, store: Store):
        claims = [store.claim("owners", {"name": "+4312345", "owner": f"tenant-{n}"}) for n in range(20)]
        assert sum(await asyncio.gather(*claims)) == 1

    async def test_same_claim_again_is_harmless(self, store: Store):
        row = {"name": "x", "owner": "me", "details": {"b": 1, "a": (1, 2)}}
        assert await store.claim("owners", row)
        assert await store.claim("owners", row)
        assert not await store.claim("owners", row | {"owner": "you"})
        assert not await store.claim("owners", row | {"details": {"b": 2, "a": [1, 2]}})

    async def test_replace_if_compares_and_sets(self, store: Store):
        await store.upsert("owners", {"name": "x", "owner": "me", "details": [1]})
        assert not await store.replace_if("owners", {"name": "x"}, {"owner": "you"}, {"owner": "they"})
        assert not await store.replace_if("owners", {"name": "y"}, {}, {"owner": "they"})
        assert await store.replace_if("owners", {"name": "x"}, {"owner": "me", "details": [1]}, {"owner": "you"})
        assert await store.get("owners", {"name": "x"}) == {"name": "x", "owner": "you", "details": [1]}
        assert await store.replace_if("owners", {"name": "x"}, {"owner": "you"}, {"owner": None})
        assert await store.replace_if("owners", {"name": "x"}, {"owner": None}, {"owner": "last"})

    async def test_claim_after_a_deletion_holds(self, store: Store):
        for turn in range(10):
            assert await store.claim("owners", {"name": "x", "owner": f"tenant-{turn}"})
            assert (await store.get("owners", {"name": "x"}) or {})["owner"] == f"tenant-{turn}"
            await store.delete("owners", {"name": "x"})
            assert await store.get("owners", {"name": "x"}) is None

    async def test_changes_of_one_row_are_kept_in_their_order(self, store: Store):
        assert await store.claim("owners", {"name": "x", "owner": "0"})
        for turn in range(10):
            await store.upsert("owners", {"name": "x", "details": turn})
            assert await store.replace_if("owners", {"name": "x"}, {"details": turn}, {"owner": str(turn)})
        assert await store.get("owners", {"name": "x"}) == {"name": "x", "owner": "9", "details": 9}

    async def test_only_guarded_rows_are_claimed_and_compared(self, store: Store):
        attempts = [
            store.claim("calls", call(1)),
            store.replace_if("calls", key_of(call(1)), {}, {"ending": "x"}),
            store.delete_if("calls", key_of(call(1)), {}),
            store.upsert_many("owners", [{"name": "x"}, {"name": "y"}]),
        ]
        for attempt in attempts:
            with pytest.raises(GuardError):
                await attempt
        assert await store.get("owners", {"name": "x"}) is None

    async def test_delete_is_harmless_twice(self, store: Store):
        await store.upsert("owners", {"name": "x", "owner": "me"})
        await store.delete("owners", {"name": "x"})
        await store.delete("owners", {"name": "x"})
        assert await store.get("owners", {"name": "x"}) is None

    async def test_delete_if_compares(self, store: Store):
        await store.upsert("owners", {"name": "x", "owner": "me"})
        assert not await store.delete_if("owners", {"name": "x"}, {"owner": "you"})
        assert await store.get("owners", {"name": "x"}) is not None
        assert await store.delete_if("owners", {"name": "x"}, {"owner": "me"})
        assert not await store.delete_if("owners", {"name": "x"}, {"owner": "me"})

    async def test_row_past_its_ttl_is_gone(self, store: Store):
        await store.upsert("owners", {"name": "x", "owner": "me"}, ttl_seconds=0)
        await store.upsert("calls", call(1), ttl_seconds=0)
        await store.upsert("calls", call(2), ttl_seconds=3600)
        assert await store.get("owners", {"name": "x"}) is None
        assert [row["call_id"] for row in await pages(store, "calls", ACME)] == ["call-002"]
        assert not await store.replace_if("owners", {"name": "x"}, {}, {"owner": "you"})
        assert not await store.delete_if("owners", {"name": "x"}, {})
        assert await store.claim("owners", {"name": "x", "owner": "you"})

    async def test_row_past_its_ttl_starts_anew(self, store: Store):
        await store.upsert("owners", {"name": "x", "owner": "me", "details": [1]}, ttl_seconds=0)
        await store.upsert("owners", {"name": "x", "details": [2]})
        assert await store.get("owners", {"name": "x"}) == {"name": "x", "owner": None, "details": [2]}

    async def test_ttl_is_the_rows_and_can_be_prolonged(self, store: Store):
        await store.upsert("owners", {"name": "x", "owner": "me", "details": [1]}, ttl_seconds=3)
        await store.upsert("owners", {"name": "x", "owner": "you"}, ttl_seconds=3600)
        await store.upsert("owners", {"name": "clock", "owner": "me"}, ttl_seconds=4)
        async with asyncio.timeout(10):
            while await store.get("owners", {"name": "clock"}) is not None:  # noqa: ASYNC110 - the clock decides
                await asyncio.sleep(0.05)
        assert await store.get("owners", {"name": "x"}) == {"name": "x", "owner": "you", "details": [1]}

    async def test_rows_past_their_ttl_take_no_place_on_a_page(self, store: Store):
        await store.upsert_many("calls", [call(n) for n in range(0, 60, 3)], ttl_seconds=0)
        await store.upsert_many("calls", [call(n) for n in range(60, 90, 3)])
        rows = await pages(store, "calls", ACME, newest_first=False)
        assert [row["call_id"] for row in rows] == [call(n)["call_id"] for n in range(60, 90, 3)]

    async def test_claim_with_a_ttl_can_be_taken_over_afterwards(self, store: Store):
        assert await store.claim("owners", {"name": "x", "owner": "me"}, ttl_seconds=0)
        assert await store.claim("owners", {"name": "x", "owner": "you"}, ttl_seconds=3600)
        assert not await store.claim("owners", {"name": "x", "owner": "me"}, ttl_seconds=3600)

    async def test_change_keeps_the_ttl(self, store: Store):
        await store.upsert("owners", {"name": "x", "owner": "me"}, ttl_seconds=3)
        await store.upsert("owners", {"name": "x", "owner": "you"})
        async with asyncio.timeout(10):
            while await store.get("owners", {"name": "x"}) is not None:  # noqa: ASYNC110 - the clock decides
                await asyncio.sleep(0.02)

    async def test_several_processes_share_the_store(self, store: Store, store_url: str):
        await store.upsert("owners", {"name": "counter", "owner": "0"})
        names = [f"process-{n}" for n in range(PROCESSES)]
        context = multiprocessing.get_context("spawn")
        with context.Pool(PROCESSES) as pool:
            won = await asyncio.to_thread(pool.starmap, run_process, [(store_url, name) for name in names])
        assert sorted(chain.from_iterable(won)) == sorted(f"thing-{n}" for n in range(50))
        assert len(await pages(store, "calls", ACME)) == 50 * PROCESSES
        counter = await store.get("owners", {"name": "counter"})
        assert counter is not None and counter["owner"] == str(25 * PROCESSES)

    async def test_what_was_written_is_there_after_reopening(self, store_url: str):
        store = open_store(store_url, TABLES)
        await store.upsert("owners", {"name": "x", "owner": "me"})
        await store.close()
        await store.close()
        again = open_store(store_url, TABLES)
        assert (await again.get("owners", {"name": "x"}) or {})["owner"] == "me"
        await again.close()
