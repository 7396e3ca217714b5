"""The conductor's decisions, among fakes that only remember."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from media_fakes import ACME, CAPACITY, INSTANCE, Stage, arrived

from callmodel.callstate import Timer, TimerName
from callmodel.endings import Ending
from callmodel.facts import LegAnswered, LegHungUp, LegRang
from callmodel.ids import CallId, Extension, LegId, SiteId
from callmodel.wire import EndCall, PlaceCall, TransferCall
from media_nodes.conductor import DirectoryShelf
from media_nodes.ports import Full, LegProgress, SwitchState
from media_nodes.stasis import TransferWanted

Settled = Callable[[], Awaitable[None]]
NOW = 1_790_000_001_000


async def talking(stage: Stage, settled: Settled) -> tuple[LegId, LegId]:
    stage.conductor.hear(arrived())
    await settled()
    call = stage.conductor.calls[0]
    origin, far = call.legs[0].leg_id, call.legs[1].leg_id
    stage.conductor.hear(LegAnswered(far, NOW))
    await settled()
    return origin, far


def ending(stage: Stage) -> str:
    (ended,) = stage.outbox.of_kind("call.ended")
    return str(ended.body["ending"])


async def test_answered_call_is_recorded_before_it_is_joined(stage: Stage, settled: Settled):
    await talking(stage, settled)

    words = stage.switch.words
    assert words.index("start_recording") < words.index("set_room")
    assert words.index("answer") < words.index("set_room")
    assert [each.kind for each in stage.outbox.envelopes] == ["call.started", "call.answered"]


async def test_call_ends_once_and_leaves_nothing(stage: Stage, settled: Settled):
    origin, far = await talking(stage, settled)

    for leg in (origin, far, far, origin):
        stage.conductor.hear(LegHungUp(leg, None, NOW + 1000))
    await settled()

    assert ending(stage) == "completed"
    assert stage.conductor.calls == ()
    assert stage.journal.entries() == []
    assert stage.claims.released == ["t1"]
    assert list(stage.recordings.closed) == stage.recordings.expected
    assert stage.switch.words[-1] == "end_call"


async def test_order_for_a_leg_that_is_gone_becomes_a_fact(stage: Stage, settled: Settled):
    stage.conductor.hear(arrived())
    await settled()
    far = stage.conductor.calls[0].legs[1].leg_id
    stage.switch.gone.add("in.1")

    stage.conductor.hear(LegRang(far, NOW))
    await settled()

    assert ("hang_up", far) in stage.switch.told
    stage.conductor.hear(LegHungUp(far, 487, NOW))
    await settled()
    assert ending(stage) == "abandoned"


async def test_bug_ends_one_call_and_writes_its_record(stage: Stage, settled: Settled):
    await talking(stage, settled)
    stage.conductor.hear(arrived("in.2", "1002"))
    await settled()
    stage.switch.broken = True

    stage.conductor.hear(LegRang(stage.conductor.calls[1].legs[1].leg_id, NOW))
    await settled()

    assert ending(stage) == Ending.INTERNAL_ERROR.value
    assert len(stage.conductor.calls) == 1


async def test_call_without_recording_goes_on_and_the_loss_is_told(stage: Stage, settled: Settled):
    stage.switch.no_recording = True

    await talking(stage, settled)

    assert "set_room" in stage.switch.words
    assert list(stage.recordings.closed.values()) == ["disk full"]


async def test_call_for_whose_recording_there_is_no_room_goes_on_unrecorded(stage: Stage, settled: Settled):
    stage.recordings.room = False

    await talking(stage, settled)

    assert "set_room" in stage.switch.words and "start_recording" not in stage.switch.words


async def test_full_trunks_refuse(stage: Stage, settled: Settled):
    stage.claims.full = Full(Ending.TENANT_CHANNELS_EXHAUSTED)

    stage.conductor.hear(arrived())
    await settled()
    stage.conductor.hear(LegHungUp(LegId("in.1"), None, NOW))
    await settled()

    assert ending(stage) == "tenant-channels-exhausted"


async def test_hard_stop_ends_the_call_it_names(stage: Stage, settled: Settled):
    await talking(stage, settled)
    call = stage.conductor.calls[0]

    stage.conductor.stop_spending(CallId("somebody-elses"))
    stage.conductor.stop_spending(call.call_id)
    await settled()

    assert stage.conductor.calls[0].ending is Ending.SPEND_LIMIT_REACHED
    assert [word for word in stage.switch.words if word == "hang_up"] == ["hang_up"] * 2


async def test_no_directory_no_call(stage: Stage, settled: Settled):
    stage.shelf.current = DirectoryShelf().current

    stage.conductor.hear(arrived())
    await settled()

    assert stage.switch.told == [("decline", "in.1")]
    assert stage.outbox.envelopes == []


async def test_a_node_that_drains_leaves_the_call_and_its_record_to_another(stage: Stage, settled: Settled):
    stage.conductor.draining = True

    stage.conductor.hear(arrived())
    await settled()

    assert stage.switch.told == [("decline", "in.1")]
    assert stage.outbox.envelopes == []


async def test_a_full_node_leaves_the_call_to_another(stage: Stage, settled: Settled):
    for index in range(1, CAPACITY + 1):
        stage.conductor.hear(arrived(f"in.{index}"))
    await settled()

    stage.conductor.hear(arrived("in.one-too-many"))
    await settled()

    assert stage.switch.told[-1] == ("decline", "in.one-too-many")
    assert len(stage.conductor.calls) == CAPACITY


async def test_a_call_for_help_is_taken_by_a_node_that_drains_and_by_a_full_one(stage: Stage, settled: Settled):
    for index in range(1, CAPACITY + 1):
        stage.conductor.hear(arrived(f"in.{index}"))
    await settled()
    stage.conductor.draining = True

    stage.conductor.hear(arrived("in.help", "110"))
    await settled()

    assert "decline" not in stage.switch.words
    assert [call.number for call in stage.conductor.calls if call.emergency] == ["110"]
    assert len(stage.conductor.calls) == CAPACITY + 1


async def test_a_withheld_number_is_kept_and_not_shown(stage: Stage, settled: Settled):
    number = "+8613812345678"
    stage.conductor.hear(
        arrived(
            "in.1", "+862155550100", origin="trunk", trunk="t1", number=number, withheld=True, diverted_by="+8610"
        )
    )
    await settled()

    call = stage.conductor.calls[0]
    assert (call.number, call.withheld, call.diverted_by) == (number, True, "+8610")
    assert stage.switch.shown == ["anonymous"]


async def test_survey_makes_up_for_missed_events(stage: Stage, settled: Settled):
    stage.conductor.hear(arrived())
    await settled()
    far = stage.conductor.calls[0].legs[1].leg_id

    legs = {LegId("in.1"): LegProgress.SETTING_UP, far: LegProgress.ANSWERED}
    stage.conductor.survey(SwitchState(INSTANCE, legs, ()))
    await settled()

    assert "set_room" in stage.switch.words


async def test_another_life_of_the_switch_ends_its_calls(stage: Stage, settled: Settled):
    await talking(stage, settled)

    stage.conductor.survey(SwitchState("another", {}, ()))
    await settled()

    assert ending(stage) == "node-lost"


async def test_orders_left_undone_while_the_switch_was_away_are_done_after_the_survey(stage: Stage, settled: Settled):
    stage.conductor.hear(arrived())
    await settled()
    far = stage.conductor.calls[0].legs[1].leg_id
    stage.switch.away = True
    stage.conductor.hear(LegAnswered(far, NOW))
    await settled()
    stage.switch.away = False
    stage.switch.told.clear()

    legs = {LegId("in.1"): LegProgress.RINGING, far: LegProgress.ANSWERED}
    stage.conductor.survey(SwitchState(INSTANCE, legs, ()))
    await settled()

    assert {"answer", "set_room"} <= set(stage.switch.words)


async def test_journal_entry_becomes_the_same_call(stage: Stage, settled: Settled, tmp_path):
    origin, far = await talking(stage, settled)
    heir = Stage(tmp_path / "calls")
    assert [entry.call for entry in heir.journal.entries()] == list(stage.conductor.calls)
    legs = {origin: LegProgress.ANSWERED}

    stage.conductor.survey(SwitchState(INSTANCE, legs, ()), found=heir.journal.entries())
    await settled()

    assert far not in legs
    assert len(stage.conductor.calls) == 1


async def test_an_adopted_call_keeps_its_timers(stage: Stage, settled: Settled, tmp_path):
    origin, far = await talking(stage, settled)
    (entry,) = Stage(tmp_path / "calls").journal.entries()
    overdue = replace(entry, call=replace(entry.call, timers=(Timer(TimerName.LONGEST_CALL, NOW),)))
    heir = Stage(tmp_path / "heirs")
    legs = {origin: LegProgress.ANSWERED, far: LegProgress.ANSWERED}

    async with asyncio.TaskGroup() as group:
        running = group.create_task(heir.conductor.run())
        await asyncio.sleep(0)
        heir.conductor.survey(SwitchState(INSTANCE, legs, ()), found=[overdue])
        async with asyncio.timeout(5):
            while "hang_up" not in heir.switch.words:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert heir.conductor.calls[0].ending is Ending.TOO_LONG
        running.cancel()


async def test_placed_call_is_ended_by_order_of_its_own_tenant_only(stage: Stage, settled: Settled):
    call_id = CallId("01890000-0000-7000-8000-000000000001")
    place = PlaceCall(call_id, ACME, Extension("1001"), SiteId("hq"), "13812345678", "u1")

    stage.conductor.obey(place)
    stage.conductor.obey(place)
    await settled()
    stage.conductor.obey(EndCall(call_id, "globex"))
    await settled()
    assert stage.switch.words == ["dial_station"]
    stage.conductor.obey(EndCall(call_id, ACME))
    await settled()

    assert stage.switch.words == ["dial_station", "hang_up"]


async def test_order_that_nobody_read_in_time_rings_nobody_and_is_on_record(stage: Stage, settled: Settled):
    call_id = CallId("01890000-0000-7000-8000-000000000001")
    late = PlaceCall(call_id, ACME, Extension("1001"), SiteId("hq"), "13812345678", "u1", not_after_ms=1)

    stage.conductor.obey(late)
    await settled()

    assert stage.switch.words == ["end_call"]
    assert [each.kind for each in stage.outbox.envelopes] == ["call.started", "call.ended"]
    assert ending(stage) == "order-expired"


async def test_transfer_to_what_is_no_colleague_is_refused(stage: Stage, settled: Settled):
    await talking(stage, settled)
    call_id = stage.conductor.calls[0].call_id
    stage.switch.told.clear()

    stage.conductor.obey(TransferCall(call_id, ACME, Extension("1999")))
    await settled()
    assert stage.switch.told == []
    stage.conductor.obey(TransferCall(call_id, ACME, Extension("1002")))
    await settled()

    assert stage.switch.words == ["dial_station"]


async def test_a_phones_transfer_that_comes_to_nothing_is_told_so_once(stage: Stage, settled: Settled):
    stage.conductor.hear(arrived())
    await settled()
    origin = stage.conductor.calls[0].legs[0].leg_id
    stage.switch.told.clear()

    # Nobody talks yet: there is nothing to hand over.
    stage.conductor.hear(TransferWanted(origin, "1002", NOW))
    await settled()

    assert stage.switch.told == [("report_transfer", origin)]


async def test_a_transfer_under_way_is_not_declined_when_the_switch_says_it_again(stage: Stage, settled: Settled):
    origin, _ = await talking(stage, settled)
    stage.switch.told.clear()

    stage.conductor.hear(TransferWanted(origin, "1002", NOW))
    stage.conductor.hear(TransferWanted(origin, "1002", NOW))
    await settled()

    assert stage.switch.words == ["dial_station"]
