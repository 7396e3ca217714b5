"""Every metric is documented, and dashboards and alerts name no other."""

import json
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from tests.architecture.test_house_rules import ROOT, modules

DASHBOARDS = ROOT / "infra" / "dashboards"
DECLARED = re.compile(r'meters\.(Counter|Gauge|Histogram)\(\s*"([a-z_.]+)",\s*"([^"]+)"')
ROW = re.compile(r"^\| `(trunkline\.[a-z_.]+)` \| (\S+) \|", re.MULTILINE)
IN_QUERY = re.compile(r"\btrunkline_[a-z_]+")


def declared() -> dict[str, tuple[str, str]]:
    """Every metric: its kind and its unit."""
    found = [match for path in modules() for match in DECLARED.finditer(path.read_text(encoding="utf-8"))]
    return {match[2]: (match[1], match[3]) for match in found}


def prometheus_names() -> set[str]:
    """As Prometheus spells them."""
    names = set()
    for name, (kind, unit) in declared().items():
        plain = name.replace(".", "_") + ("_seconds" if unit == "s" else "")
        endings = {"Counter": ["_total"], "Gauge": [""], "Histogram": ["_bucket", "_sum", "_count"]}[kind]
        names |= {plain + ending for ending in endings}
    return names


@pytest.fixture
def generator() -> ModuleType:
    made = ModuleType("dashboards")
    made.__file__ = str(DASHBOARDS / "dashboards.py")
    exec(compile(Path(made.__file__).read_text(encoding="utf-8"), made.__file__, "exec"), made.__dict__)
    return made


def test_every_metric_is_documented_with_its_unit():
    documented = dict(ROW.findall((ROOT / "docs" / "telemetry.md").read_text(encoding="utf-8")))

    assert documented == {name: unit for name, (_, unit) in declared().items()}


def test_dashboards_are_as_their_source_writes_them(generator: ModuleType):
    kept = {path.name: path.read_text(encoding="utf-8") for path in DASHBOARDS.glob("*.json")}

    assert kept == generator.files(), "run infra/dashboards/dashboards.py"
    assert all(json.loads(text)["panels"] for text in kept.values())


@pytest.mark.parametrize("name", ["calls.json", "backstage.json", "alerts.yaml"])
def test_only_metrics_that_exist_are_asked_for(name: str):
    named = set(IN_QUERY.findall((DASHBOARDS / name).read_text(encoding="utf-8")))

    assert named
    assert named - prometheus_names() == set()


def test_alerts_are_rules_that_say_what_is_wrong():
    (group,) = yaml.safe_load((DASHBOARDS / "alerts.yaml").read_text(encoding="utf-8"))["groups"]

    assert len({rule["alert"] for rule in group["rules"]}) == len(group["rules"])
    assert all(rule["expr"] and rule["annotations"]["summary"] for rule in group["rules"])


def test_every_metric_is_shown_somewhere():
    shown = {
        each for path in DASHBOARDS.glob("*.json") for each in IN_QUERY.findall(path.read_text(encoding="utf-8"))
    }
    unseen = [name for name in declared() if not any(each.startswith(name.replace(".", "_")) for each in shown)]

    assert unseen == []
