"""What the cluster says of itself once it runs: what runs where, and what to try from another terminal."""

from collections.abc import Sequence

from rich.console import Console

from devstack.desks import Login
from devstack.introduction import portal_rows, print_rows
from devstack.seed import Seed
from devstack.stack import Stack
from trunkline.clustercli import DEFAULT_BLOCK

WORTH_TRYING = (
    ("status", "who runs, with pids"),
    ("kill node-1-conductor", "calls of node-1 talk on; the one that stands by conducts them"),
    ("start node-1-conductor", "now it stands by itself"),
    ("kill node-2-asterisk", "its calls end, and their records say why"),
    ("kill api-1", "calls go on; api-2 answers"),
    ("kill worker-1", "recordings are finished by worker-2"),
    ("add-node", "a third media node joins; nothing else is restarted"),
    ("drain node-2", "its calls finish, new ones go elsewhere"),
    ("remove-node node-3", "drained, then gone"),
    ("roll", "every process restarted in turn, under calls"),
)


def introduce(console: Console, stack: Stack, seed: Seed, logins: Sequence[Login]) -> None:
    """Print it."""
    plan, shape = stack.plan, stack.shape
    console.rule("A cluster runs")
    edges, nodes, apis = (range(1, count + 1) for count in (shape.edges, shape.nodes, shape.apis))
    stores = stack.environments.datastores.listeners()
    rows = [
        *portal_rows(stack, logins),
        *((name, f"{host}:{port}", "") for name, (_, host, port) in stores.items()),
        *((f"edge-{index}", f"{plan.edge_at(index)}:5060", "Kamailio, rtpengine, agent") for index in edges),
        *(
            (f"node-{index}", f"{plan.node_at(index)}:5060", "Asterisk, conductor, another that stands by")
            for index in nodes
        ),
        *((f"api-{index}", f"http://{plan.control_at(index)}:8080", "facts and worker beside it") for index in apis),
        ("branch", f"{plan.branch}:5060", "reaches HQ by either edge"),
        ("carrier", f"{plan.carrier}:5060", "simulated"),
        *(("API login", f"{name} / {password}", role) for name, password, role in seed.logins),
        ("logs", f"{stack.run_dir}/*.log", ""),
    ]
    print_rows(console, rows)
    console.print("\nIn another terminal, what happens if ...", highlight=False)
    command = "cluster" if plan.block == DEFAULT_BLOCK else f"cluster --block {plan.block}"
    print_rows(console, [("", f".venv/bin/trunkline {command} {words}", text) for words, text in WORTH_TRYING])
    console.print()
