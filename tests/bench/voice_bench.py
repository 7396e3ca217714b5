"""What measuring voices costs a media node: Asterisk's and the conductor's CPU for recorded calls, with and without.

`python tests/bench/voice_bench.py [--calls 40] [--slices 16] [--seconds 10]`.  The same calls go on all the time;
every other slice of time has no readings.  Prints a JSON object.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from pathlib import Path

from bench_node import OURS, BenchNode  # first: it adds the harness's folders

from callmodel.vouched import HEADER
from simulators.phone import answer_after

VOUCHED = {HEADER: "origin=station;tenant=acme;station=1001;site=branch-1"}
# The watch sees no calls, and reads nothing, as long as the file is there.
CONDUCTOR = """
import sys
from pathlib import Path
from media_nodes import app, voicewatch

class Unwatched:
    def __init__(self, conductor):
        self._conductor = conductor
        self.hear = conductor.hear

    @property
    def calls(self):
        return () if Path({flag!r}).exists() else self._conductor.calls

made = voicewatch.VoiceWatch.__init__
voicewatch.VoiceWatch.__init__ = lambda self, conductor, *more: made(self, Unwatched(conductor), *more)
sys.exit(app.main())
"""


class VoiceNode(BenchNode):
    @property
    def flag(self) -> Path:
        return self.folder / "unwatched"

    def start_conductor(self) -> None:
        self._start("conductor", [sys.executable, "-c", CONDUCTOR.format(flag=str(self.flag))])


async def measure(calls: int, slices: int, seconds: float) -> dict[str, list[float]]:
    """Return the CPU seconds of each slice, by whether voices were read."""
    used: dict[str, list[float]] = {"with": [], "without": []}
    with tempfile.TemporaryDirectory() as folder:
        node = VoiceNode(Path(folder), records=True)
        try:
            await node.start()
            node.edge.on_invite = answer_after()
            talking = [await node.edge.dial(f"sip:{OURS}@{node.address}", VOUCHED) for _ in range(calls)]
            for call in talking:
                await call.wait_for("answered", 30)
            await asyncio.sleep(seconds)
            for number in range(slices):
                # Pairs turn round, so that what grows or shrinks all the time counts for neither.
                way = ("with", "without", "without", "with")[number % 4]
                if way == "without":
                    node.flag.touch()
                else:
                    node.flag.unlink(missing_ok=True)
                await asyncio.sleep(1.5)
                before = node.cpu_seconds("asterisk", "conductor")
                await asyncio.sleep(seconds)
                used[way].append(node.cpu_seconds("asterisk", "conductor") - before)
            assert all(call.state == "answered" for call in talking), "calls ended before their time"
        finally:
            await node.stop()
    return used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--slices", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    used = asyncio.run(measure(asked.calls, asked.slices, asked.seconds))
    medians = {way: statistics.median(values) / asked.seconds for way, values in used.items()}
    pairs = [a / b for a, b in zip(used["with"], used["without"], strict=True)]
    said = {
        "calls": asked.calls,
        "cores with": round(medians["with"], 4),
        "cores without": round(medians["without"], 4),
        "ratio": round(statistics.median(pairs), 4),
        "ratio of sums": round(sum(used["with"]) / sum(used["without"]), 4),
        "pairs": [round(pair, 3) for pair in pairs],
    }
    sys.stdout.write(json.dumps(said, indent=2) + "\n")


if __name__ == "__main__":
    main()
