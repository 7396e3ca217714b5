"""What the demo says of itself once it runs: where to look, how to log in, and how to join with a softphone."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from devstack.desks import Login
from devstack.inbound import NUMBER
from devstack.seed import NUMBERS, Seed
from devstack.stack import Stack
from trunkline.plan import AddressPlan

# Last three digits dialled, and what comes of them; `python -m simulators carrier --help` has the whole table.
WORTH_DIALLING = (
    ("13800000123", "a customer who answers, and speaks in a tone"),
    ("13800000486", "busy"),
    ("13800000002", "an answering machine"),
    ("13800000009", "rings until you give up"),
    ("13800000503", "congestion"),
)


def introduce(console: Console, stack: Stack, seed: Seed, logins: Sequence[Login], *, may_join: bool) -> None:
    """Print it.  may_join: whether there is time for somebody's own softphone."""
    plan = stack.plan
    console.rule("Trunkline runs")
    rows = [
        *portal_rows(stack, logins),
        ("API", f"{plan.api_url}/api/v1", ""),
        ("document", f"{plan.api_url}/api/v1/openapi.json", ""),
        *(("API login", f"{name} / {password}", role) for name, password, role in seed.logins),
        ("logs", f"{stack.run_dir}/*.log", ""),
    ]
    print_rows(console, rows)
    if may_join:
        _print_softphone(console, plan, seed)
    console.print()


def _print_softphone(console: Console, plan: AddressPlan, seed: Seed) -> None:
    spare = seed.branch_stations[-1]
    console.print("\nYour own softphone, on this machine (docs/howto/first-call.md):", highlight=False)
    rows = [
        ("user", spare.extension, ""),
        ("password", spare.password, ""),
        ("domain", seed.domain, ""),
        ("proxy", f"{plan.branch}:5060", "the branch; UDP or TCP, PCMA or PCMU"),
        *(("dial", number, text) for number, text in WORTH_DIALLING),
        ("dial", seed.hq_stations[0].extension, "a colleague at HQ, who answers; uses no trunk"),
        ("dial", f"0{NUMBER.removeprefix('+86')}", "Acme's own line: a menu, music, and one of its agents"),
        ("", "", f"customers see {NUMBERS[0]}, which HQ owns"),
    ]
    print_rows(console, rows)


def portal_rows(stack: Stack, logins: Sequence[Login]) -> list[tuple[str, str, str]]:
    """Return where people open the portal, and who may sign in there."""
    plan, edges = stack.plan, range(1, stack.shape.edges + 1)
    return [
        *(
            ("portal", plan.portal_url_at(index), "open it in a browser")
            for index in range(1, stack.shape.portals + 1)
        ),
        *(
            ("phone", f"https://{plan.edge_at(edge)}:5443", "once, for calls: open it, and accept its certificate")
            for edge in edges
        ),
        ("login", f"admin / {stack.admin_password}", "HQ administrator"),
        *(("login", f"{login.name} / {login.password}", login.text) for login in logins),
    ]


def print_rows(console: Console, rows: list[tuple[str, str, str]]) -> None:
    """Columns by hand: a table would cut off what does not fit, and these are to be copied."""
    width = max(len(value) for _, value, text in rows if text)
    name_width = max(8, *(len(name) for name, _, _ in rows))
    for name, value, text in rows:
        line = Text.assemble(f"  {name:{name_width}}  ", (f"{value:{width}}", "bold"), "  ", (text, "dim"))
        line.rstrip()
        console.print(line, soft_wrap=True)
