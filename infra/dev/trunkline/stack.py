"""The whole system on this machine as child processes: HQ, one branch, and the carriers it talks to.

async with Stack(AddressPlan(77), Path("var/run/demo")) as stack:
    ...
    await stack.kill("conductor")
    await stack.start("conductor")
"""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Self, TextIO

from trunkline import conditions as when
from trunkline.children import Child, Spec, StackError
from trunkline.environments import AGENT_OF_BRANCH, COMMAND, Environments
from trunkline.plan import PLATFORM_DOMAIN, REPOSITORY, AddressPlan
from trunkline.ports import is_free
from trunkline.remains import belongs, pids_of

ADMIN_SECONDS = 30.0
JOINT_SECONDS = 20.0
# Health ports; a process's own address keeps them apart where several share one.
API_PORT, FACTS, WORKER, BEAT, AGENT, CONDUCTOR, BRANCH = 8080, 9101, 9102, 9103, 9104, 9105, 9106

Report = Callable[[str], None]


class Stack:
    """HQ's processes start with the stack; the branch by `start_branch`, once it has an enrolment token.

    `report` is told what starts, in words for a person.  `death` is set when a process ends unasked.
    """

    def __init__(self, plan: AddressPlan, run_dir: Path, *, report: Report = lambda line: None) -> None:
        self.plan = plan
        self.run_dir = run_dir.resolve()
        self.environments = Environments(plan, self.run_dir)
        self.admin_password = ""
        self.death: asyncio.Future[str] | None = None
        self._report = report
        self._children: dict[str, Child] = {}
        self._lock: TextIO | None = None

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
        """Start Redis, the control plane, HQ's edge and the media node, in order, each when it is ready.

        Raises StackError: another stack runs, an address is taken, or a process fails (with the end of its log).
        """
        self.death = asyncio.get_running_loop().create_future()
        self._take_run_folder()
        self._check_addresses()
        plan, env = self.plan, self.environments
        await self._launch(self._redis())
        await self._bootstrap()
        ready = self._says_ready
        await self._launch(self._ours("api", "control-plane api", env.control(), ready(plan.control, API_PORT)))
        await self._launch(
            self._ours("facts", "control-plane facts", env.control(FACTS), ready(plan.control, FACTS)),
            self._ours("worker", "worker", env.control(WORKER), ready(plan.control, WORKER)),
            self._ours("beat", "beat", env.control(BEAT), ready(plan.control, BEAT)),
            self._ours("rtpengine", "edge rtpengine", env.edge(), when.rtpengine_answers(plan.edge)),
            self._ours("kamailio", "edge kamailio", env.edge(), when.sip_answers(plan.edge, 5060, plan.control)),
            self._ours("asterisk", "media-node asterisk", env.node(), self._asterisk_ready),
        )
        await self._launch(
            self._ours("agent", "edge agent", env.edge(AGENT), ready(plan.edge, AGENT)),
            self._ours("conductor", "media-node conductor", env.node(CONDUCTOR), ready(plan.node, CONDUCTOR)),
        )
        await self._wait_until("HQ's edge has found the media node", when.edge_serves(plan.edge))

    async def start_branch(self, token: str) -> None:
        """Start the branch gateway with an enrolment token; ready means registered at HQ and able to take phones."""
        folder = self.run_dir / "branch"
        folder.mkdir(mode=0o700, exist_ok=True)
        token_file = folder / "enrolment-token"
        token_file.touch(mode=0o600)
        token_file.write_text(token)
        env = self.environments.branch(token_file, BRANCH)
        await self._launch(self._ours("branch", "branch", env, self._branch_ready))
        await self._wait_until("the branch has found HQ", when.edge_serves(self.plan.branch))

    async def stop(self) -> None:
        """Stop everything in the reverse order, by pid."""
        if self._children:
            self._report(f"stopping {len(self._children)} processes, the last started first")
        for child in reversed(list(self._children.values())):
            await child.stop()
            self._note_pids()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def kill_all(self) -> None:
        """SIGKILL to everything at once: for a second Ctrl-C."""
        for child in self._children.values():
            child.send(9)  # type: ignore[arg-type]

    # -- single processes, for faults

    async def kill(self, name: str) -> None:
        """SIGKILL to one process and what it started.  Raises KeyError for a name that is not of this stack."""
        await self._children[name].kill()
        self._note_pids()

    async def start(self, name: str) -> None:
        """Start a process again that was killed, and wait until it is ready.  Raises KeyError, StackError."""
        child = self._children[name]
        await child.start()
        self._note_pids()
        await child.wait_ready()

    def pid(self, name: str) -> int | None:
        """Return a process's pid, None while it does not run."""
        return self._children[name].pid

    def log_of(self, name: str) -> Path:
        """Return where a process's output goes."""
        return self._log_path(name)

    @property
    def names(self) -> list[str]:
        """The processes in the order in which they were started."""
        return list(self._children)

    # -- before anything starts

    def _take_run_folder(self) -> None:
        try:
            self.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = (self.run_dir / ".lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise self._unusable(error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise StackError(
                f"a stack runs already in {self.run_dir} (pid {holder}).\n"
                f"Stop it by Ctrl-C in its terminal (or: kill {holder}), or run another beside it: {self._beside}"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
        self._check_remains()
        try:
            for left in self.run_dir.iterdir():
                if left.name != ".lock":
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            for folder in ("redis", "control", "edge", "node", "branch"):
                (self.run_dir / folder).mkdir(mode=0o700)
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> StackError:
        return StackError(
            f"the run folder {self.run_dir} can not be used: {error.strerror} ({error.filename}).\n"
            f"Was it made by another user?  Give it to yourself: sudo chown -R $(id -un) {REPOSITORY / 'var'}"
        )

    @property
    def _beside(self) -> str:
        return f"DEMO_BLOCK={self.plan.block % 254 + 1} make demo"

    def _check_remains(self) -> None:
        """A stack that was killed may have left engines, which hold addresses and write into the folder."""
        left = {name: pid for name, pid in pids_of(self.run_dir).items() if belongs(pid, self.run_dir)}
        if left:
            raise StackError(
                f"an old run left processes behind: {', '.join(left)}.\n"
                f"End them and start again: kill {' '.join(map(str, left.values()))}"
            )

    def _check_addresses(self) -> None:
        taken = [f"{name} ({host}:{port}/{kind})" for name, (kind, host, port) in self.plan.listeners.items()
                 if not is_free(kind, host, port)]  # fmt: skip
        if taken:
            raise StackError(
                f"somebody else listens where this wants to: {', '.join(taken)}.\n"
                f"Find out who by 'ss -lntup', or take other addresses: {self._beside}"
            )

    # -- specifications

    def _redis(self) -> Spec:
        host = self.plan.control
        argv = (
            "redis-server", "--bind", host, "--port", "6390", "--dir", str(self.run_dir / "redis"),
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no",
        )  # fmt: skip
        return Spec("redis", argv, {**os.environ}, when.redis_answers(host, 6390))

    def _ours(self, name: str, command: str, env: dict[str, str], ready: when.Condition) -> Spec:
        return Spec(name, (*COMMAND, *command.split()), env, ready)

    @staticmethod
    def _says_ready(host: str, port: int) -> when.Condition:
        return when.http_status(host, port, "/readyz")

    async def _asterisk_ready(self) -> bool:
        # 401 without a password: the HTTP server and ARI are there, which is the last thing that Asterisk starts.
        return await when.http_status(self.plan.node, 8088, "/ari/asterisk/ping", frozenset({200, 401}))()

    async def _branch_ready(self) -> bool:
        # Its supervisor counts processes; only Kamailio itself can say that it takes calls.
        branch = self.plan.branch
        parts = (
            self._says_ready(branch, BRANCH),
            self._says_ready(branch, AGENT_OF_BRANCH),
            when.sip_answers(branch, 5060, branch),
        )
        return all([await part() for part in parts])

    # -- starting

    async def _launch(self, *specs: Spec) -> None:
        """Start these together, and return when all are ready."""
        self._report(f"starting {', '.join(spec.name for spec in specs)}")
        children = [Child(spec, self._log_path(spec.name), self._died) for spec in specs]
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
        """Make keys, authority, schema and the first administrator, then the edge's certificate."""
        self._report("bootstrapping the control plane")
        self.admin_password = secrets.token_urlsafe(12)
        self.environments.admin_password_file.touch(mode=0o600)
        self.environments.admin_password_file.write_text(self.admin_password)
        await self._admin("bootstrap")
        edge = self.run_dir / "edge"
        await self._admin("issue-certificate", f"edge.{PLATFORM_DOMAIN}", "--ip", self.plan.edge, "--out", str(edge))

    async def _admin(self, *arguments: str) -> None:
        """Run one `trunkline admin` command to its end.  Raises StackError."""
        log = self._log_path("admin")
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *COMMAND, "admin", *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
                env=self.environments.control(),
            )  # fmt: skip
        try:
            async with asyncio.timeout(ADMIN_SECONDS):
                code = await process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise
        if code:
            text = log.read_text(encoding="utf-8", errors="replace")[-3000:]
            raise StackError(f"trunkline admin {arguments[0]} ended with code {code}\n{text}")

    def _died(self, child: Child, code: int) -> None:
        if self.death is not None and not self.death.done():
            self.death.set_result(f"{child.spec.name} ended by itself with code {code}\n{child.last_lines()}")

    def _log_path(self, name: str) -> Path:
        return self.run_dir / f"{name}.log"

    def _note_pids(self) -> None:
        """Write who runs, so that the doctor can tell what an old run left behind."""
        pids = {name: child.pid for name, child in self._children.items() if child.pid is not None}
        (self.run_dir / "pids.json").write_text(json.dumps(pids))


__all__ = ["Stack", "StackError"]
