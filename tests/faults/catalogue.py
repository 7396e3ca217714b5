"""The faults, one after the other: what is struck, what is mended, and what it may cost."""

from devstack.children import StackError
from devstack.rolling import master_of, roll
from tests.faults.campaigning import Campaigning
from tests.faults.cutoff import branch_without_hq, clock_wrong, node_without_redis
from tests.faults.disk import spool_full
from tests.faults.field import Field, Talk
from tests.faults.steady import Steady
from tests.faults.trial import Fault
from tests.faults.waiting import Waiting


def killed(name: str, *processes: str, **more: object) -> Fault:
    """SIGKILL to some processes at once; they are started again when new calls have been watched."""

    async def strike(field: Field) -> None:
        for process in processes:
            await field.stack.kill(process)

    async def mend(field: Field) -> None:
        for process in processes:
            await field.stack.start(process)

    return Fault(name, strike, mend, **more)  # type: ignore[arg-type]


async def conductor_dies(field: Field) -> None:
    """SIGKILL to the one that serves: another stands by.  The dead one is started again, as a supervisor would."""
    name = field.stack.serving_conductor(1)
    if name is None:
        raise StackError("node-1 has no conductor that serves")
    await field.stack.kill(name)
    await field.stack.start(name)


async def calls_of_first_node(field: Field, talks: list[Talk]) -> int:
    """Return how many calls the first media node holds: they end with its Asterisk."""
    page = await field.api.items(f"/tenants/{field.seed.tenant_id}/calls", state="live")
    wanted = {f"+86{talk.number}" for talk in talks}
    return sum(item["node_id"] == "node-1" for item in page) if wanted else 0


async def roll_everything(field: Field) -> None:
    """Restart every process in turn."""

    async def quietly(_line: str) -> None: ...

    await roll(field.stack, quietly)


async def redis_master_dies(field: Field) -> None:
    """SIGKILL to whichever Redis is the master now; it comes back as a replica of the next."""
    name = await master_of(field.stack)
    await field.stack.kill(name)


async def dead_come_back(field: Field) -> None:
    """Start again whatever is down."""
    for name in field.stack.names:
        if field.stack.pid(name) is None:
            await field.stack.start(name)


async def node_dies(field: Field, node_id: str) -> None:
    """SIGKILL to all of a media node: its Asterisk and its conductors."""
    index = field.stack.index_of_node(node_id)
    for name in (*field.stack.shape.conductors_of(index), field.stack.shape.name_of("node", index, "asterisk")):
        await field.stack.kill(name)


async def its_conductor_dies(field: Field, node_id: str) -> None:
    """SIGKILL to the conductor of a media node: another stands by."""
    name = field.stack.serving_conductor(field.stack.index_of_node(node_id))
    if name is None:
        raise StackError(f"{node_id} has no conductor that serves")
    await field.stack.kill(name)


async def redis_dies(field: Field, _node_id: str) -> None:
    """SIGKILL to the Redis that is the master."""
    await redis_master_dies(field)


Trial = Fault | Steady | Waiting | Campaigning

FAULTS: tuple[Trial, ...] = (
    Fault("conductor killed", conductor_dies),
    killed("asterisk killed", "node-1-asterisk", may_lose=calls_of_first_node),
    # Its phones look for the other edge by themselves; the branch is led there by its own.
    killed("edge killed (Kamailio)", "edge-1-kamailio", probe_from=(1, 3, 4)),
    killed("API process killed", "api-2"),
    killed("CDR writer killed", "facts-1"),
    killed("Celery worker killed", "worker-1"),
    Fault("Redis master killed", redis_master_dies, dead_come_back),
    killed("object store away", "seaweed", away_seconds=60.0),
    killed("Cassandra node killed", "cassandra-2", needs_cassandra=True),
    node_without_redis(),
    branch_without_hq(),
    spool_full(),
    clock_wrong(),
    Waiting("media node killed while callers wait", node_dies, dead_come_back, cuts=True),
    Waiting("conductor killed while callers wait", its_conductor_dies, dead_come_back),
    # A fail-over takes some three seconds; the agent is free five after it.
    Waiting("Redis master killed while callers wait", redis_dies, dead_come_back, aim_seconds=10.0),
    Campaigning("pacer and conductor killed in a campaign", dead_come_back),
    Steady("rolling restart of every process", roll_everything),
)
