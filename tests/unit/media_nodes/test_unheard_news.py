"""What a call waits for and nobody tells any more: a prompt's end, a moment that has come.  And keys without end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from media_fakes import ACME, INSTANCE, Stage, arrived, directory

from callmodel.callstate import CallState, Timer, TimerName
from callmodel.directory import Did
from callmodel.facts import DigitPressed, LegHungUp
from callmodel.flows.document import Flow
from callmodel.flows.nodes import CollectNode, HangUpNode, MenuNode, PlayNode, QueueChoice, QueueNode
from callmodel.flows.visit import Doing
from callmodel.ids import E164, FlowId, LegId, QueueId
from callmodel.prompts import Speech
from media_nodes.ports import LegProgress, SwitchState
from media_nodes.running import MOST_KEYS_A_SECOND, MOST_UNREAD_KEYS, now_ms

Settled = Callable[[], Awaitable[None]]
LINE = E164("+862155550120")
CALLER = LegId("in.1")
THERE = SwitchState(INSTANCE, {CALLER: LegProgress.ANSWERED}, ())
SALES = QueueId("sales")
NODES = {
    # Whoever presses wrong keys is asked again and again.
    "menu": MenuNode({"1": "wait", "2": "number"}, "menu", (Speech("For sales, press one."),), seconds=5),
    "number": CollectNode("number", "bye", "bye", (Speech("Your number, please."),), most=500),
    "hello": PlayNode("menu", (Speech("Hello."),)),
    "wait": QueueNode((QueueChoice(SALES),), otherwise="bye"),
    "bye": HangUpNode(),
}


def calls_in(stage: Stage, start: str = "menu") -> None:
    flow = Flow(FlowId("line"), start, dict(NODES), tenant_id=ACME)
    plain = directory()
    dids = (*plain.numbers, Did(LINE, ACME, flow_id=FlowId("line")))
    known = replace(plain, numbers=dids, flows=(flow,))
    stage.shelf.current = known
    news = arrived(CALLER, LINE, origin="trunk", trunk="t1", number="+8613812345678")
    stage.conductor.hear(replace(news, at_ms=now_ms()))


def doing(stage: Stage) -> Doing | None:
    (call,) = stage.conductor.calls
    assert call.visit is not None
    return call.visit.doing


async def test_a_prompt_whose_end_nobody_told_is_over_at_the_next_survey(stage: Stage, settled: Settled):
    calls_in(stage)
    await settled()
    stage.conductor.survey(THERE)
    await settled()
    assert doing(stage) is Doing.SAYING

    stage.player.over.add(stage.player.played[-1].play_id)
    stage.conductor.survey(THERE)
    await settled()
    assert doing(stage) is Doing.AWAITING


async def test_who_waited_through_an_announcement_that_got_lost_hears_music_again(stage: Stage, settled: Settled):
    calls_in(stage, "wait")
    await settled()
    (call,) = stage.conductor.calls
    assert call.state is CallState.WAITING and call.playing is not None

    stage.player.over.add(call.playing)
    stage.conductor.survey(THERE)
    await settled()
    (call,) = stage.conductor.calls
    assert call.playing is None


async def test_an_heir_finds_out_whether_the_prompt_goes_on(stage: Stage, settled: Settled, tmp_path: Path):
    calls_in(stage, "hello")
    await settled()
    # What came after the prompt was told of: the journal's last step does not say it again.
    (entry,) = stage.journal.entries()

    for over, said in ((False, "hello"), (True, "menu")):
        heir = Stage(tmp_path / said)
        heir.shelf.current = stage.shelf.current
        heir.player.played += stage.player.played
        heir.player.over |= {stage.player.played[-1].play_id} if over else set()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(heir.conductor.run())
            await asyncio.sleep(0)
            heir.conductor.survey(THERE, found=[replace(entry, orders=())])
            await settled()
            (call,) = heir.conductor.calls
            assert call.visit is not None and call.visit.node == said
            running.cancel()


async def test_a_moment_that_the_call_did_not_hear_of_comes_with_the_next_survey(stage: Stage, settled: Settled):
    calls_in(stage)
    await settled()
    (running,) = stage.conductor._calls.values()
    running.call = replace(running.call, timers=(Timer(TimerName.FLOW, now_ms() - 1_000),))

    stage.conductor.survey(THERE)
    await settled()
    assert doing(stage) is Doing.AWAITING


async def test_a_flood_of_keys_leaves_room_for_the_hanging_up(stage: Stage, settled: Settled):
    calls_in(stage, "number")
    await settled()
    for _ in range(5_000):
        stage.conductor.hear(DigitPressed(CALLER, "7", now_ms()))
    (call,) = stage.conductor.calls
    stage.conductor.hear(LegHungUp(CALLER, None, now_ms()))
    await settled()

    assert stage.conductor.calls == ()
    (ended,) = stage.outbox.of_kind("call.ended")
    assert ended.body["call_id"] == call.call_id


async def test_keys_that_somebody_presses_while_the_call_is_busy_are_all_taken(stage: Stage, settled: Settled):
    calls_in(stage, "number")
    await settled()
    at_ms = now_ms()
    for place in range(MOST_UNREAD_KEYS):
        stage.conductor.hear(DigitPressed(CALLER, str(place % 10), at_ms + 40 * place))
    await settled()

    (call,) = stage.conductor.calls
    assert call.visit is not None and len(call.visit.digits) == MOST_UNREAD_KEYS


async def test_a_thousand_keys_a_second_cost_the_switch_no_more_than_a_few(stage: Stage, settled: Settled):
    calls_in(stage)
    await settled()
    at_ms = now_ms() // 1000 * 1000
    for place in range(1_000):
        stage.conductor.hear(DigitPressed(CALLER, "9", at_ms + place))
        await asyncio.sleep(0)
    await settled()

    assert len(stage.player.played) <= MOST_KEYS_A_SECOND + 1


async def test_keys_that_mean_nothing_are_not_written_down(stage: Stage, settled: Settled):
    calls_in(stage, "hello")
    await settled()
    path = stage.folder / "journal.jsonl"
    before = path.stat().st_size
    for _ in range(20):
        stage.conductor.hear(DigitPressed(CALLER, "7", now_ms()))
    await settled()

    assert path.stat().st_size == before
