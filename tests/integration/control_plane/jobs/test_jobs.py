"""Work on real workers: once, again after a death, apart from other kinds, and a letter when all failed."""

import asyncio
import dataclasses
import time
from typing import Any

import pytest
from facts_house import ACME, House, until
from jobs_of_tests import KINDS
from typer.testing import CliRunner

from callmodel import keys
from control_plane.jobs import commands
from control_plane.jobs import letters as letters_module
from control_plane.jobs.buried import BuriedMessages
from control_plane.jobs.letters import DeadLetter, DeadLetters
from control_plane.jobs.once import DEATHS, Piece
from control_plane.jobs.queueing import QUEUES, build_celery
from control_plane.jobs.waiting import held_by_workers, queues_of

BULK = "imports,exports,reports,webhooks"


async def start_worker(house: House, name: str = "worker", **environment: str) -> None:
    environment = {"TRUNKLINE_WORKER_QUEUES": ",".join(QUEUES), "TRUNKLINE_WORKER_CONCURRENCY": "1", **environment}
    await house._ready(house.start(name, "jobs_of_tests:main", **environment))


async def send(house: House, task: str, name: str, **options: Any) -> None:
    kwargs = {"tenant_id": ACME, "name": name, "folder": str(house.folder), "from_a_newer_sender": 1}
    await asyncio.to_thread(build_celery(house.settings).send_task, task, kwargs=kwargs, **options)


def lines_of(house: House, name: str) -> list[str]:
    path = house.folder / f"{name}.log"
    return path.read_text().splitlines() if path.exists() else []


async def said(house: House, name: str, what: str, count: int = 1, seconds: float = 20) -> None:
    async def enough() -> bool:
        return sum(line.startswith(what) for line in lines_of(house, name)) >= count

    await until(enough, seconds)


def let_go(house: House, *names: str) -> None:
    for name in names:
        (house.folder / f"{name}.go").touch()


async def nothing_held(house: House) -> bool:
    return not await house.redis.hlen("celery:unacked")


async def test_what_a_killed_worker_held_of_any_kind_runs_again_within_15_seconds(house: House):
    """With the visibility time-out of the default settings; another worker is idle beside it."""
    house.environment["TRUNKLINE_VISIBILITY_SECONDS"] = "10"
    many = {"TRUNKLINE_WORKER_CONCURRENCY": str(len(KINDS))}
    await start_worker(house, "worker-1", **many)
    for kind in KINDS:
        await send(house, f"{kind}.wait", kind)
    for kind in KINDS:
        await said(house, kind, "begun")
    await start_worker(house, "worker-2", **many)

    house.kill("worker-1")
    killed = time.monotonic()
    took = []
    for kind in KINDS:
        await said(house, kind, "begun", 2, 30)
        took.append(time.monotonic() - killed)
    let_go(house, *KINDS)
    for kind in KINDS:
        await said(house, kind, "done")
    print(f"begun again after {min(took):.1f} to {max(took):.1f} s")

    await until(lambda: nothing_held(house))
    assert max(took) < 15
    assert all(len([line for line in lines_of(house, kind) if line.startswith("done")]) == 1 for kind in KINDS)


async def test_a_flood_of_imports_delays_no_recording(house: House):
    for number in range(40):
        await send(house, "imports.wait", f"import-{number}")
    await send(house, "recordings.wait", "recording")
    let_go(house, "recording")
    await start_worker(house, "bulk", TRUNKLINE_WORKER_QUEUES=BULK)
    await said(house, "import-0", "begun")

    began = time.monotonic()
    await start_worker(house, "worker", TRUNKLINE_WORKER_QUEUES="default,recordings")
    await said(house, "recording", "done")
    print(f"recording done {time.monotonic() - began:.1f} s after its worker was started")

    depths = {queue.name: queue.depth for queue in await queues_of(house.redis)}
    assert depths["imports"] >= 38 and depths["recordings"] == 0


async def test_a_queue_of_ones_own_may_be_named_when_sending(house: House):
    await send(house, "recordings.wait", "here", queue="recordings.node-1")
    let_go(house, "here")
    assert ("recordings.node-1", 1) in {(queue.name, queue.depth) for queue in await queues_of(house.redis)}

    await start_worker(house, TRUNKLINE_WORKER_QUEUES="recordings.node-1")

    await said(house, "here", "done")


async def test_what_is_sent_twice_is_done_once(house: House):
    await start_worker(house, TRUNKLINE_WORKER_CONCURRENCY="2")
    for _ in range(3):
        await send(house, "imports.wait", "list")
    await said(house, "list", "begun")
    [held] = [held for held in await held_by_workers(house.redis) if held.since_ms is not None]
    assert (held.task, held.tenant_id, held.queue, held.tries) == ("imports.wait", ACME, "imports", 1)
    let_go(house, "list")
    await said(house, "list", "done")
    await send(house, "imports.wait", "list")
    await send(house, "imports.wait", "another")
    let_go(house, "another")
    await said(house, "another", "done")
    await until(lambda: nothing_held(house))

    assert [line.split()[0] for line in lines_of(house, "list")] == ["begun", "done"]


async def test_a_task_whose_end_redis_did_not_take_blocks_no_worker_and_runs_again(house: House):
    """As when a new master has no replica yet: it refuses all writes for a while."""
    house.environment["TRUNKLINE_VISIBILITY_SECONDS"] = "3"
    await start_worker(house)
    await send(house, "imports.wait", "first")
    await said(house, "first", "begun")
    await house.redis.config_set("min-replicas-to-write", 1)
    let_go(house, "first")

    async def refused() -> bool:
        return "Couldn't reject" in (house.folder / "worker.log").read_text()

    await until(refused)
    await house.redis.config_set("min-replicas-to-write", 0)

    await send(house, "imports.wait", "second")
    let_go(house, "second")
    await said(house, "second", "done")
    await said(house, "first", "done", 2)
    await until(lambda: nothing_held(house))


async def trunkline(house: House, *arguments: str, answer: str = "") -> str:
    """Run `trunkline jobs` and return what it says."""
    environment = {**house.environment, "COLUMNS": "200"}
    ran = await asyncio.to_thread(CliRunner().invoke, commands.app, arguments, input=answer, env=environment)
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    return ran.output


async def letters(house: House) -> list[str]:
    return list(await house.redis.hkeys(f"{{{ACME}}}:jobs:dead"))


async def test_what_fails_for_good_is_a_letter_and_can_be_done_again(house: House):
    await start_worker(house)
    await send(house, "others.fail", "stubborn")
    [letter_id] = await until(lambda: letters(house))
    assert lines_of(house, "stubborn") == ["tried"] * 3

    listed = await trunkline(house, "list")
    shown = await trunkline(house, "show", letter_id)
    log = (house.folder / "worker.log").read_text()
    assert "dead letters: 1" in listed and "recordings" in listed
    for told in ("sent  2", "ValueError: no way to 138****5678", "jobs_of_tests.py:", "fail"):
        assert told in shown
    for text in (shown, log, await house.redis.hget(f"{{{ACME}}}:jobs:dead", letter_id)):
        assert "hunter2" not in text and "13812345678" not in text
    assert letter_id not in await trunkline(house, "dead", "--tenant", "globex", "--json")

    (house.folder / "stubborn.mended").touch()
    assert "sent again: 1" in await trunkline(house, "retry", "--all")
    await said(house, "stubborn", "tried", 4)
    await until(lambda: nothing_held(house))
    assert await letters(house) == []
    assert "there is no dead letter" in await trunkline(house, "retry", letter_id)


async def test_what_kills_its_workers_is_a_letter_and_can_be_dropped(house: House):
    # It has killed all but two workers already: each takes some seconds.
    await house.redis.set(f"{Piece(ACME, 'others.kill', {'name': 'poison'}, '').claim}:deaths", DEATHS - 2)
    await start_worker(house)
    await send(house, "others.kill", "poison")
    await send(house, "others.wait", "healthy")
    let_go(house, "healthy")
    [letter_id] = await until(lambda: letters(house), 60)
    await said(house, "healthy", "done", seconds=40)

    assert lines_of(house, "poison") == ["begun"] * 2
    kept = await trunkline(house, "drop", letter_id, answer="n\n")
    assert "each of 5 workers that began it died" in kept and await letters(house) == [letter_id]
    assert "dropped" in await trunkline(house, "drop", letter_id, "--yes")
    assert await letters(house) == []


async def test_sigterm_lets_tasks_end_and_takes_no_new_ones(house: House):
    await start_worker(house)
    await send(house, "imports.wait", "running")
    await said(house, "running", "begun")
    await send(house, "imports.wait", "next")
    stopping = asyncio.create_task(asyncio.to_thread(house.stop, "worker"))  # noqa: TID251 - awaited below

    async def draining() -> bool:
        return any(line.get("state") == "draining" for line in house.log_of("worker"))

    await until(draining)
    let_go(house, "running", "next")

    assert await stopping == 0
    assert [line.split()[0] for line in lines_of(house, "running")] == ["begun", "done"]
    assert lines_of(house, "next") == []
    assert await house.redis.llen("celery:imports") == 1 and await nothing_held(house)


async def test_what_takes_too_long_to_end_goes_back_at_once(house: House):
    house.environment["TRUNKLINE_VISIBILITY_SECONDS"] = "60"
    await start_worker(house, TRUNKLINE_WORKER_STOP_SECONDS="1")
    await send(house, "imports.wait", "endless")
    await said(house, "endless", "begun")

    began = time.monotonic()
    await asyncio.to_thread(house.stop, "worker")
    assert time.monotonic() - began < 8
    assert await house.redis.llen("celery:imports") == 1 and await nothing_held(house)

    let_go(house, "endless")
    await start_worker(house, "worker-2")
    await said(house, "endless", "done")


async def test_a_second_beat_leads_when_the_first_is_killed(house: House):
    await house._ready(house.start("beat-1", "control_plane.worker:beat"))
    await house._ready(house.start("beat-2", "control_plane.worker:beat"))

    def leads(name: str) -> bool:
        return any(line.get("state") == "ready" for line in house.log_of(name))

    async def second_leads() -> bool:
        return leads("beat-2")

    assert leads("beat-1") and not leads("beat-2")
    house.kill("beat-1")
    killed = time.monotonic()
    await until(second_leads, 30)
    print(f"the second beat led after {time.monotonic() - killed:.1f} s")

    assert time.monotonic() - killed < 15


async def test_a_message_that_a_group_could_not_take_goes_back_to_that_group(house: House):
    """As after an update that mends what could not read it: `cdr` gets it again, the other groups do not."""
    stream = keys.facts(ACME)
    fact = '{"fact_id": "c1:call.ended", "kind": "call.ended"}'
    grave = {"m": fact, "dead_id": "1-0", "dead_group": "cdr", "dead_deliveries": "5"}
    await house.redis.xadd(f"{stream}:dead", grave)
    [message] = await BuriedMessages(house.redis).all()
    shown = await trunkline(house, "dead")
    assert "call.ended" in shown and "facts:acme:" in shown

    assert "sent again: 1" in await trunkline(house, "retry", message.letter_id)

    assert not await BuriedMessages(house.redis).retry(message), "twice is harmless"
    [(_, fields)] = await house.redis.xrange(stream)
    assert fields["only_group"] == "cdr" and "dead_id" not in fields
    assert await house.redis.xlen(f"{stream}:dead") == 0


async def test_letters_are_bounded_and_the_oldest_go(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(letters_module, "MOST", 3)
    desk = DeadLetters(house.redis)
    letter = DeadLetter("", ACME, "others.fail", "default", {}, "ValueError", "", 3, None, 0)
    for number in range(5):
        await desk.bury(dataclasses.replace(letter, letter_id=f"id-{number}", buried_ms=number))

    assert [kept.letter_id for kept in await desk.all(ACME)] == ["id-2", "id-3", "id-4"]
    assert await desk.all("globex") == []
    assert 0 < await house.redis.ttl(f"{{{ACME}}}:jobs:dead") <= letters_module.KEPT_SECONDS
