"""No room for recordings: over the spool's stated size, and on a full disk.  Calls go on, and nothing old goes."""

import hashlib
from pathlib import Path

from media_harness import AGENT_HZ, CUSTOMER_HZ, Node, SmallDisk, hears, talking, until
from recordings import channels_of

from simulators.tones import loudest_tones

NO_ROOM = "the spool was full"


def lay_down(node: Node, name: str, size: int) -> Path:
    """Put a finished recording where it waits for a worker."""
    path = node.spool / "wav" / "acme" / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(name.encode() * (size // len(name)))
    return path


def digests(paths: list[Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


async def spool_is(node: Node, level: str) -> None:
    async def condition() -> bool:
        return (await node.health()).get("spool") == level

    await until(condition, 10)


async def of_kind(node: Node, kind: str, count: int) -> list[dict[str, object]]:
    async def enough() -> list[dict[str, object]]:
        facts = await node.of_kind(kind)
        return facts if len(facts) >= count else []

    return list(await until(enough, 15))


def alarms(node: Node) -> list[str]:
    log = node.log("conductor")
    return [name for name in ("spool-filling", "spool-full") if f'"alarm":"{name}"' in log.replace('": "', '":"')]


async def test_spool_over_its_size_takes_no_new_recording_until_it_is_emptied(small_spool_node: Node):
    node = small_spool_node
    old = [lay_down(node, "old-1", 820_000)]
    await spool_is(node, "filling")
    assert alarms(node) == ["spool-filling"]
    old.append(lay_down(node, "old-2", 200_000))
    await spool_is(node, "full")
    before = digests(old)

    agent, _ = await talking(node)
    lost = await of_kind(node, "recording.lost", 1)
    # The loss is told while they talk.
    await hears(agent, CUSTOMER_HZ)
    await agent.hang_up()
    cdr = await node.cdr()

    assert (cdr["ending"], cdr["recording_id"]) == ("completed", lost[0]["body"]["recording_id"])
    assert lost[0]["body"]["reason"] == NO_ROOM
    assert digests(old) == before and not list((node.spool / "live").iterdir())
    assert alarms(node) == ["spool-filling", "spool-full"]

    old[0].unlink()
    await spool_is(node, "room")
    agent, _ = await talking(node)
    await agent.hang_up()
    spooled = await of_kind(node, "recording.spooled", 1)
    assert channels_of(str(spooled[0]["body"]["path"]))[2] > 0
    assert len(await node.of_kind("recording.lost")) == 1


async def test_full_disk_costs_recordings_and_no_call(small_disk_node: Node, small_disk: SmallDisk):
    node = small_disk_node
    old = [lay_down(node, f"old-{n}", 300_000) for n in range(3)]
    before = digests(old)
    caught = await talking(node)
    await until(lambda: any(path.stat().st_size for path in (node.spool / "live").glob("*.raw")))

    small_disk.fill()
    await spool_is(node, "full")
    for party, hz in zip(caught, (CUSTOMER_HZ, AGENT_HZ), strict=True):
        await hears(party, hz)
    during = await talking(node)
    lost = await of_kind(node, "recording.lost", 1)
    for agent, _ in (during, caught):
        await agent.hang_up()
    await node.cdr(count=2)
    endings = [fact["body"]["ending"] for fact in await node.of_kind("call.ended")]

    assert endings == ["completed", "completed"]
    assert [fact["body"]["reason"] for fact in lost] == [NO_ROOM]
    assert digests(old) == before
    assert "spool-full" in alarms(node)

    small_disk.make_room()
    await spool_is(node, "room")
    later = await talking(node)
    await later[0].hang_up()
    spooled = {
        str(fact["body"]["recording_id"]): fact["body"] for fact in await of_kind(node, "recording.spooled", 2)
    }
    cdr = await node.cdr(count=3)
    wav = Path(f"{small_disk.seen}{str(spooled[cdr['recording_id']]['path']).removeprefix(str(small_disk.mounted))}")
    first, second, _ = channels_of(str(wav))

    assert (loudest_tones(first, 8000), loudest_tones(second, 8000)) == ([CUSTOMER_HZ], [AGENT_HZ])
    assert len(spooled) == 2 and all(float(str(body["seconds"])) > 0 for body in spooled.values())
    assert len(await node.of_kind("recording.lost")) == 1
    assert digests(old) == before
