"""The import contracts of pyproject.toml hold: who may import whom."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_rooms_keep_to_their_walls():
    linter = Path(sys.executable).with_name("lint-imports")

    checked = subprocess.run([str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=100)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_domain_runs_on_the_bare_interpreter():
    """No package at all: neither site-packages nor the other rooms."""
    code = (
        "import importlib, pkgutil, callmodel\n"
        "for module in pkgutil.iter_modules(callmodel.__path__):\n"
        "    importlib.import_module(f'callmodel.{module.name}')\n"
    )

    path = f"import sys; sys.path.insert(0, {str(ROOT / 'control-plane')!r})\n"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", path + code], capture_output=True, text=True, timeout=30)

    assert ran.returncode == 0, ran.stderr
