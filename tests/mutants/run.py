"""Change the pure code at random, one small thing at a time, and see whether its unit tests notice.

`make mutants` (or `python tests/mutants/run.py --count 100 --seed 7`) takes a sample of what cosmic-ray can do to
the domain, the edge's routing and screening, and the conductor, and prints what nobody noticed.  Nothing is written:
each mutant lives in a process of its own.  Left out are changes that mean nothing (in annotations, `is` for `==`).
"""

import argparse
import ast
import importlib.machinery
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import cosmic_ray.plugins
import pytest
from cosmic_ray.ast import Visitor, get_ast
from cosmic_ray.mutating import MutationVisitor

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "tests/unit"
DOMAIN = ROOT / "control-plane/callmodel"
TESTS_OF = {
    DOMAIN / "flows": [UNIT / "callmodel/flows"],
    DOMAIN / "campaigns": [UNIT / "callmodel/campaigns"],
    DOMAIN / "pacing": [UNIT / "callmodel/test_pacing_stories.py", UNIT / "callmodel/test_pacing_forecast.py"],
    DOMAIN: [UNIT / "callmodel", UNIT / "media_nodes"],
    ROOT / "edge-proxy/edge_proxy": [UNIT / "edge_proxy"],
    ROOT / "media-nodes/media_nodes": [UNIT / "media_nodes"],
}
"""By folder, the deepest first."""
SLOW = ("theory_of_queues", "pacing_simulation", "test_simulating", "matching_rules", "test_calendars")
"""They check what others check too, by chance and for long."""
MODULES = [
    *sorted(DOMAIN.rglob("*.py")),
    *(ROOT / "edge-proxy/edge_proxy" / name for name in ("routing.py", "screening.py")),
    *(ROOT / "media-nodes/media_nodes" / name for name in ("conductor.py", "running.py")),
]
SAME = ("Is_", "IsNot_", "_Is", "_IsNot", "VariableReplacer", "VariableInserter", "RemoveDecorator")
MOST_SECONDS = 120


@dataclass(frozen=True)
class Mutant:
    """One change.  place: how many places of its kind come before it in the module."""

    module: Path
    operator: str
    place: int


class Places(Visitor):
    """Counts the places that an operator can change."""

    def __init__(self, operator: object) -> None:
        self.operator, self.count = operator, 0

    def visit(self, node):
        """Count those of a node."""
        self.count += sum(1 for _ in self.operator.mutation_positions(node))
        return node


class Plain(ast.NodeTransformer):
    """Takes out what does nothing when the program runs."""

    def visit_AnnAssign(self, node):
        """Forget what type it is."""
        return ast.AnnAssign(node.target, ast.Constant(None), node.value, node.simple)

    def visit_arg(self, node):
        """Forget what type it is."""
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node):
        """Forget what it returns."""
        node.returns = None
        return self.generic_visit(node)


def every_mutant(modules: list[Path]) -> Iterator[Mutant]:
    """Yield all changes there can be."""
    kept = {"core/ReplaceComparisonOperator_Is_IsNot", "core/ReplaceComparisonOperator_IsNot_Is"}
    names = [
        name for name in cosmic_ray.plugins.operator_names() if name in kept or not any(each in name for each in SAME)
    ]
    for module in modules:
        tree = get_ast(module.read_text())
        for name in names:
            places = Places(cosmic_ray.plugins.get_operator(name)())
            places.walk(tree)
            yield from (Mutant(module, name, place) for place in range(places.count))


def mutated(mutant: Mutant) -> str | None:
    """Return the module's source with the change; None where it changes nothing that runs, or is no Python."""
    source = mutant.module.read_text()
    operator = cosmic_ray.plugins.get_operator(mutant.operator)()
    changed = MutationVisitor.mutate_code(source, operator, mutant.place)
    try:
        return None if changed is None or _plain(changed) == _plain(source) else changed
    except SyntaxError:
        return None


def _plain(source: str) -> str:
    return ast.dump(Plain().visit(ast.parse(source)))


def is_noticed(module: Path, source: str) -> bool:
    """Say whether a test fails with the module's source changed."""
    child = os.fork()
    if child == 0:
        os._exit(_run_tests(module, source))
    _, status = os.waitpid(child, 0)
    return status != 0


def _run_tests(module: Path, source: str) -> int:
    # What never ends is noticed too.
    signal.alarm(MOST_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    real = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: importlib.machinery.SourceFileLoader, name: str) -> CodeType | None:
        if Path(loader.path) == module:
            return compile(source, str(module), "exec", dont_inherit=True)
        return real(loader, name)

    importlib.machinery.SourceFileLoader.get_code = get_code
    folders = next(tests for folder, tests in TESTS_OF.items() if module.is_relative_to(folder))
    files = sorted(file for each in folders for file in ([each] if each.is_file() else each.rglob("test_*.py")))
    quick = [str(file) for file in files if not any(name in file.name for name in SLOW)]
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-n", "0", *quick]))


def _said(mutant: Mutant, source: str) -> str:
    before, after = mutant.module.read_text().splitlines(), source.splitlines()
    line = next((i for i, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
    return f"{mutant.module.relative_to(ROOT)}:{line + 1}: {before[line].strip()}  ->  {after[line].strip()}"


def main() -> None:
    """Take a sample, and print what survived and how many did not."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=None)
    arguments.add_argument("--only", default="", help="a part of the modules' paths")
    given = arguments.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10_000)
    modules = [module for module in MODULES if given.only in str(module)]
    everything = list(every_mutant(modules))
    random.Random(seed).shuffle(everything)
    tried, noticed, sound = 0, 0, set[Path]()
    begun = time.monotonic()
    for mutant in everything:
        source = mutated(mutant)
        if source is None:
            continue
        folder = next(folder for folder in TESTS_OF if mutant.module.is_relative_to(folder))
        if folder not in sound and is_noticed(mutant.module, mutant.module.read_text()):
            sys.exit(f"the tests of {folder.relative_to(ROOT)} fail without any change")
        sound.add(folder)
        tried += 1
        if is_noticed(mutant.module, source):
            noticed += 1
        else:
            print(f"{tried}: not noticed:", _said(mutant, source), flush=True)
        if tried == given.count:
            break
    print(f"seed {seed}: {noticed} of {tried} noticed in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
