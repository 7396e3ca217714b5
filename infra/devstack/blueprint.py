"""What a stack of a given shape is made of: each process with its command, its environment, and when it is ready."""

from dataclasses import dataclass, replace

from devstack.children import AFTER_ALL, AFTER_CALLS, CALLS_FIRST, Spec
from devstack.environments import AGENT_OF_BRANCH, COMMAND, Environments
from trunkline import conditions as when

# Health ports.  Each process of a kind has one of its own: it is part of what a fact consumer is called.
API_PORT, FACTS, WORKER, BEAT, AGENT, CONDUCTOR, BRANCH, BULK = 8080, 9101, 9102, 9103, 9104, 9105, 9106, 9109
DIALLER = 9110
PORTAL = 9108
NEXT_OF_KIND = 10
WORKER_STOP_SECONDS = 65.0
"""It ends the tasks that it has within 60."""
# The machine has two cores whatever the shape: what starts together is ready later.
SECONDS_A_NEIGHBOUR = 3.0


@dataclass(frozen=True)
class Blueprint:
    environments: Environments

    def api(self, index: int) -> Spec:
        ready = _says_ready(self.environments.plan.control_at(index), API_PORT)
        return self._ours("api", index, "control-plane api", self.environments.control(index=index), ready)

    def facts(self, index: int) -> Spec:
        return self._of_control("facts", index, "control-plane facts", FACTS, nice=AFTER_CALLS)

    def worker(self, index: int) -> Spec:
        spec = replace(self._of_control("worker", index, "worker", WORKER), stop_seconds=WORKER_STOP_SECONDS)
        if self.environments.shape.bulk_workers:
            return spec
        # Nobody else is there to read lists.
        return replace(spec, env={**spec.env, "TRUNKLINE_WORKER_QUEUES": "default,recordings,imports"})

    def bulk_worker(self, index: int) -> Spec:
        """A worker for long work, so that no recording waits for it."""
        spec = self._of_control("bulk-worker", index, "worker", BULK)
        env = {**spec.env, "TRUNKLINE_WORKER_QUEUES": "imports,exports,reports,webhooks"}
        return replace(spec, env=env, stop_seconds=WORKER_STOP_SECONDS)

    def beat(self, index: int) -> Spec:
        return self._of_control("beat", index, "beat", BEAT)

    def dialler(self, index: int) -> Spec:
        port = DIALLER + NEXT_OF_KIND * (index - 1)
        ready = _says_ready(self.environments.plan.control_at(index), port)
        return self._ours("dialler", index, "dialler", self.environments.dialler(port, index), ready)

    def portal(self, index: int) -> Spec:
        port = PORTAL + NEXT_OF_KIND * (index - 1)
        ready = _says_ready(self.environments.plan.portal_at(index), port)
        return self._ours("portal", index, "portal", self.environments.portal(port, index), ready)

    def edge_engines(self, index: int) -> list[Spec]:
        """rtpengine and Kamailio of one edge."""
        plan, env = self.environments.plan, self.environments.edge(index=index)
        host, control = plan.edge_at(index), plan.edge_control_at(index)
        return [
            self._ours("edge", index, "edge rtpengine", env, when.rtpengine_answers(control)),
            self._ours("edge", index, "edge kamailio", env, when.sip_answers(host, 5060, plan.control)),
        ]

    def edge_agent(self, index: int) -> Spec:
        port = AGENT + NEXT_OF_KIND * (index - 1)
        env = self.environments.edge(port, index)
        ready = _says_ready(self.environments.plan.edge_control_at(index), port)
        return self._ours("edge", index, "edge agent", env, ready)

    def asterisk(self, index: int) -> Spec:
        host = self.environments.plan.node_control_at(index)
        # 401 without a password: the HTTP server and ARI are there, which is the last thing that Asterisk starts.
        ready = when.http_status(host, 8088, "/ari/asterisk/ping", frozenset({200, 401}))
        return self._ours("node", index, "media-node asterisk", self.environments.node(index=index), ready)

    def conductors(self, index: int) -> list[Spec]:
        """The one that serves the node first, and one that stands by where the shape has it."""
        port = CONDUCTOR + NEXT_OF_KIND * (index - 1)
        env = self.environments.node(port, index)
        ready = _says_ready(self.environments.plan.node_control_at(index), port)
        spec = self._ours("node", index, "media-node conductor", env, ready)
        says = ("asterisk is connected", "standing by") if self.environments.shape.standbys else ()
        return [replace(spec, name=name, says=says) for name in self.environments.shape.conductors_of(index)]

    def branch(self, env: dict[str, str]) -> Spec:
        """The branch gateway, which starts the branch's own edge."""
        host, control = self.environments.plan.branch, self.environments.plan.branch_control
        # Its supervisor counts processes; only Kamailio itself can say that it takes calls.
        healthy = (_says_ready(control, BRANCH), _says_ready(control, AGENT_OF_BRANCH))
        parts = (*healthy, when.sip_answers(host, 5060, host))

        async def ready() -> bool:
            return all([await part() for part in parts])

        return self._patient(Spec("branch", (*COMMAND, "branch"), env, ready, nice=CALLS_FIRST))

    def _of_control(self, kind: str, index: int, command: str, first_port: int, nice: int = AFTER_ALL) -> Spec:
        port = first_port + NEXT_OF_KIND * (index - 1)
        ready = _says_ready(self.environments.plan.control_at(index), port)
        return replace(self._ours(kind, index, command, self.environments.control(port, index), ready), nice=nice)

    def _ours(self, part: str, index: int, command: str, env: dict[str, str], ready: when.Condition) -> Spec:
        words = command.split()
        process, nice = (words[-1], CALLS_FIRST) if part in ("edge", "node") else ("", 0)
        name = self.environments.shape.name_of(part, index, process)
        return self._patient(Spec(name, (*COMMAND, *words), env, ready, nice=nice))

    def _patient(self, spec: Spec) -> Spec:
        neighbours = sum(self.environments.shape.parts) - len(self.environments.shape.parts)
        return replace(spec, ready_seconds=spec.ready_seconds + SECONDS_A_NEIGHBOUR * neighbours)


def _says_ready(host: str, port: int) -> when.Condition:
    return when.http_status(host, port, "/readyz")
