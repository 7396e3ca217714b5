"""Rules of the house that no linter knows: sizes, docstrings, and what may stand in a tracked file."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "callmodel": "control-plane/callmodel",
    "hotstate": "control-plane/hotstate",
    "leadimport": "control-plane/leadimport",
    "control_plane": "control-plane/control_plane",
    "edge_proxy": "edge-proxy/edge_proxy",
    "kamailio_helpers": "edge-proxy/kamailio_helpers",
    "media_nodes": "media-nodes/media_nodes",
    "branch_gateway": "branch-gateway/branch_gateway",
    "tenant_portal": "tenants/tenant_portal",
    "servicekit": "infra/servicekit",
    "trunkline": "infra/trunkline",
    "devstack": "infra/devstack",
    "simulators": "infra/simulators",
}
LONGEST_MODULE = 400
LONGEST_MEDIAN = 120
DIGIT_ROOMS = ("callmodel", "leadimport", "control_plane", "edge_proxy", "media_nodes", "branch_gateway")
OTHER_DIGITS = {
    "control-plane/callmodel/privacy.py": "what may be a number in any script is hidden",
    "media-nodes/media_nodes/ari.py": "of bytes isdigit takes ten",
    "control-plane/leadimport/patterns.py": "the patterns of numbering plans, as they are written",
}
LONG_FUNCTION, LONG_FUNCTION_SHARE = 50, 0.02


def modules() -> list[Path]:
    return sorted(path for folder in PACKAGES.values() for path in (ROOT / folder).rglob("*.py"))


def tracked_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30)
    paths = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_module_is_longer_than_one_sitting():
    lengths = {named(path): len(path.read_text().splitlines()) for path in modules()}

    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}
    assert sorted(lengths.values())[len(lengths) // 2] <= LONGEST_MEDIAN


def test_digits_are_0_to_9():
    """Python's `\\d` and `isdigit` take the digits of every script; Kamailio, carriers and prefixes know ten."""
    rooms = [ROOT / PACKAGES[name] for name in DIGIT_ROOMS] + [ROOT / "edge-proxy/kamailio"]
    found = [
        f"{named(path)}:{node.lineno}"
        for room in rooms
        for path in sorted(room.rglob("*.py"))
        if named(path) not in OTHER_DIGITS
        for node in ast.walk(ast.parse(path.read_text()))
        if takes_any_digit(node)
    ]

    assert found == []


def takes_any_digit(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in ("isdigit", "isdecimal", "isnumeric")
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        return re.search(r"(?<!\\)(\\\\)*\\d", text) is not None
    return False


@pytest.mark.parametrize(
    "code", ['re.compile(r"[0-9]\\d")', 're.compile(rb"\\d")', "text.isdigit()", "map(str.isdecimal, text)"]
)
def test_a_pattern_for_any_digit_is_found(code: str):
    assert any(takes_any_digit(node) for node in ast.walk(ast.parse(code)))


def test_long_functions_are_rare():
    lengths = [
        (function.end_lineno or 0) - function.lineno + 1
        for path in modules()
        for function in functions_of(ast.parse(path.read_text()))
    ]

    long = [length for length in lengths if length > LONG_FUNCTION]
    assert len(long) / len(lengths) <= LONG_FUNCTION_SHARE, f"{len(long)} of {len(lengths)} functions"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_it_is(package: str):
    silent = []
    for path in sorted((ROOT / PACKAGES[package]).rglob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text()))
        if not docstring or len(docstring.splitlines()) > 12:
            silent.append(named(path))

    assert silent == [], "modules open with a short docstring"


def test_test_modules_say_what_they_test():
    silent = [named(path) for path in sorted((ROOT / "tests").rglob("test_*.py"))
              if not ast.get_docstring(ast.parse(path.read_text()))]  # fmt: skip

    assert silent == []


# -- what may not be in the repository

FORBIDDEN = {
    "a package registry or mirror": re.compile(
        r"https?://[^\s\"')]*(pypi|npmjs|pythonhosted|deb\.debian|archive\.ubuntu|maven|docker\.io|artifact)", re.I
    ),
    "someone's home folder": re.compile(r"(?<![\w.])/(root|home/[a-z]\w*)/(?!\.\.)"),
    "a private key": re.compile(r"-----BEGIN (RSA |EC )?PRIVATE KEY-----\s*\n[A-Za-z0-9+/]{40}"),
}


def test_tracked_files_name_no_registry_and_no_home():
    found = []
    for path in tracked_files():
        if path == Path(__file__).resolve():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{named(path)}: {what}: {match.group()}" for what, pattern in FORBIDDEN.items()
                  if (match := pattern.search(text))]  # fmt: skip

    assert found == []


def test_no_big_file_is_tracked():
    assert [named(path) for path in tracked_files() if path.stat().st_size > 500_000] == []
