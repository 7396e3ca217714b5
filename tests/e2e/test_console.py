"""Calls through the console: agent and supervisor in Chromium, customers at the simulated carrier, real voices."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from simulators.behaviours import tone_of
from simulators.phone import answer_after
from tests.e2e.console import chromium_at, signed_in
from tests.e2e.consolefloor import AGENT, AGENT_HZ, NUMBER, QUEUE, SUPERVISOR, SUPERVISOR_HZ, Floor
from tests.e2e.world import HQ_TONE_HZ, World
from tests.interop.stories import hears, hears_music
from trunkline.apiclient import ApiError
from trunkline.conditions import until

SECOND_RING_MS = 4000
ONLY_CODEC = r"""codec => {
  const set = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
    const named = [...sdp.matchAll(/^a=rtpmap:(\d+) ([^/]+)/gm)];
    const isMeant = ([, , name]) => [codec, "telephone-event"].includes(name.toLowerCase());
    const wanted = named.filter(isMeant).map(([, number]) => number);
    const isKept = (line) => wanted.includes(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1] ?? wanted[0]);
    const told = (line) =>
      line.startsWith("m=audio ") ? [...line.split(" ").slice(0, 3), ...wanted].join(" ") : line;
    return set.call(this, { type, sdp: sdp.split("\r\n").filter(isKept).map(told).join("\r\n") });
  };
}"""
"""Has a page see one codec only in what it is offered, as a browser does that has no other."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def floor(world: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Floor]:
    folder = tmp_path_factory.mktemp("console")
    made = Floor(world)
    async with AsyncExitStack() as parts:
        await made.set_up()
        parts.push_async_callback(made.take_down)
        for extension, tone_hz, place in ((AGENT, AGENT_HZ, "/desk"), (SUPERVISOR, SUPERVISOR_HZ, "/wallboard")):
            chromium = await parts.enter_async_context(chromium_at(world, folder / extension, tone_hz))
            made.screens[extension] = await signed_in(world, chromium, f"console-{extension}", place)
        await made.agent.shows("Phone ready")
        await made.agent.press("Sign in")
        await made.agent.press("Ready")
        yield made


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def afterwards(floor: Floor, world: World) -> AsyncIterator[None]:
    """Each story begins with a ready agent, and no page has broken its own rules."""
    before = world.hq_phone.on_invite
    world.hq_phone.on_invite = answer_after(0.0)
    await floor.agent_is("ready")
    yield
    world.hq_phone.on_invite = before
    await floor.all_over()
    assert [screen.complaints for screen in floor.screens.values()] == [[], []]


async def test_the_customer_is_on_the_screen_before_the_second_ring(floor: Floor):
    desk = floor.agent
    await desk.page.run(
        """() => {
          const seen = (window.seen = {});
          const look = () => {
            const button = [...document.querySelectorAll("button")].find((each) => each.textContent === "Answer");
            if (button) seen.rings ??= performance.now();
            const pop = document.querySelector("[data-testid=pop]")?.textContent ?? "";
            if (button && pop.includes("Customer care")) seen.pops ??= performance.now();
          };
          new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    call, number = await floor.ring()
    await desk.offers("Answer")

    masked = f"{number[:6]}****{number[-4:]}"
    await desk.shows(masked, QUEUE["name"], NUMBER)
    seen = await desk.page.run("window.seen")
    assert seen["pops"] - seen["rings"] < SECOND_RING_MS, seen
    assert number.removeprefix("+86") not in await desk.page.chain(["content"])

    await desk.press("Answer")
    await hears(call, AGENT_HZ)
    await desk.hears(tone_of(number))


async def test_what_an_agent_does_with_a_call_by_the_buttons_of_the_desk(floor: Floor):
    desk = floor.agent
    call, number = await floor.talk()

    await desk.press("Hold")
    await hears_music(call)
    await desk.press("Take back")
    await hears(call, AGENT_HZ)

    await desk.press("Mute")
    await hears(call)
    await desk.press("Unmute")
    await hears(call, AGENT_HZ)

    await desk.press("Keypad")
    for key in "42#":
        await desk.press(key)
    await call.wait_for_digits("42#", timeout=10)

    await desk.press("Pause recording")
    await desk.press("Record again")
    await desk.offers("Pause recording")
    await desk.hears(tone_of(number))

    await desk.press("Hang up")
    await call.wait_for("ended", 10)
    await desk.shows("Wrap-up", "Call over")
    left = ["getByRole", "progressbar", {"name": "Wrap-up that has gone"}]
    assert int(await desk.page.chain(left, ["getAttribute", "aria-valuenow"])) < 50
    await desk.press("Resolved")
    await desk.type("Notes, kept as you type", "wants the blue one")
    await desk.shows("Kept.")
    await desk.press("Ready")
    await floor.agent_is("ready")

    cdr = await floor.world.cdr_where(lambda each: each["number"] == number)
    assert (cdr["disposition"], cdr["note"]) == ("resolved", "wants the blue one")
    assert cdr["hold_seconds"] > 0
    assert (await floor.world.voices(cdr["recording_id"])).are(tone_of(number), AGENT_HZ)


async def test_a_supervisor_listens_whispers_joins_and_takes_over(floor: Floor):
    desk, board = floor.agent, floor.supervisor
    call, number = await floor.talk()
    customer_hz, row = tone_of(number), f"****{number[-4:]}"

    await board.press("Listen", row)
    await board.hears(customer_hz, AGENT_HZ)
    await hears(call, AGENT_HZ)
    await desk.hears(customer_hz)

    await board.press("Whisper", row)
    await desk.hears(customer_hz, SUPERVISOR_HZ)
    await hears(call, AGENT_HZ)

    await board.press("Join", row)
    await hears(call, AGENT_HZ, SUPERVISOR_HZ)
    await desk.hears(customer_hz, SUPERVISOR_HZ)

    await board.choose(f"More for {number[:6]}{row}", "Take over")
    await board.press("Yes")
    await hears(call, SUPERVISOR_HZ)
    await board.hears(customer_hz)
    await desk.shows("Call over")


async def test_a_number_is_dialled_from_the_desk_and_the_customer_handed_over(floor: Floor):
    desk, world = floor.agent, floor.world
    number = world.new_number("003")
    await desk.type("Number or extension", number)
    await desk.press("Call")
    line = await floor.answered(number)
    await hears(line, AGENT_HZ)
    await desk.hears(tone_of(number))

    await desk.type("Colleague, queue or number", world.hq_phone.user)
    await desk.press("Transfer")
    await hears(line, HQ_TONE_HZ)
    await desk.shows("Call over")
    await line.hang_up()

    # The same customer by one click, at a number that the desk does not know.
    await desk.press(f"Call +86{number[:3]}****{number[-4:]}")
    again = await floor.answered(number, but=line)
    await hears(again, AGENT_HZ)
    await again.hang_up()


async def test_a_colleague_is_consulted_and_left_with_the_customer(floor: Floor):
    desk, colleague = floor.agent, floor.world.hq_phone
    call, number = await floor.talk()

    await desk.type("Colleague, queue or number", colleague.user)
    await desk.press("Consult")
    await desk.hears(HQ_TONE_HZ)
    await hears_music(call)
    await desk.press("Hand over")

    await hears(call, HQ_TONE_HZ)
    await desk.shows("Call over")
    taken = next(each for each in reversed(colleague.calls) if each.answered and not each.ended)
    await hears(taken, tone_of(number))


async def test_a_page_that_is_left_in_a_call_is_back_in_it_when_it_is_loaded_again(floor: Floor):
    desk = floor.agent
    call, number = await floor.talk()
    await desk.type("Notes, kept as you type", "half a sente")

    await desk.page.chain(["goto", "about:blank"])
    await hears_music(call)
    await desk.page.chain(["goto", f"{floor.world.plan.portal_url}/desk"])

    # Nobody presses anything: the page's new leg is taken by itself.
    await hears(call, AGENT_HZ)
    await desk.hears(tone_of(number))
    assert await desk.value("Notes, kept as you type") == "half a sente"
    await desk.press("Hang up")
    await call.wait_for("ended", 10)
    cdr = await floor.world.cdr_where(lambda each: each["number"] == number)
    assert (cdr["ending"], cdr["transferred_by"]) == ("completed", None)
    assert (await floor.world.voices(cdr["recording_id"])).are(tone_of(number), AGENT_HZ)


async def test_of_two_tabs_one_is_the_phone_and_the_call_goes_where_it_is(floor: Floor):
    desk = floor.agent
    call, number = await floor.talk()
    elsewhere = "Another tab of this browser is the phone."

    other = await desk.beside("/desk")
    await other.shows(elsewhere)
    await hears(call, AGENT_HZ)
    await other.press("Use this tab")
    await desk.shows(elsewhere)
    await other.hears(tone_of(number))
    await hears(call, AGENT_HZ)

    await other.page.close()
    await desk.hears(tone_of(number))
    await hears(call, AGENT_HZ)


async def test_a_call_outlives_its_signalling_and_the_edge(floor: Floor):
    desk, stack = floor.agent, floor.world.stack
    call, number = await floor.talk()

    await desk.page.run("trunklineEars.cut()")
    await desk.shows("Phone reconnecting")
    await hears(call, AGENT_HZ)
    await desk.shows("Phone ready")
    await stack.kill("kamailio")
    await desk.shows("Phone reconnecting")
    await hears(call, AGENT_HZ)
    await desk.hears(tone_of(number))
    await stack.start("kamailio")
    for phone in floor.world.phones:
        # The only edge has forgotten them, and they would find out when their registration is due.
        await phone.register()
    await desk.shows("Phone ready", seconds=40.0)
    # Another network, says the browser; and again, which is gone in the middle of finding a way.
    await desk.page.run("window.dispatchEvent(new Event('online'))")
    await hears(call, AGENT_HZ)
    await desk.page.run("window.dispatchEvent(new Event('online')), trunklineEars.cut()")
    await desk.shows("Phone reconnecting")
    await desk.shows("Phone ready")
    await hears(call, AGENT_HZ)
    await desk.hears(tone_of(number))

    # The goodbye finds its way to a page that has another connection now.
    await call.hang_up()
    await desk.shows("Call over", "Wrap-up")
    await desk.lacks("Hang up")


async def test_nothing_that_others_write_is_run_as_script(floor: Floor):
    """A caller's display name and a note; names that a manager gives may not hold such signs in the first place."""
    desk, board, world = floor.agent, floor.supervisor, floor.world
    evil = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
    _, number = await floor.talk(name=evil)
    await desk.type("Notes, kept as you type", evil)
    await desk.shows("Kept.")
    await desk.press("Hang up")
    await floor.world.cdr_where(lambda each: each["number"] == number)
    await desk.press("Ready")

    # The note as the customer's history shows it in the next call.
    again, _ = await floor.talk(name=evil, number=number)
    await desk.shows("History", evil)
    await again.hang_up()
    for screen in (desk, board):
        assert await screen.page.run("document.title") == "Trunkline"
        assert await screen.page.run("document.querySelectorAll('img[src=x]').length") == 0
    with pytest.raises(ApiError):
        await world.api.patch(f"{world.path}/queues/care", {"name": evil})


@pytest.mark.parametrize(("codec", "mime"), [("opus", "audio/opus"), ("pcma", "audio/PCMA")])
async def test_the_browser_speaks_the_codec_that_it_has(floor: Floor, codec: str, mime: str):
    desk = floor.agent
    await desk.page.chain(["reload"])
    await desk.page.run(ONLY_CODEC, codec)
    await desk.shows("Phone ready")

    call, _ = await floor.talk()
    assert await desk.page.run("trunklineEars.codec()") == mime
    await call.hang_up()
    await desk.page.chain(["reload"])


async def test_devices_are_checked_before_the_first_call(floor: Floor):
    desk = floor.agent
    await desk.page.run("localStorage.removeItem('trunkline.devices-checked')")
    await desk.page.chain(["reload"])
    await desk.shows("Microphone and speaker are not checked here yet.")

    await desk.press("Check")
    await desk.shows("To the server and back:", " ms", "Phone ready")
    level = ["getByRole", "meter", {"name": "Level"}]

    async def speaks() -> bool:
        return int(await desk.page.chain(level, ["getAttribute", "aria-valuenow"])) > 5

    assert await until(speaks, 10), "the meter does not move"
    await desk.press("Play a tone")
    await desk.press("Hear yourself")
    await desk.offers("Listen …")
    await desk.offers("Hear yourself")
    await desk.press("Close")
    assert "are not checked here yet" not in await desk.text()


async def test_a_call_can_be_had_without_a_mouse(floor: Floor):
    desk = floor.agent
    call, number = await floor.ring()
    await desk.offers("Answer")

    await desk.key("Alt+a")
    await hears(call, AGENT_HZ)
    await desk.key("Alt+w")
    await hears_music(call)
    await desk.key("Alt+w")
    await hears(call, AGENT_HZ)
    await desk.key("Alt+x")
    await call.wait_for("ended", 10)
    await desk.key("Alt+1")
    await desk.shows("Kept.")
    await desk.key("Alt+r")
    await floor.agent_is("ready")
    cdr = await floor.world.cdr_where(lambda each: each["number"] == number)
    assert cdr["disposition"] == "resolved"


async def test_the_wallboard_fills_the_screen_and_leaves_it(floor: Floor):
    board = floor.supervisor
    await board.press("Wall view")
    await board.offers("Leave wall view")
    assert await board.page.run("document.fullscreenElement !== null")
    assert "My desk" not in await board.text()
    await board.press("Leave wall view")
    await board.shows("My desk")
    assert await board.page.run("document.fullscreenElement === null")
