"""The whole system on this machine as child processes: HQ, one branch, and the carriers it talks to.

async with Stack(AddressPlan(77), Path("var/run/demo")) as stack:
    ...
    await stack.kill("conductor")
    await stack.start("conductor")
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Self

from devstack.blueprint import BRANCH, Blueprint
from devstack.children import Child, Spec, StackError
from devstack.environments import COMMAND, Environments
from devstack.runfolder import RunFolder
from servicekit.files import append_privately
from trunkline import conditions as when
from trunkline.plan import PLATFORM_DOMAIN, AddressPlan
from trunkline.ports import is_free
from trunkline.shape import SINGLE, Shape

COMMAND_SECONDS = 180.0
"""Three Cassandra nodes on one loaded machine take their time to agree on each table."""
JOINT_SECONDS = 20.0

Report = Callable[[str], None]


class Stack:
    """HQ's processes start with the stack; the branch by `start_branch`, once it has an enrolment token.

    `shape` says how many there are of each.  `report` is told what starts, in words for a person.  `death` is set
    when a process ends unasked.
    """

    def __init__(
        self, plan: AddressPlan, run_dir: Path, *, shape: Shape = SINGLE, report: Report = lambda line: None
    ) -> None:
        self.plan = plan
        self.shape = shape
        self.run_dir = run_dir.resolve()
        self.environments = Environments(plan, self.run_dir, shape)
        self.admin_password = ""
        self.death: asyncio.Future[str] | None = None
        self._blueprint = Blueprint(self.environments)
        self._beside = f"DEMO_BLOCK={plan.block % 254 + 1} make {'demo' if shape.is_single else 'cluster'}"
        self._folder = RunFolder(run_dir, self._beside)
        self._report = report
        self._children: dict[str, Child] = {}
        self._groups: list[list[Child]] = []
        self.nodes = list(_each(shape.nodes))

    # -- life

    async def __aenter__(self) -> Self:
        try:
            await self.start_hq()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start_hq(self) -> None:
        """Start Redis, the control plane, HQ's edges and the media nodes, in order, each when it is ready.

        Raises StackError: another stack runs, an address is taken, or a process fails (with the end of its log).
        """
        self.death = asyncio.get_running_loop().create_future()
        edges, nodes = _each(self.shape.edges), _each(self.shape.nodes)
        parts = [self.shape.folder_of("edge", index) for index in edges]
        parts += [self.shape.folder_of("node", index) for index in nodes]
        self._folder.take(["redis", "control", *parts, "branch"])
        self._check_addresses()
        self.environments.datastores.write_redis_address()
        new = self._blueprint
        for group in self.environments.datastores.groups():
            await self._launch(group)
        await self._bootstrap()
        await self._launch(new.api(index) for index in _each(self.shape.apis))
        await self._launch(
            [
                *(new.facts(index) for index in _each(self.shape.facts)),
                *(new.worker(index) for index in _each(self.shape.workers)),
                *(new.bulk_worker(index) for index in _each(self.shape.bulk_workers)),
                *(new.beat(index) for index in _each(self.shape.beats)),
                *(new.portal(index) for index in _each(self.shape.portals)),
                *(engine for index in edges for engine in new.edge_engines(index)),
                *(new.asterisk(index) for index in nodes),
            ]
        )
        conductors = [new.conductors(index) for index in nodes]
        diallers = map(new.dialler, _each(self.shape.diallers))
        await self._launch([*map(new.edge_agent, edges), *(serving for serving, *_ in conductors), *diallers])
        if self.shape.standbys:
            await self._launch(standby for _, *others in conductors for standby in others)
        await self.nodes_found()

    async def start_branch(self, token: str) -> None:
        """Start the branch gateway with an enrolment token; ready means registered at HQ and able to take phones."""
        folder = self.run_dir / "branch"
        folder.mkdir(mode=0o700, exist_ok=True)
        token_file = folder / "enrolment-token"
        _write_secret(token_file, token)
        await self._launch([self._blueprint.branch(self.environments.branch(token_file, BRANCH))])
        control, secrets_file = self.plan.branch_control, self.environments.branch_edge_secrets
        serves = when.edge_serves(control, secrets_file, destinations=self.shape.edges)
        await self._wait_until("the branch has found HQ", serves)

    async def stop(self) -> None:
        """Stop everything in the reverse order, by pid."""
        if self._children:
            self._report(f"stopping {len(self._children)} processes, the last started first")
        for group in reversed(self._groups):
            await asyncio.gather(*(child.stop() for child in group))
            self._note_pids()
        self._folder.release()

    def kill_all(self) -> None:
        """SIGKILL to everything at once: for a second Ctrl-C."""
        for child in self._children.values():
            child.send(9)  # type: ignore[arg-type]

    # -- single processes, for faults

    async def kill(self, name: str) -> None:
        """SIGKILL to one process and what it started.  Raises KeyError for a name that is not of this stack."""
        await self._children[name].kill()
        self._note_pids()

    async def end(self, name: str) -> None:
        """SIGTERM to one process, and wait until it has left in its own time.  Raises KeyError."""
        await self._children[name].stop()
        self._note_pids()

    async def start(self, name: str, changes: Mapping[str, str] | None = None) -> None:
        """Start a process again that was killed, and wait until it is ready.  Raises KeyError, StackError.

        changes: variables that differ from its usual ones, until it is started the next time.
        """
        child = self._children[name]
        await child.start(changes)
        self._note_pids()
        await child.wait_ready()

    # -- media nodes that come and go

    async def add_node(self) -> int:
        """Start one more media node and return its index once all edges send it calls.  Raises StackError."""
        index = max(self.nodes) + 1
        (self.run_dir / self.shape.folder_of("node", index)).mkdir(mode=0o700, exist_ok=True)
        await self._launch([self._blueprint.asterisk(index)])
        for conductor in self._blueprint.conductors(index):
            await self._launch([conductor])
        self.nodes.append(index)
        await self.nodes_found()
        return index

    async def drain_node(self, index: int) -> None:
        """Let a media node finish its calls and take no new ones; returns when its conductors have left.

        Raises KeyError for a node that is not there, StackError when it can not be asked.
        """
        leaving = [self._children[name] for name in self.shape.conductors_of(index)]
        await self._leave(leaving, "media-node", self.environments.node(index=index))

    async def drain_edge(self, index: int) -> None:
        """Let an edge finish its calls and take no new ones; returns when its Kamailio and its agent have left.

        Raises KeyError for an edge that is not there, StackError when it can not be asked.
        """
        leaving = [self._children[self.shape.name_of("edge", index, part)] for part in ("kamailio", "agent")]
        await self._leave(leaving, "edge", self.environments.edge(index=index))

    async def _leave(self, leaving: list[Child], part: str, env: dict[str, str]) -> None:
        for child in leaving:
            child.expect_end()
        await self._run(part, "drain", env=env)
        for child in leaving:
            await child.ended()
        self._note_pids()

    async def remove_node(self, index: int) -> None:
        """Drain a media node and take it away.  Raises as `drain_node`."""
        await self.drain_node(index)
        for name in (*self.shape.conductors_of(index), self.shape.name_of("node", index, "asterisk")):
            await self._children.pop(name).stop()
        self.nodes.remove(index)
        self._note_pids()

    async def nodes_found(self) -> None:
        """Wait until every edge sends calls to every media node.  Raises StackError."""
        for edge in _each(self.shape.edges):
            control, secrets_file = self.plan.edge_control_at(edge), self.environments.edge_secrets(edge)
            serves = when.edge_serves(control, secrets_file, destinations=len(self.nodes))
            await self._wait_until("HQ's edges have found the media nodes", serves)

    def pid(self, name: str) -> int | None:
        """Return a process's pid, None while it does not run."""
        return self._children[name].pid

    def serving_conductor(self, index: int) -> str | None:
        """Return which of a media node's conductors conducts its calls, None while none does."""
        lock = self.run_dir / self.shape.folder_of("node", index) / f"conductor-node-{index}" / "lock"
        holder = lock.read_text(encoding="utf-8") if lock.exists() else ""
        return next((name for name in self.shape.conductors_of(index) if str(self.pid(name)) == holder), None)

    def log_of(self, name: str) -> Path:
        """Return where a process's output goes."""
        return self._folder.log_of(name)

    def index_of_node(self, node_id: str) -> int:
        """Return the index of a media node by its id, `node-2`.  Raises KeyError."""
        index = int(node_id.removeprefix("node-")) if node_id.removeprefix("node-").isdigit() else 0
        if index not in self.nodes:
            raise KeyError(node_id)
        return index

    @property
    def names(self) -> list[str]:
        """The processes in the order in which they were started."""
        return list(self._children)

    # -- starting

    def _check_addresses(self) -> None:
        wanted = self.plan.listeners(self.shape) | self.environments.datastores.listeners()
        taken = [f"{name} ({host}:{port}/{kind})" for name, (kind, host, port) in wanted.items()
                 if not is_free(kind, host, port)]  # fmt: skip
        if taken:
            raise StackError(
                f"somebody else listens where this wants to: {', '.join(taken)}.\n"
                f"Find out who by 'ss -lntup', or take other addresses: {self._beside}"
            )

    async def _launch(self, specs: Iterable[Spec]) -> None:
        """Start these together, and return when all are ready."""
        children = [Child(spec, self.log_of(spec.name), self._died) for spec in specs]
        self._report(f"starting {', '.join(child.spec.name for child in children)}")
        self._groups.append(children)
        for child in children:
            self._children[child.spec.name] = child
            await child.start()
        self._note_pids()
        await asyncio.gather(*(child.wait_ready() for child in children))

    async def _wait_until(self, what: str, condition: when.Condition) -> None:
        """Wait for what no process can say of itself.  Raises StackError."""
        if not await when.until(condition, JOINT_SECONDS, pause_seconds=0.25):
            raise StackError(f"it did not come to this within {JOINT_SECONDS:.0f} s: {what} (logs: {self.run_dir})")

    async def _bootstrap(self) -> None:
        """Make keys, authority, schema and the first administrator, then the edges' certificates."""
        self._report("bootstrapping the control plane")
        self.admin_password = secrets.token_urlsafe(12)
        _write_secret(self.environments.admin_password_file, self.admin_password)
        _write_secret(self.environments.edge_secret_file, secrets.token_hex(32))
        await self._admin("bootstrap")
        if self.shape.s3:
            await self._admin("objects-setup")
        for index in _each(self.shape.edges):
            address, folder = self.plan.edge_at(index), self.environments.edge_dir(index)
            await self._admin("issue-certificate", f"edge.{PLATFORM_DOMAIN}", "--ip", address, "--out", str(folder))

    async def _admin(self, *arguments: str) -> None:
        await self._run("admin", *arguments, env=self.environments.control())

    async def _run(self, *arguments: str, env: dict[str, str]) -> None:
        """Run one `trunkline` command to its end.  Raises StackError."""
        log, words = self.log_of(arguments[0]), " ".join(arguments[:2])
        with append_privately(log) as output:
            process = await asyncio.create_subprocess_exec(
                *COMMAND, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
                env=env, umask=0o077,
            )  # fmt: skip
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                code = await process.wait()
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            if isinstance(error, TimeoutError):
                said = f"trunkline {words} was not done after {COMMAND_SECONDS:.0f} s (log: {log})"
                raise StackError(said) from None
            raise
        if code:
            text = log.read_text(encoding="utf-8", errors="replace")[-3000:]
            raise StackError(f"trunkline {words} ended with code {code}\n{text}")

    def _died(self, child: Child, code: int) -> None:
        if self.death is not None and not self.death.done():
            self.death.set_result(f"{child.spec.name} ended by itself with code {code}\n{child.last_lines()}")

    def _note_pids(self) -> None:
        self._folder.note({name: child.pid for name, child in self._children.items() if child.pid is not None})


def _write_secret(path: Path, secret: str) -> None:
    path.touch(mode=0o600)
    path.write_text(secret)


def _each(count: int) -> range:
    return range(1, count + 1)


__all__ = ["Stack", "StackError"]
