"""What a leg hears on a real Asterisk: prompts, music, and one after the other."""

import itertools
import time

import pytest
from engine_harness import Engine
from media_harness import ACME, CUSTOMER_HZ, until

from callmodel.facts import Played
from callmodel.prompts import Audio, Speech, Tone
from callmodel.rooms import Mode, Music, Party
from media_nodes.ports import LegGoneError, PromptMissingError
from simulators.call import PhoneCall
from simulators.tones import level_dbfs

ONE_HZ, TWO_HZ, MUSIC_HZ = 600, 1100, 1700
ALL_HZ = (ONE_HZ, TWO_HZ, MUSIC_HZ, CUSTOMER_HZ, 440, 1000)
SILENCE_DBFS = -60.0


async def sounds(call: PhoneCall, *wanted_hz: int, seconds: float = 0.3) -> None:
    """Wait until a phone hears just these tones."""
    await call.wait_for_tones(set(wanted_hz), ALL_HZ, timeout=10, seconds=seconds)


def order_of_tones(call: PhoneCall) -> list[int]:
    """Return which tones a phone has heard one after the other, in pieces of 100 ms; 0 for silence."""
    samples = call.heard()
    pieces = [samples[start : start + 800] for start in range(0, len(samples) - 800, 800)]
    heard = [0 if level_dbfs(piece) < SILENCE_DBFS else loudest(piece) for piece in pieces]
    return [hz for hz, _ in itertools.groupby(heard)]


def loudest(piece: object) -> int:
    import numpy as np

    spectrum = np.abs(np.fft.rfft(np.asarray(piece, float)))
    hz = float(np.argmax(spectrum)) * 10
    return min(ALL_HZ, key=lambda each: abs(each - hz))


async def test_files_are_played_one_after_the_other_and_the_end_is_told(engine: Engine):
    call, leg = await engine.call_in()
    await engine.set_room(Party(leg, Mode.HEARING))

    await engine.switch.play(leg, "greeting", [engine.sound(ONE_HZ, 0.8), engine.sound(TWO_HZ, 0.8)])
    await sounds(call, ONE_HZ)
    await sounds(call, TWO_HZ)
    (played,) = await engine.told(Played)

    assert (played.leg_id, played.play_id, played.failed) == (leg, "greeting", False)


async def test_another_play_takes_the_place_of_the_one_before(engine: Engine):
    call, leg = await engine.call_in()
    await engine.set_room(Party(leg, Mode.HEARING))

    await engine.switch.play(leg, "first", [engine.sound(ONE_HZ, 30)])
    await sounds(call, ONE_HZ)
    await engine.switch.play(leg, "second", [engine.sound(TWO_HZ, 0.6)])
    await sounds(call, TWO_HZ)
    played = await engine.told(Played, 2)

    assert [each.play_id for each in played] == ["first", "second"]


async def test_what_is_stopped_is_silent_at_once(engine: Engine):
    call, leg = await engine.call_in()
    await engine.set_room(Party(leg, Mode.HEARING))
    await engine.switch.play(leg, "long", [engine.sound(ONE_HZ, 30)])
    await sounds(call, ONE_HZ)

    await engine.switch.stop_playing(leg, "long")
    stopped = time.monotonic()
    await engine.told(Played)
    await until(lambda: call.media.endpoint.reception.packets[-1].at < time.monotonic() - 0.2)
    await engine.switch.stop_playing(leg, "long")

    assert call.media.endpoint.reception.packets[-1].at - stopped < 0.1


async def test_file_that_is_not_there_fails(engine: Engine):
    _, leg = await engine.call_in()

    await engine.switch.play(leg, "none", [engine.node.folder / "nothing.wav"])
    (played,) = await engine.told(Played)

    assert played.failed


async def test_successor_that_is_told_to_play_it_again_lets_it_go_on(engine: Engine):
    call, leg = await engine.call_in()
    await engine.switch.play(leg, "long", [engine.sound(ONE_HZ, 1.5)])
    await sounds(call, ONE_HZ)

    successor = engine.another_switch()
    await successor.state()
    await successor.play(leg, "long", [engine.sound(TWO_HZ, 5)])
    await engine.told(Played)

    assert TWO_HZ not in order_of_tones(call)


async def test_leg_that_went_is_no_error_but_gone(engine: Engine):
    call, leg = await engine.call_in()
    await engine.switch.play(leg, "long", [engine.sound(ONE_HZ, 30)])
    await sounds(call, ONE_HZ)

    await call.hang_up()
    await engine.told(Played)
    await engine.switch.stop_playing(leg, "long")
    with pytest.raises(LegGoneError):
        await engine.switch.play(leg, "more", [engine.sound(ONE_HZ, 1)])


async def test_hearing_party_hears_no_music_and_no_others(engine: Engine):
    music = Music(ACME, await engine.store("waltz", MUSIC_HZ, 5))
    call, leg = await engine.call_in()
    other, other_leg = await engine.call_in(hz=440)
    await warm(engine, music)
    await engine.set_room(Party(leg, Mode.HOLDING, music=music))
    await sounds(call, MUSIC_HZ)
    await engine.set_room(Party(leg, Mode.HEARING), Party(other_leg))
    await engine.switch.play(leg, "one", [engine.sound(ONE_HZ, 3)])

    await sounds(call, ONE_HZ, seconds=1.0)
    await engine.set_room(Party(leg), Party(other_leg))
    await sounds(call, 440)
    await sounds(other, CUSTOMER_HZ)
    await engine.set_room(Party(leg, Mode.HEARING), Party(other_leg))
    await engine.switch.play(leg, "two", [engine.sound(TWO_HZ, 3)])
    await sounds(call, TWO_HZ, seconds=1.0)
    await until(lambda: other.media.endpoint.reception.packets[-1].at < time.monotonic() - 0.3)


async def test_music_goes_on_after_an_announcement_without_gap_or_overlap(engine: Engine):
    music = Music(ACME, await engine.store("waltz", MUSIC_HZ, 20))
    call, leg = await engine.call_in()
    await warm(engine, music)
    await engine.set_room(Party(leg, Mode.HOLDING, music=music))
    await sounds(call, MUSIC_HZ)

    await engine.switch.play(leg, "place", [engine.sound(ONE_HZ, 1)])
    await engine.told(Played)
    await sounds(call, MUSIC_HZ)
    await engine.switch.play(leg, "place-2", [engine.sound(TWO_HZ, 30)])
    await sounds(call, TWO_HZ)
    await engine.switch.stop_playing(leg, "place-2")
    await sounds(call, MUSIC_HZ)

    tones = order_of_tones(call)
    assert [hz for hz in tones if hz] == [MUSIC_HZ, ONE_HZ, MUSIC_HZ, TWO_HZ, MUSIC_HZ]
    assert call.media.endpoint.reception.statistics().longest_gap_seconds < 0.1


async def test_who_waits_hears_music_within_200_ms(engine: Engine):
    call, leg = await engine.call_in()
    music = Music(ACME, await engine.store("waltz", MUSIC_HZ, 5))
    await warm(engine, music)

    asked = time.monotonic()
    await engine.set_room(Party(leg, Mode.HOLDING, music=music))
    await until(lambda: call.media.endpoint.reception.total_packets > 0)
    first = call.media.endpoint.reception.packets[0].at
    await sounds(call, MUSIC_HZ)

    assert first - asked < 0.2


async def test_music_that_can_not_be_fetched_is_replaced_by_the_platforms(engine: Engine):
    wrong = await engine.store("damaged", MUSIC_HZ, 5, sha256="0" * 64)
    call, leg = await engine.call_in()

    await engine.set_room(Party(leg, Mode.HOLDING, music=Music(ACME, wrong)))
    await until(lambda: level_dbfs(call.heard(0.5)) > -55)

    assert MUSIC_HZ not in call.heard_tones(ALL_HZ, 0.5)


async def test_who_is_answered_while_something_is_played_talks_at_once(engine: Engine):
    call, leg = await engine.call_in()
    agent, agent_leg = await engine.call_in(hz=440)
    await engine.set_room(Party(leg, Mode.HOLDING))
    await engine.switch.play(leg, "place", [engine.sound(ONE_HZ, 30)])
    await sounds(call, ONE_HZ)

    asked = time.monotonic()
    await engine.set_room(Party(leg), Party(agent_leg))
    assert time.monotonic() - asked < 0.5
    await sounds(call, 440)
    await sounds(agent, CUSTOMER_HZ)


async def test_early_media_is_played_to_a_call_that_is_not_answered(engine: Engine):
    call, leg = await engine.call_in(answered=False)

    await engine.switch.play(leg, "early", [engine.sound(ONE_HZ, 2)])
    await call.wait_for("early-media")
    await sounds(call, ONE_HZ)
    await engine.told(Played)
    await engine.set_room(Party(leg, Mode.HOLDING, unanswered=True))
    await until(lambda: level_dbfs(call.heard(0.5)) > -55)

    assert not call.answered and 183 in call.provisionals


async def test_prompts_become_what_the_caller_hears(engine: Engine):
    stored = await engine.store("welcome", ONE_HZ, 1)
    call, leg = await engine.call_in()

    prompts = (Audio(stored), Speech("您好"), Speech("Your balance is ¥12.50", private=True), Tone(1000, 900))
    files = await engine.prompts.files_of(ACME, prompts, "zh-CN")
    await engine.switch.play(leg, "all", files)
    await sounds(call, ONE_HZ)
    await hears_speech(call)
    await sounds(call, 1000)
    await engine.told(Played)

    again = await engine.prompts.files_of(ACME, prompts, "zh-CN")
    assert again == files


async def test_audio_that_is_not_what_was_stored_is_not_played(engine: Engine):
    wrong = await engine.store("damaged", ONE_HZ, 1, sha256="0" * 64)

    with pytest.raises(PromptMissingError):
        await engine.prompts.files_of(ACME, (Audio(wrong),), "en")


async def hears_speech(call: PhoneCall) -> None:
    """Wait for sound with much more than one tone in it."""
    await until(lambda: level_dbfs(call.heard(0.2)) > -40 and not call.heard_tones(ALL_HZ, 0.2))


async def warm(engine: Engine, music: Music) -> None:
    """Wait until a music has been made."""

    async def made() -> bool:
        return await engine.music.class_of(music) != "default"

    await until(made)
