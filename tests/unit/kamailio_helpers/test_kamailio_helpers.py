"""Helpers for scripts of Kamailio: guarded callbacks, templates with checked values, and the KSR that tests use."""

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from kamailio_helpers.fakeksr import FakeKsr
from kamailio_helpers.templates import TemplateError, check_path, check_sip_uri, fill

ROOM = Path(__file__).resolve().parents[3] / "edge-proxy"


@pytest.fixture
def ksr() -> Iterator[FakeKsr]:
    with FakeKsr().installed() as fake:
        yield fake


@pytest.fixture
def kemi(ksr: FakeKsr) -> Iterator[ModuleType]:
    sys.modules.pop("kamailio_helpers.kemi", None)
    yield importlib.import_module("kamailio_helpers.kemi")
    sys.modules.pop("kamailio_helpers.kemi", None)


def script_of(kemi: ModuleType, error: Exception, undecodable: int | None = None) -> object:
    answer = None if undecodable is None else lambda: undecodable

    class Script:
        @kemi.guarded(answer)
        def ksr_request_route(self, _msg: object) -> int:
            raise error

        @kemi.guarded(answer)
        def ksr_failure_trunk(self, _msg: object) -> int:
            raise error

        @kemi.guarded(answer)
        def ksr_onreply_media(self, _msg: object) -> int:
            raise error

    return Script()


def test_who_asked_a_failing_script_is_answered(kemi: ModuleType, ksr: FakeKsr):
    script = script_of(kemi, KeyError("gone"))

    assert (script.ksr_request_route(None), script.ksr_failure_trunk(None), script.ksr_onreply_media(None)) == (
        1,
        1,
        1,
    )
    assert ksr.calls_of("sl.send_reply") == [(500, "Server Internal Error")]
    assert ksr.calls_of("tm.t_reply") == [(500, "Server Internal Error")]
    assert [told.partition(":")[0] for (told,) in ksr.calls_of("err")] == [
        "script failed in ksr_request_route",
        "script failed in ksr_failure_trunk",
        "script failed in ksr_onreply_media",
    ]


def test_text_that_nobody_can_read_is_the_scripts_to_answer(kemi: ModuleType, ksr: FakeKsr):
    unreadable = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no start")

    assert script_of(kemi, unreadable, undecodable=7).ksr_request_route(None) == 7
    assert ksr.done == []
    assert script_of(kemi, unreadable).ksr_request_route(None) == 1
    assert ksr.calls_of("sl.send_reply") == [(500, "Server Internal Error")]


def test_the_fake_keeps_variables_and_answers_what_it_is_told():
    ksr = FakeKsr(
        {"htable.sht_inc": lambda table, key: len(table) + len(key), "siputils.has_totag": -1}, {"$si": "192.0.2.1"}
    )

    ksr.pv.sets("$du", "sip:192.0.2.2:5060")

    assert (ksr.pv.get("$si"), ksr.pv.get("$du"), ksr.pv.get("$fU")) == ("192.0.2.1", "sip:192.0.2.2:5060", None)
    assert (ksr.htable.sht_inc("ab", "c"), ksr.siputils.has_totag(), ksr.sl.send_reply(200, "OK")) == (3, -1, 1)


def test_the_helpers_know_nothing_of_trunkline():
    for path in (ROOM / "kamailio_helpers").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        names |= {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
        imported = {name.partition(".")[0] for name in names}
        assert imported <= sys.stdlib_module_names | {"KSR", "kamailio_helpers"}, path.name


@pytest.mark.parametrize("path", ["/etc/a;b", "relative", '/run/"x"', "/run/a\nb"])
def test_a_value_that_could_end_a_line_enters_no_configuration(path: str):
    with pytest.raises(TemplateError):
        check_path(path)


def test_templates_are_filled_whole_or_not_at_all():
    assert fill("listen=udp:@ADDRESS@:@PORT@", {"ADDRESS": "192.0.2.1", "PORT": 5060}) == "listen=udp:192.0.2.1:5060"
    assert check_sip_uri("sip:192.0.2.1:5060;transport=tls")
    with pytest.raises(TemplateError, match="PORT"):
        fill("@PORT@", {})
