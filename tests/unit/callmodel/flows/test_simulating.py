"""A simulated call goes the same ways as a real one, and always comes to an end."""

from pathlib import Path

import pytest

from callmodel.flows.drawing import drawn
from callmodel.flows.simulator import Scene, Want, begin, go_on, run
from callmodel.flows.validating import check_text
from callmodel.ids import E164
from tests.unit.callmodel.flows.flow_stories import flow_of, text
from tests.unit.callmodel.stories import CUSTOMER, T0

EXAMPLE = check_text((Path(__file__).parents[4] / "docs" / "flows" / "hotline.json").read_text())[0]
assert EXAMPLE is not None


def told(*words: str, **scene: object) -> str:
    return "\n".join(run(EXAMPLE, Scene(T0, **scene), list(words)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "scene", "ending"),
    [
        (("1", "12345#", "-"), {"answers": {"state": "sent"}}, "self-served (success)"),
        (("1", "12345#"), {}, "completed (success)"),
        (("2", "waited"), {"caller": CUSTOMER}, "call-back (success)"),
        (("2", "waited"), {}, "voicemail (success)"),
        (("3",), {"caller": CUSTOMER}, "call-back (success)"),
        (("2", "full"), {}, "voicemail (success)"),
        (("2",), {"nobody": True}, "voicemail (success)"),
        (("2", "hang"), {}, "abandoned (client)"),
        (("2", "answered", "caller"), {}, "completed (success)"),
        (("waited", "no", "no", "#"), {"vip_level": 1}, "voicemail (success)"),
        (("waited", "no", "answered", "1"), {"vip_level": 1}, "completed (success)"),
        (("waited", "no", "answered", "9"), {"vip_level": 1}, "voicemail (success)"),
    ],
)
def test_calls_end_as_the_flow_says(words, scene, ending):
    assert told(*words, **scene).splitlines()[-1].endswith(ending)


def test_time_is_that_of_prompts_and_silence():
    silent = told("-", "-", "-", nobody=True).splitlines()

    assert silent[-1].startswith("00:54 [message]  over after 54 s")


def test_language_of_the_number_is_spoken():
    assert 'says (zh-CN): "欢迎致电 Acme' in told("hang", language="zh-CN")


def test_each_word_answers_for_whoever_is_waited_for():
    standing = begin(EXAMPLE, Scene(T0, caller=E164(CUSTOMER)))
    wants = []
    for word in ("1", "12345#", "answered", "agent", "4"):
        wants.append(standing.want)
        standing = go_on(standing, word)

    assert wants == [Want.KEYS, Want.KEYS, Want.QUEUE, Want.TALK, Want.KEYS]
    assert standing.want is None


def test_flow_that_asks_forever_is_stopped():
    nodes = {
        "a": {"kind": "menu", "prompts": text("1?"), "keys": {"1": "a"}, "otherwise": "b"},
        "b": {"kind": "hang_up"},
    }

    lines = list(run(flow_of(nodes), Scene(T0), ["1"] * 1000, most=50))

    assert lines[-1].strip() == "stopped: this call does not end"


def test_picture_escapes_what_would_end_a_label():
    nodes = {"a": {"kind": "play", "prompts": text('Say "yes" <b> & `no`'), "next": "b"}, "b": {"kind": "hang_up"}}
    picture = drawn(flow_of(nodes))

    assert 'n1["a: play<br>Say #34;yes#34; #60;b#62; #38; #96;no#96;"]' in picture
    assert "n1 --> n2" in picture


def test_picture_shows_every_node_and_way():
    picture = drawn(EXAMPLE)

    assert all(f"{name}: {node.kind}" in picture for name, node in EXAMPLE.nodes.items())
    assert "lost" not in picture
