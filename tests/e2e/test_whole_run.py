"""Runs as the last of all: in what the run has left and told there is no secret and no customer's number."""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest_asyncio
import redis.asyncio

from edge_proxy.ownkamailio import own_kamailio
from tests.e2e.secrets_of_run import ALWAYS_SECRET, forms_of, secrets_in_files
from tests.e2e.world import World
from trunkline.conditions import http_status, redis_answers, rtpengine_answers, tcp_open, until
from trunkline.doors import doors_of_stack, findings_of
from trunkline.leftovers import belongs, pids_of

MEANT_FOR_SECRETS = (
    "control/admin-password",
    "control/jwt.pem",
    "control/master.key",
    "control/pki/*",
    "edge-secret",
    "edge/*.key",
    "*/edge-1/*",
    "branch/edge/*/*",
    "branch/edge-snapshot.json",
    "branch/enrolment-token",
    "branch/identity/*/key.pem",
    "node/*/passwords.json",
    "node/*/etc/ari.conf",
    "node/*/etc/manager.conf",
    "node/*/directory.db*",
    "redis/appendonlydir/*",
    "redis/redis.conf",
    "redis-password",
    "redis.toml",
)
"""Of mode 0600 or below a folder of mode 0700, each."""
MEANT_FOR_NUMBERS = ("node/*/calls/*", "redis/appendonlydir/*")
"""The journal of calls that live, and what Redis has while they do."""
AUDIO = (".ogg", ".wav", ".g722", ".gsm", ".sln16")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ended(world: World) -> World:
    """The world with one call more, so that there is something to be told, and none in progress."""
    for phone in (world.agent, world.colleague, world.hq_phone):
        # A try that failed and was made again may have left its call behind.
        for left in [each for each in phone.calls if each.answered and not each.ended]:
            await left.hang_up()
    number = world.new_number()
    call, _ = await world.talk(number)
    await call.hang_up()
    cdr = await world.cdr_to(number)
    await world.audio((await world.recording(cdr["recording_id"]))["recording_id"])
    assert await until(world.no_calls, 15)
    return world


def secrets_of(world: World) -> dict[str, str]:
    return world.secrets | dict(secrets_in_files(world.stack.run_dir))


def numbers_of(world: World) -> dict[str, str]:
    """Every customer's number of the run, in each form."""
    calls = [*world.carrier.calls, *world.second_carrier.calls]
    seen = {number for call in calls for number in (call.dialled, call.from_number) if len(number) > 8}
    own = {number.lstrip("+") for number in world.seed.numbers}
    customers = {*world.numbers, *(number for number in seen if number.lstrip("+") not in own)}
    return {form: "a customer's number" for number in customers for form in forms_of(number)}


def files_of(world: World, *left_out: tuple[str, ...]) -> Iterator[Path]:
    run_dir = world.stack.run_dir
    for path in sorted(run_dir.rglob("*")):
        name = path.relative_to(run_dir)
        if path.is_file() and path.suffix not in AUDIO and not any(map(name.match, sum(left_out, ()))):
            yield path


def told(text: str, kept: dict[str, str]) -> list[str]:
    """Return what of it a text tells, without telling it again."""
    return [what for secret, what in kept.items() if secret in text]


def always_told(text: str) -> list[str]:
    """Return what a text tells that is a secret whatever its value."""
    return [pattern.pattern for pattern in ALWAYS_SECRET if pattern.search(text)]


def text_of(path: Path) -> str:
    """What a file holds; nothing if it went meanwhile: sound that is archived leaves the spool."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes().decode(errors="replace")
    return ""


def told_by_files(files: Iterator[Path], kept: dict[str, str]) -> dict[str, list[str]]:
    told_by = {str(path): told(text_of(path), kept) for path in files}
    return {path: found for path, found in told_by.items() if found}


async def test_no_secret_lies_in_a_log_or_a_file_that_is_not_meant_for_it(ended: World):
    secrets = secrets_of(ended)
    kinds = set(secrets.values())
    assert {"password", "access_token", "refresh_token", "branch/enrolment-token", "HA1 of 1001", "HA1 of hq-trunk-1",
            "control/master.key", "signature of a link", "edge-secret"} <= kinds  # fmt: skip

    files = list(files_of(ended, MEANT_FOR_SECRETS))
    assert {"api.log", "conductor.log", "kamailio.log", "rtpengine.log", "worker.log", "branch.log", "store.db",
            "asterisk.log"} <= {path.name for path in files}  # fmt: skip
    assert told_by_files(iter(files), secrets) == {}
    assert {path for path in files if always_told(text_of(path))} == set()


async def test_no_customers_number_lies_in_a_log_or_in_the_store(ended: World):
    numbers = numbers_of(ended)
    assert len(numbers) >= 2

    assert told_by_files(files_of(ended, MEANT_FOR_NUMBERS), numbers) == {}


def warnings_in(world: World) -> list[str]:
    """What our own processes have logged that somebody should look at."""
    lines = (line for path in sorted(world.stack.run_dir.glob("*.log")) for line in text_of(path).splitlines())
    told = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    return [f"{each['service']}: {each['message']}" for each in told if each["level"] not in ("DEBUG", "INFO")]


async def test_a_call_in_a_healthy_system_is_worth_no_warning(ended: World):
    before, number = warnings_in(ended), ended.new_number()

    call, _ = await ended.talk(number)
    await call.hang_up()
    cdr = await ended.cdr_to(number)
    await ended.recording(cdr["recording_id"])

    assert await until(ended.no_calls, 15)
    assert not Counter(warnings_in(ended)) - Counter(before), "nothing was broken meanwhile"


async def test_files_with_secrets_are_their_owners_alone(ended: World):
    run_dir = ended.stack.run_dir
    meant = [path for path in run_dir.rglob("*") if any(map(path.relative_to(run_dir).match, MEANT_FOR_SECRETS))]

    def is_open(path: Path) -> bool:
        ways = [path, *(parent for parent in path.parents if parent.is_relative_to(run_dir) and parent != run_dir)]
        return all(way.stat().st_mode & 0o077 for way in ways)

    assert meant
    assert [path for path in meant if path.is_file() and is_open(path)] == []


async def test_everything_that_a_run_leaves_is_its_owners_alone(ended: World):
    """Also what engines write, and what was written before there was a secret in it."""
    run_dir = ended.stack.run_dir
    left = [run_dir, *(path for path in run_dir.rglob("*") if not path.is_symlink())]

    kinds = {path.suffix for path in left}
    assert len(left) > 50 and kinds > {".log", ".json", ".ctl", ".db", ".conf", ".pid", ".jsonl"}
    assert [f"{path.stat().st_mode:o} {path}" for path in left if path.stat().st_mode & 0o077] == []


async def test_no_secret_stands_on_a_command_line(ended: World):
    """Everybody on a machine may read those; a process's variables are its owner's."""
    kept = secrets_of(ended)
    lines = list(command_lines(ended.stack.run_dir))

    for engine in ("redis-server", "kamailio", "rtpengine", "asterisk"):
        assert any(engine in line for line in lines)
    assert [line for line in lines if told(line, kept)] == []


def command_lines(run_dir: Path) -> Iterator[str]:
    """Yield the command line of every process of a run, also of those that write over it."""
    noted = set(pids_of(run_dir).values())
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(path.name) in noted or belongs(int(path.name), run_dir):
                yield (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


async def test_redis_and_kamailio_take_no_word_of_a_phone(ended: World):
    """Whoever knows the passwords is answered, all others are not, from whatever address."""
    plan, environments = ended.plan, ended.stack.environments
    redis_url = environments.datastores.redis_url
    host, port = plan.control, 6390

    assert await redis_answers(host, port, environments.datastores.redis_password)()
    assert not await redis_answers(host, port)() and not await redis_answers(host, port, "trunkline")()
    for control, secrets_file in (
        (plan.edge_control_at(1), environments.edge_secrets(1)),
        (plan.branch_control, environments.branch_edge_secrets),
    ):
        assert await own_kamailio(control, 5063, secrets_file).started_at()
        assert await http_status(control, 5063, "/RPC", frozenset({404}))()
    assert redis_url.count("@") == 1
    for path in ("/ari/channels", "/ari/asterisk/info", "/httpstatus", "/"):
        assert await http_status(plan.node_control_at(1), 8088, path, frozenset({401, 404}))(), path
    for reachable in (plan.edge, plan.branch, plan.node):
        assert not await rtpengine_answers(reachable)()
        assert not any([await tcp_open(reachable, port)() for port in (5063, 8088, 5038)])
    assert list(findings_of(list(doors_of_stack(plan, ended.stack.shape)))) == [], "the doctor has nothing to say"


async def test_names_of_files_and_keys_tell_nothing(ended: World):
    kept = secrets_of(ended) | numbers_of(ended)
    names = [str(path.relative_to(ended.stack.run_dir)) for path in ended.stack.run_dir.rglob("*")]

    address = ended.stack.environments.datastores.redis_url
    async with redis.asyncio.from_url(address, decode_responses=True) as server:
        keys = [key async for key in server.scan_iter(count=1000)]

    assert any("recordings" in name for name in names) and any(key.startswith("platform:") for key in keys)
    assert {name: told(name, kept) for name in (*names, *keys) if told(name, kept)} == {}


async def test_traces_and_metrics_tell_nothing(ended: World):
    kept = secrets_of(ended) | numbers_of(ended)
    spans = [(span.name, span.attributes, span.resource, span.problem) for span in ended.collector.spans]
    points = [attributes for points in list(ended.collector.metrics.values()) for attributes, _ in points]

    assert spans and points
    assert {str(each[0]): found for each in spans if (found := told(json.dumps(each), kept))} == {}
    assert [found for each in points if (found := told(json.dumps(each), kept))] == []


async def test_phones_and_carriers_see_nothing_of_the_inside(ended: World):
    call, seen = await ended.talk(ended.new_number())
    await call.hang_up()
    answer = call.answer_message
    assert answer is not None
    assert seen.line is not None and seen.line.invite is not None

    carriers_saw = [call.headers for call in (*ended.carrier.calls, *ended.second_carrier.calls)]
    carriers_saw.append([("SDP", line) for line in str(seen.line.invite.body).splitlines()])
    # A phone needs the Contact of its media node, and sees no more of it.
    phone_saw = [(name, value) for name, value in answer.headers if name.lower() not in ("contact", "record-route")]
    assert [line for headers in carriers_saw for line in inside_told(ended, headers)] == []
    assert inside_told(ended, phone_saw) == []


def inside_told(world: World, headers: list[tuple[str, str]]) -> list[str]:
    """Return the headers that tell of media nodes, of the control plane, or of how we speak among ourselves."""
    inner = rf"127\.{world.plan.block}\.(1[1278]|21)\.\d"
    ours = re.compile(rf"(?i)^(x-|traceparent)|{inner}|\bnode-\d|asterisk|conductor|kamailio")
    return [line for name, value in headers if ours.search(line := f"{name}: {value}")]
