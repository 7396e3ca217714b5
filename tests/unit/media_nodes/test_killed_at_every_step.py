"""Kill the conductor at every step of every shape of call: no call is lost, and none is without its record."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from killed_world import LINE, SALES, World, conducting
from media_fakes import ACME, arrived

from callmodel.agents import Seat, SeatUse
from callmodel.callbacks import CallBack
from callmodel.facts import ConsultStep, DigitPressed, LegAnswered, LegHeld, LegHungUp, LegRang, LegUnheld, Played
from callmodel.ids import E164, AgentId, CallId, Extension, LegId, SiteId
from callmodel.links import link_text
from callmodel.offers import Offer, Offered
from callmodel.queues import Queue
from callmodel.rooms import Mode
from callmodel.wire import (
    ConsultCall,
    EndCall,
    JoinCall,
    PauseRecordingOfCall,
    PickUpCall,
    PlaceCall,
    RejoinCall,
    SuperviseCall,
    TakeOverCall,
    TransferCall,
    TurnConsult,
)
from media_nodes.conductor import Conductor
from media_nodes.ports import LegProgress
from media_nodes.running import now_ms
from media_nodes.stasis import TransferWanted

ORIGIN, SECOND_LINE, JOINING = LegId("in.1"), LegId("in.2"), LegId("in.3")
BEN, MOBILE, CUSTOMER = Extension("1002"), "13900001111", "13812345678"
CLICKED = CallId("01890000-0000-7000-8000-000000000001")
LATE_MS = 4_000_000_000_000
HELD = CallBack(
    CallId("01890000-0000-7000-8000-000000000002"), ACME, SALES, E164("+8613812345678"), None, CLICKED, 0, LATE_MS
)

Step = Callable[[World, Conductor], None]


def arrives(dialled: str = CUSTOMER, **more: str) -> Step:
    def step(world: World, conductor: Conductor) -> None:
        world.legs[ORIGIN] = LegProgress.SETTING_UP
        conductor.hear(replace(arrived(ORIGIN, dialled, **more), at_ms=now_ms()))

    return step


def calls_in(world: World, conductor: Conductor) -> None:
    """A customer dials a number that leads into a flow, which goes by the clock of the wall."""
    world.legs[ORIGIN] = LegProgress.SETTING_UP
    news = arrived(ORIGIN, LINE, origin="trunk", trunk="t1", number="+8613812345678")
    conductor.hear(replace(news, at_ms=now_ms()))


def hears_out(world: World, conductor: Conductor) -> None:
    if (play_id := world.playing.pop(ORIGIN, None)) is not None:
        conductor.hear(Played(ORIGIN, play_id, now_ms()))


def presses(keys: str) -> Step:
    def step(world: World, conductor: Conductor) -> None:
        for key in keys if ORIGIN in world.legs else "":
            conductor.hear(DigitPressed(ORIGIN, key, now_ms()))

    return step


def clicks(world: World, conductor: Conductor) -> None:
    conductor.obey(PlaceCall(CLICKED, ACME, Extension("1001"), SiteId("hq"), CUSTOMER, "u1"))


def made(world: World, place: int) -> LegId | None:
    """The leg that was made at a place, if it was and lives."""
    leg_id = world.made[place] if place < len(world.made) else None
    return leg_id if leg_id in world.legs else None


def rings(place: int = 0) -> Step:
    def step(world: World, conductor: Conductor) -> None:
        if (leg_id := made(world, place)) is not None:
            world.legs[leg_id] = LegProgress.RINGING
            conductor.hear(LegRang(leg_id, now_ms()))

    return step


def answers(place: int = 0) -> Step:
    def step(world: World, conductor: Conductor) -> None:
        if (leg_id := made(world, place)) is not None:
            world.legs[leg_id] = LegProgress.ANSWERED
            conductor.hear(LegAnswered(leg_id, now_ms()))

    return step


def fails(place: int, code: int) -> Step:
    def step(world: World, conductor: Conductor) -> None:
        if (leg_id := made(world, place)) is not None:
            del world.legs[leg_id]
            conductor.hear(LegHungUp(leg_id, code, now_ms()))

    return step


def hangs_up(leg_id: LegId) -> Step:
    def step(world: World, conductor: Conductor) -> None:
        if world.legs.pop(leg_id, None):
            conductor.hear(LegHungUp(leg_id, None, now_ms()))

    return step


def holds(world: World, conductor: Conductor) -> None:
    conductor.hear(LegHeld(ORIGIN, now_ms()))


def unholds(world: World, conductor: Conductor) -> None:
    conductor.hear(LegUnheld(ORIGIN, now_ms()))


def refers(world: World, conductor: Conductor) -> None:
    conductor.hear(TransferWanted(ORIGIN, BEN, now_ms()))


def consults(world: World, conductor: Conductor) -> None:
    """The agent calls a colleague by the second line of the same phone."""
    world.legs[SECOND_LINE] = LegProgress.SETTING_UP
    conductor.hear(replace(arrived(SECOND_LINE, BEN), at_ms=now_ms()))


def refers_to_the_other(world: World, conductor: Conductor) -> None:
    conductor.hear(TransferWanted(ORIGIN, "", now_ms(), dialog=f"dialog of {SECOND_LINE}"))


def link_arrives(world: World, conductor: Conductor) -> None:
    """The edge brings the INVITE with which the call has asked for the other, and tells of the answer."""
    for asking, link in list(world.links.items()):
        if asking in world.legs and JOINING not in world.legs:
            world.legs[JOINING] = LegProgress.SETTING_UP
            conductor.hear(replace(arrived(JOINING, "1001", origin="link", link=link_text(link)), at_ms=now_ms()))


def link_is_answered(world: World, conductor: Conductor) -> None:
    for asking in world.links:
        if asking in world.legs:
            taken = world.legs.get(JOINING) is LegProgress.ANSWERED
            if taken:
                world.legs[asking] = LegProgress.ANSWERED
            else:
                del world.legs[asking]
            fact = LegAnswered(asking, now_ms()) if taken else LegHungUp(asking, 503, now_ms())
            conductor.hear(fact)


def is_their_turn(world: World, conductor: Conductor) -> None:
    """An agent is reserved for a customer whose place was kept."""
    agent = Offered(AgentId("u-1002"), Seat(ACME, BEN, SiteId("hq")))
    world.waiting.add(HELD.call_id)
    offer = Offer(ACME, SALES, HELD.call_id, 1, now_ms(), (agent,))
    world.tokens, world.line[HELD.call_id] = 1, offer
    conductor.call_back(HELD, Queue(ACME, SALES), offer)


def asks(kind: type, *values: object) -> Step:
    def step(world: World, conductor: Conductor) -> None:
        for call in conductor.calls:
            conductor.obey(kind(call.call_id, ACME, *values))

    return step


def keys(digit: str, place: int | None = None) -> Step:
    """A key of the caller's, or of who was rung."""

    def step(world: World, conductor: Conductor) -> None:
        leg_id = ORIGIN if place is None else made(world, place)
        if leg_id is not None and leg_id in world.legs:
            conductor.hear(DigitPressed(leg_id, digit, now_ms()))

    return step


def listens(world: World, conductor: Conductor) -> None:
    """What is said to the caller is over."""
    for call in conductor.calls:
        if call.visit is not None:
            conductor.hear(Played(ORIGIN, f"{call.call_id}-f{call.visit.asked}", now_ms()))


IN_FLOW = [arrives("+862155550101", origin="trunk", trunk="t1", number="+8613812345678")]
TALKING = [arrives(), rings(), answers()]
CONSULTING = [*TALKING, asks(ConsultCall, BEN), rings(1), answers(1)]
IN_MENU = [calls_in, hears_out]
STORIES: dict[str, list[Step]] = {
    "outbound": [*TALKING, hangs_up(ORIGIN)],
    "ended by order": [*TALKING, asks(EndCall)],
    "abandoned": [arrives(), rings(), hangs_up(ORIGIN)],
    "busy": [arrives(), fails(0, 486)],
    "two trunks": [arrives(), fails(0, 503), rings(1), answers(1), hangs_up(ORIGIN)],
    "refused": [arrives("1999")],
    "inbound": [arrives("+862155550100", origin="trunk", trunk="t1", number="+8613812345678"), rings(), answers()],
    "picked up": [
        arrives("+862155550100", origin="trunk", trunk="t1", number="+8613812345678"),
        rings(),
        asks(PickUpCall, BEN),
        answers(1),
    ],
    "internal": [arrives(BEN), rings(), answers()],
    "clicked": [clicks, answers(), rings(1), answers(1)],
    "held": [*TALKING, holds, unholds],
    "transferred": [*TALKING, asks(TransferCall, BEN), rings(1), answers(1)],
    "transferred outside": [*TALKING, asks(TransferCall, MOBILE), rings(1), answers(1)],
    "transferred by phone": [*TALKING, refers, rings(1), answers(1)],
    "joined by phone": [
        *TALKING,
        consults,
        rings(1),
        answers(1),
        refers_to_the_other,
        link_arrives,
        link_is_answered,
        hangs_up(ORIGIN),
    ],
    "joined with nobody": [*TALKING, refers_to_the_other, link_is_answered],
    "transfer failed": [*TALKING, refers, rings(1), fails(1, 486)],
    "consulted and completed": [*CONSULTING, asks(TurnConsult, ConsultStep.COMPLETE)],
    "swapped and cancelled": [
        *CONSULTING,
        asks(TurnConsult, ConsultStep.SWAP),
        asks(TurnConsult, ConsultStep.CANCEL),
    ],
    "conference": [*CONSULTING, asks(TurnConsult, ConsultStep.CONFERENCE), asks(JoinCall, MOBILE), answers(2)],
    "supervised": [
        *TALKING,
        asks(SuperviseCall, BEN, Mode.LISTENING),
        answers(1),
        asks(SuperviseCall, BEN, Mode.WHISPERING),
        asks(TakeOverCall, BEN),
    ],
    "joined again": [*TALKING, asks(RejoinCall, "1001"), rings(1), answers(1), hangs_up(ORIGIN)],
    "answered from a queue": [*TALKING, asks(TransferCall, "queue:sales"), rings(1), answers(1)],
    "offered in vain": [*TALKING, asks(TransferCall, "queue:sales"), rings(1), fails(1, 480), hangs_up(ORIGIN)],
    "served by a flow": [*IN_FLOW, keys("9"), keys("9"), keys("9"), listens],
    "rung by a flow": [*IN_FLOW, keys("2"), rings(), answers(), hangs_up(ORIGIN)],
    "mobile rung by a flow": [*IN_FLOW, keys("2"), fails(0, 486), rings(1), answers(1), keys("1", 1)],
    "mobile that declines": [*IN_FLOW, keys("2"), fails(0, 486), answers(1), keys("9", 1), listens],
    "left a message": [*IN_FLOW, keys("3"), listens, keys("#")],
    "from a flow to a queue": [*IN_FLOW, keys("1"), rings(), answers(), hangs_up(ORIGIN)],
    "left in the menu": [*IN_MENU, hangs_up(ORIGIN)],
    "menu to an agent": [*IN_MENU, presses("1"), rings(), answers()],
    "menu heard out": [*IN_MENU, hears_out, presses("9"), hears_out, presses("1"), rings(), answers()],
    "digits": [*IN_MENU, presses("2"), hears_out, presses("47"), presses("11#"), rings(), answers()],
    "flow to its end": [*IN_MENU, presses("9"), presses("9"), presses("9"), hears_out],
    "flow offered in vain": [*IN_MENU, presses("1"), rings(), fails(0, 480), hears_out, hangs_up(ORIGIN)],
    "flow offered again": [*IN_MENU, presses("1"), fails(0, 486), asks(TransferCall, "queue:sales"), hears_out],
    "given up while it rings": [*IN_MENU, presses("1"), rings(), hangs_up(ORIGIN)],
    "ring all": [*IN_MENU, presses("3"), rings(0), rings(1), answers(1)],
    "ring all but one": [*IN_MENU, presses("3"), rings(0), fails(0, 486), answers(1)],
    "ring all in vain": [*IN_MENU, presses("3"), fails(0, 486), fails(1, 480), hangs_up(ORIGIN)],
    "from the flow to an agent to a queue": [
        *IN_MENU,
        presses("1"),
        answers(),
        asks(TransferCall, "queue:all"),
        rings(1),
        answers(2),
    ],
    "called back": [is_their_turn, rings(), answers(), rings(1), answers(1)],
    "called back in vain": [is_their_turn, rings(), answers(), rings(1), fails(1, 486)],
    "called back by nobody": [is_their_turn, rings(), fails(0, 480), asks(EndCall)],
    "recording paused": [*TALKING, asks(PauseRecordingOfCall, True), asks(PauseRecordingOfCall, False)],
}


async def settle(world: World, conductor: Conductor) -> None:
    """Let every task run, and let the switch tell of the legs that we ended."""
    for _ in range(60):
        await asyncio.sleep(0)
        while world.ended_by_us and not world.killed:
            conductor.hear(LegHungUp(world.ended_by_us.pop(0), None, now_ms()))


async def play(world: World, story: list[Step]) -> tuple[int, set[LegId]]:
    """Play a story; a conductor that dies has a successor.

    Returns the step of the story at which it died, and who was answered and there once its successor was at work.
    """
    left = list(story)
    there: list[set[LegId]] = []

    async def go_on(conductor: Conductor) -> None:
        while left and not world.killed:
            left.pop(0)(world, conductor)
            await settle(world, conductor)
            if not world.killed:
                there.append(answered(world))
                world.drowned |= both_spoken_to_and_talking(world)
        for leg_id in list(world.legs) if not world.killed else ():
            hangs_up(leg_id)(world, conductor)
            await settle(world, conductor)
        if any(call.call_back is not None for call in conductor.calls) and not world.killed:
            # Who is called back waits without a leg.
            asks(EndCall)(world, conductor)
            await settle(world, conductor)

    async with conducting(world) as (conductor, _, _):
        await go_on(conductor)
    world.there = there
    if not world.killed:
        return len(story), set()
    died_at = len(there)
    world.ended_by_us.clear()
    world.killed, world.kill_at = False, None
    async with conducting(world) as (conductor, ports, journal):
        conductor.survey(ports.world_state(), found=journal.entries())
        await settle(world, conductor)
        survivors = answered(world)
        world.drowned |= both_spoken_to_and_talking(world)
        await go_on(conductor)
        assert conductor.calls == () and journal.entries() == []
    return died_at, survivors


def both_spoken_to_and_talking(world: World) -> set[LegId]:
    talkers = {leg_id for room in world.rooms.values() for leg_id in room.of(Mode.TALKING)}
    return talkers & world.playing.keys() & world.legs.keys()


def answered(world: World) -> set[LegId]:
    return {leg_id for leg_id, progress in world.legs.items() if progress is LegProgress.ANSWERED}


@pytest.mark.parametrize("afterwards", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", STORIES)
async def test_no_call_is_lost_and_none_is_without_its_record(tmp_path: Path, name: str, afterwards: bool):
    whole = World(tmp_path / "whole")
    await play(whole, STORIES[name])
    assert len(whole.endings()) == whole.begun() >= 1 and not whole.claimed

    for kill_at in range(1, whole.steps + 1):
        world = World(tmp_path / str(kill_at), kill_at, afterwards)
        died_at, survivors = await play(world, STORIES[name])
        said = f"{name}, killed {'after' if afterwards else 'before'} step {kill_at}"
        assert not world.claimed, f"{said}: a channel is still claimed"
        assert not world.legs, f"{said}: a leg is left"
        assert not world.drowned, f"{said}: somebody hears a prompt and talks"
        if world.begun():
            # An offer that no call has taken up lapses by itself.
            assert not world.line and not world.waiting, f"{said}: an agent is reserved for nobody, or nobody waits"
        assert set(world.seats.values()) <= {SeatUse.GONE}, f"{said}: an agent is busy with nobody"
        assert len(world.endings()) == world.begun(), f"{said}: {world.endings()}"
        if 0 < died_at < len(STORIES[name]):
            # Who talked before the step and talks after it in a run without a kill is not cut off by one.
            kept = places(whole, whole.there[died_at - 1]) & places(whole, whole.there[died_at])
            assert kept <= places(world, survivors), f"{said}: somebody was cut off"


ENDINGS = {
    "served by a flow": "self-served",
    "rung by a flow": "completed",
    "mobile rung by a flow": "completed",
    "mobile that declines": "no-answer",
    "left a message": "voicemail",
    "from a flow to a queue": "completed",
}


@pytest.mark.parametrize("name", ENDINGS)
async def test_stories_of_flows_come_to_where_they_should(tmp_path: Path, name: str):
    world = World(tmp_path)

    await play(world, STORIES[name])

    assert world.endings() == [ENDINGS[name]]


async def test_a_story_of_two_calls_joins_them(tmp_path: Path):
    world = World(tmp_path)

    await play(world, STORIES["joined by phone"])

    ended = [fact.body for fact in world.facts.values() if fact.kind == "call.ended"]
    assert [each["transferred_by"] for each in ended] == ["1001", "1001"]
    assert {leg["joined_call"] for each in ended for leg in each["legs"]} >= {ended[0]["call_id"]}


def places(world: World, legs: set[LegId]) -> set[int]:
    """Legs by their place in the story: their names hold the time."""
    return {world.made.index(leg_id) if leg_id in world.made else -1 for leg_id in legs}
