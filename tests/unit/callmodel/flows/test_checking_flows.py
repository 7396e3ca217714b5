"""The validator names each problem with its node and field, and says nothing of a flow that is well."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from callmodel.codec import from_wire
from callmodel.flows.calendars import Calendar, problems_of
from callmodel.flows.known import Known
from callmodel.flows.reading import read_text
from callmodel.flows.schema import schema
from callmodel.flows.validating import check_document, check_text

DOCS = Path(__file__).parents[4] / "docs"
EXAMPLE = DOCS / "flows" / "hotline.json"
SAID = [{"text": "Hello."}]
BYE: dict[str, Any] = {"kind": "hang_up"}
MENU: dict[str, Any] = {"kind": "menu", "prompts": SAID, "keys": {"1": "bye"}, "otherwise": "bye"}
COLLECT: dict[str, Any] = {"kind": "collect", "into": "account", "prompts": SAID, "next": "bye", "otherwise": "bye"}
LOOK: dict[str, Any] = {"kind": "look_up", "url": "https://crm.example/", "next": "bye", "otherwise": "bye"}
QUEUE: dict[str, Any] = {"kind": "queue", "queues": [{"queue_id": "sales"}], "otherwise": "bye"}
LISTEN: dict[str, Any] = {"kind": "listen", "prompts": SAID, "words": {"en": {"yes": "bye"}}, "otherwise": "bye"}
RING: dict[str, Any] = {"kind": "ring", "steps": [{"to": "1001"}], "otherwise": "bye"}


def document(first: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"flow_id": "hotline", "start": "first", "nodes": {"first": first, "bye": BYE}, **changes}


def problems(first: dict[str, Any], known: Known | None = None, **changes: Any) -> list[str]:
    found = check_document(document(first, **changes), known or Known())[1]
    return [str(each) for each in found]


@pytest.mark.parametrize(
    "node",
    [
        MENU,
        COLLECT,
        LOOK,
        QUEUE,
        LISTEN,
        RING,
        {"kind": "play", "prompts": SAID, "next": "bye"},
        {"kind": "voicemail", "mailbox": "sales", "prompts": SAID},
        {"kind": "survey", "into": "mark", "prompts": SAID, "next": "bye"},
        {"kind": "transfer", "to": "+8613900001111", "otherwise": "bye"},
        {"kind": "call_back", "queue_id": "sales", "next": "bye", "otherwise": "bye"},
        {"kind": "branch", "cases": [{"when": [{"kind": "calendar"}], "next": "bye"}], "otherwise": "bye"},
        {"kind": "set", "data": {"tier": "gold"}, "next": "bye"},
        {"kind": "repeat", "times": 3, "next": "first", "otherwise": "bye"},
    ],
    ids=lambda node: node["kind"],
)
def test_good_node_has_no_problem_and_fits_the_schema(node):
    flow = document(node)
    if node["kind"] in ("voicemail",):
        flow["nodes"].pop("bye")

    assert check_document(flow)[1] == []
    jsonschema.validate(flow, schema())


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ({**MENU, "keys": {"1": "nowhere"}}, "first: keys: `nowhere` is no node"),
        ({**MENU, "otherwise": "lost"}, "first: otherwise: `lost` is no node"),
        ({**MENU, "keys": {"1": "bye", "12": "bye"}}, "first: keys: 1 and 12 overlap: 12 is never heard"),
        ({**MENU, "keys": {"x": "bye"}}, "first: keys: `x` is none: one to four of 0-9 * # A-D"),
        ({**MENU, "keys": {}}, "first: keys: there is nothing to choose"),
        ({**MENU, "seconds": 0}, "first: seconds: 0 is not from 1 to 300"),
        ({**MENU, "tries": 99}, "first: tries: 99 is not from 1 to 10"),
        ({**MENU, "otherwise": "first"}, "first: a silent caller goes round without an exit: first -> first"),
        ({**MENU, "prompts": [{"text": " "}]}, "first: prompts: this text is empty"),
        ({**MENU, "prompts": [{"text": "x" * 2001}]}, "first: prompts: a text has 2000 characters at most"),
        ({**MENU, "prompts": [{"text": "{balance}"}]}, "first: prompts: `{balance}` is filled in by nothing"),
        (
            {**MENU, "prompts": [{"text": "{Balance"}]},
            "first: prompts: `{` is no part that is filled in: those look like {name}",
        ),
        ({**MENU, "prompts": [{"texts": {"fr": "Salut"}}]}, "first: prompts: no text in en"),
        ({**MENU, "prompts": [{"texts": {"en": "Hi", "fr": "Salut"}}]}, "fr is none of the flow's languages"),
        ({**MENU, "prompts": [{"prompt_id": "Not A Name"}]}, "first: prompts[0].prompt_id: `Not A Name` is no name"),
        ({**COLLECT, "least": 9, "most": 3}, "first: least: 9 is more than `most`, 3"),
        ({**COLLECT, "least": 0}, "first: least: at least one digit is taken"),
        ({**COLLECT, "check": "mod11"}, "first: check: `mod11` is none of luhn"),
        ({**COLLECT, "terminator": "5"}, "first: terminator: `5` is none of * # A B C D"),
        ({**COLLECT, "into": "caller"}, "first: into: `caller` is the call's own"),
        ({**COLLECT, "into": "Account No"}, "first: into: `Account No` is no name of the form"),
        ({**LISTEN, "words": {"en": {"Yes": "bye", "yes": "bye"}}}, "first: words: `yes` is there twice in en"),
        ({**LISTEN, "words": {"de": {"ja": "bye"}}}, "first: words: no words in en"),
        ({**LISTEN, "confidence": 2}, "first: confidence: 2.0 is not from 0 to 1"),
        ({**LOOK, "url": "crm.example"}, "first: url: `crm.example` is no URL such as https://crm.example/customers"),
        ({**LOOK, "url": "ftp://crm.example/"}, "first: url: `ftp://crm.example/` is no URL"),
        ({**LOOK, "url": "https://[::1/"}, "first: url: `https://[::1/` is no URL: Invalid IPv6 URL"),
        ({**LOOK, "url": "https://a:b@crm.example/"}, "first: url: a URL has no password in it"),
        ({**LOOK, "url": "https://crm.example/{caller}"}, "is no URL such as"),
        ({**LOOK, "timeout_ms": 60_000}, "first: timeout_ms: 60000 is not from 100 to 10000"),
        ({**LOOK, "answer": {"a b": "x"}}, "first: answer: `a b` is no name of data"),
        ({**LOOK, "answer": {"name": ""}}, "first: answer.name: the path is empty"),
        ({**LOOK, "fields": {"a": "{nothing}"}}, "first: fields.a: `{nothing}` is filled in by nothing"),
        ({**QUEUE, "queues": []}, "first: queues: there is none to wait in"),
        (
            {**QUEUE, "queues": [{"queue_id": "a", "percent": 60}, {"queue_id": "b", "percent": 30}]},
            "first: queues: the shares are 90 percent together, not 100",
        ),
        (
            {**QUEUE, "queues": [{"queue_id": "a", "percent": 60}, {"queue_id": "b"}]},
            "first: queues: some have a percent and some have none",
        ),
        ({**QUEUE, "on": {"bored": "bye"}}, "first: on: `bored` is none of waited, full"),
        (
            {**QUEUE, "overflow": [{"when": "nobody", "next": "bye"}] * 2},
            "first: overflow: there are two rules for `nobody`",
        ),
        (
            {**QUEUE, "overflow": [{"when": "waited", "next": "bye"}]},
            "first: overflow: `waited` wants a threshold in seconds",
        ),
        ({**QUEUE, "otherwise": "first"}, "goes round without an exit: first -> first"),
        ({**QUEUE, "needs": [{"skill": "x", "level": 11}]}, "first: needs[0].level: 11 is not from 1 to 10"),
        ({**RING, "steps": []}, "first: steps: nobody is rung"),
        ({**RING, "steps": [{"to": "mother"}]}, "first: steps[0].to: `mother` is no extension and no number"),
        ({**RING, "steps": [{"to": "1001", "seconds": 900}]}, "first: steps[0].seconds: 900 is not from 1 to 300"),
        ({"kind": "voicemail", "mailbox": " ", "prompts": SAID}, "first: mailbox: a message is left for somebody"),
        ({"kind": "set", "language": "fr", "next": "bye"}, "first: language: fr is none of the flow's languages"),
        ({"kind": "set", "data": {"caller": "x"}, "next": "bye"}, "first: data: `caller` is the call's own"),
        ({"kind": "set", "next": "first"}, "goes round without an exit: first -> first"),
        ({"kind": "repeat", "times": 1000, "next": "bye", "otherwise": "bye"}, "times: 1000 is not from 1 to 20"),
    ],
)
def test_problem_is_named_with_node_and_field(node, said):
    found = problems(node)

    assert any(said in each for each in found), found
    assert all("\n" not in each for each in found)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"kind": "data", "name": "tier"}, "first: cases[0]: `tier` is set by nothing"),
        ({"kind": "data", "name": "caller", "matches": "[0-9"}, "this is no regular expression"),
        ({"kind": "data", "name": "caller", "matches": "(a+)+"}, "a pattern repeats no group"),
        ({"kind": "data", "name": "caller", "matches": "a*b*c*d*"}, "repeats without limit 3 times at most"),
        ({"kind": "data", "name": "caller", "matches": r"(a)\1"}, "no references"),
        ({"kind": "data", "name": "caller", "matches": "a" * 101}, "100 characters at most"),
        ({"kind": "queue", "queue_id": "sales", "measure": "mood", "at_least": 1}, "`mood` is none of waiting"),
        ({"kind": "queue", "queue_id": "sales", "measure": "waiting"}, "say `at_least` or `at_most`"),
    ],
)
def test_conditions_are_checked(condition, said):
    found = problems({"kind": "branch", "cases": [{"when": [condition], "next": "bye"}], "otherwise": "bye"})

    assert any(said in each for each in found), found


def test_hidden_digits_are_neither_said_nor_compared():
    nodes = {
        "first": {**COLLECT, "into": "card", "hidden": True, "next": "say"},
        "say": {"kind": "play", "prompts": [{"text": "{card}"}], "next": "ask"},
        "ask": {
            "kind": "branch", "cases": [{"when": [{"kind": "data", "name": "card"}], "next": "look"}],
            "otherwise": "bye",
        },
        "look": {**LOOK, "fields": {"card": "{card}"}},
        "bye": BYE,
    }  # fmt: skip
    found = [str(each) for each in check_document(document(BYE, nodes=nodes))[1]]

    assert found == [
        "say: prompts: `card` is hidden: only look-ups may be told",
        "ask: cases[0]: `card` is hidden: only look-ups may be told",
    ]


@pytest.mark.parametrize(
    ("most", "to", "refused"),
    [
        (20, "{account}", True),
        (20, "{copy}", True),
        (6, "{account}", False),
        (6, "{same}", False),
        (6, "{account}{same}", True),
        (6, "{copy}", True),
        (6, "{caller}", True),
        (6, "+49{tier}", False),
    ],
)
def test_callers_do_not_call_out_to_wherever_they_like(most, to, refused):
    data = {"copy": "0{account}", "same": "{account}", "tier": "4711"}
    nodes = {
        "first": {**COLLECT, "most": most, "next": "set"},
        "set": {"kind": "set", "data": data, "next": "out"},
        "out": {"kind": "transfer", "to": to, "otherwise": "bye"},
        "bye": BYE,
    }
    found = problems({}, nodes=nodes)

    assert [each.startswith("out: to: ") and "call anywhere at your cost" in each for each in found] == [
        True
    ] * refused


def test_nodes_that_no_call_comes_to_are_named():
    found = problems(
        MENU, nodes={"first": MENU, "bye": BYE, "attic": {"kind": "play", "prompts": SAID, "next": "bye"}}
    )

    assert found == ["attic: no call ever comes here"]


def test_circle_of_several_nodes_is_told_whole():
    nodes = {
        "first": {"kind": "play", "prompts": SAID, "next": "wait"},
        "wait": {**QUEUE, "overflow": [{"when": "nobody", "next": "first"}]},
        "bye": BYE,
    }
    assert problems({}, nodes=nodes) == ["first: a silent caller goes round without an exit: first -> wait -> first"]


@pytest.mark.parametrize(
    "back",
    [
        {"wait": {**QUEUE, "overflow": [{"when": "waited", "threshold": 60, "next": "first"}]}},
        {"wait": {**MENU, "keys": {"1": "first"}}},
        {"wait": {"kind": "repeat", "times": 5, "next": "first", "otherwise": "bye"}},
    ],
    ids=["a wait for an agent", "a key of the caller's", "a count"],
)
def test_ways_back_that_come_to_an_end_are_fine(back):
    assert problems({}, nodes={"first": {"kind": "play", "prompts": SAID, "next": "wait"}, **back, "bye": BYE}) == []


KNOWN = Known(queues=("sales",), calendars=("office",), audio={"welcome": ("en",), "both": ("en", "zh-CN")})


def test_queues_calendars_and_audio_that_are_not_there_are_named():
    two = ["en", "zh-CN"]
    said = [{"prompt_id": "welcome"}, {"prompt_id": "both"}, {"prompt_id": "gone"}]
    queue = {**QUEUE, "queues": [{"queue_id": "gold", "calendar_id": "moon"}], "prompts": said}

    assert problems(queue, KNOWN, languages=two) == [
        "first: queues[0]: there is no queue `gold`",
        "first: calendar_id: there is no calendar `moon`",
        "first: prompts[0]: no audio `welcome` in zh-CN",
        "first: prompts[2]: there is no audio `gone`",
    ]
    assert problems(queue, languages=two) == []


def test_text_in_one_language_of_two_is_named():
    found = problems(MENU, languages=["en", "zh-CN"])

    assert found == ["first: prompts: this text is in one language only, the flow speaks en, zh-CN: use `texts`"]
    digits = {**COLLECT, "next": "say"}
    nodes = {"first": digits, "say": {"kind": "play", "prompts": [{"text": "{account}"}], "next": "bye"}, "bye": BYE}
    said = [{"texts": {"en": "Number?", "zh-CN": "号码？"}}]
    assert problems({}, languages=["en", "zh-CN"], nodes={**nodes, "first": {**digits, "prompts": said}}) == []


# -- what is no flow at all


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this is no JSON"),
        ("{", "this is no JSON"),
        ("[]", "a flow is a JSON object"),
        ("{}", "nodes: a flow has nodes, by name"),
        ('{"flow_id": "x", "start": "a", "nodes": {}}', "a flow has nodes, by name"),
        ('{"nodes": {"a": 7}}', "a: a node is a JSON object"),
        ('{"nodes": {"a": {"kind": "dance"}}}', "a: kind: 'dance' is none of play, menu"),
        ('{"nodes": {"a": {"kind": ["play"]}}}', "a: kind: ['play'] is none of"),
        ('{"nodes": {"a": {"kind": "play"}}}', "a: next is missing"),
        ('{"nodes": {"a": {"kind": "hang_up"}}}', "flow_id is missing"),
        ('{"flow_id": "x", "start": "a", "nodes": {"a": {"kind": "hang_up", "promts": []}}}', "a: promts: there is"),
        ('{"flow_id": "x", "start": "a", "strat": 1, "nodes": {"a": {"kind": "hang_up"}}}', "strat: a flow has"),
        ('{"flow_id": "x", "tenant_id": "a", "start": "a", "nodes": {"a": {"kind": "hang_up"}}}', "tenant_id: a"),
        ('{"flow_id": "x", "start": 1, "nodes": {"a": {"kind": "hang_up"}}}', "start: expected str, not int"),
        ('{"nodes": {"a": {"kind": "hang_up"}, "a": {"kind": "hang_up"}}}', "`a` is there twice"),
        ('{"nodes": {"a": {"kind": "hang_up", "prompts": [{"txt": "x"}]}}}', "[0]: neither of Audio, Speech, Texts"),
        ('{"nodes": {"a": {"kind": "menu", "seconds": NaN}}}', "NaN is no number of JSON"),
        ("[" * 60_000, "this is no JSON: too deep"),
        (f'{{"nodes": "{"x" * 70_000}"}}', "a flow has 64 KB at most"),
    ],
)  # fmt: skip
def test_what_is_no_flow_is_told_why(text, said):
    flow, found = read_text(text)

    assert flow is None
    assert said in "\n".join(map(str, found))


def test_too_many_nodes_are_refused():
    nodes = {f"n{number}": BYE for number in range(201)}

    assert problems({}, nodes=nodes) == ["nodes: a flow has 200 nodes at most, and this has 201"]


def test_problems_are_no_flood():
    nodes = {f"n{number}": {**MENU, "keys": {"x": "y", "z": "y"}, "otherwise": "y"} for number in range(150)}

    assert len(problems({}, nodes=nodes)) == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("flow_id", "Not A Name"),
        ("languages", []),
        ("languages", ["english!"]),
        ("languages", ["en", "en"]),
        ("start", "nowhere"),
        ("version", 0),
    ],
)
def test_flow_itself_is_checked(field, value):
    found = check_document(document(MENU, **{field: value}))[1]

    assert field in {each.field for each in found}


# -- documents


def test_published_schema_is_the_codes():
    """`trunkline flow schema > docs/flow.schema.json` prints it anew."""
    assert json.loads((DOCS / "flow.schema.json").read_text()) == schema()


def test_schema_is_a_schema_and_knows_the_example():
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(json.loads(EXAMPLE.read_text()), schema())


def test_example_is_well_with_all_that_it_names():
    known = Known(queues=("sales", "sales-outsourced", "vip"), calendars=("office",), audio={})

    flow, found = check_text(EXAMPLE.read_text(), known)

    assert found == []
    assert flow is not None and len(flow.nodes) > 15


def test_page_about_flows_shows_what_is_well_and_every_kind_of_node():
    page = (DOCS / "flows.md").read_text()
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]

    flow, calendar = shown
    assert check_document(flow)[1] == []
    assert problems_of(from_wire(Calendar, calendar)) == []
    kinds = [
        each["properties"]["kind"]["const"] for each in schema()["$defs"].values() if "kind" in each["properties"]
    ]
    assert [kind for kind in kinds if f"`{kind}`" not in page] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {**MENU, "keys": {"x": "bye"}},
        {**MENU, "tries": 0},
        {**MENU, "surprise": 1},
        {**COLLECT, "check": "mod11"},
        {"kind": "play", "prompts": SAID},
        {"kind": "hang_up", "prompts": [{"txt": "x"}]},
    ],
)
def test_schema_refuses_what_the_reader_refuses(wrong):
    assert problems(wrong) != []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document(wrong), schema())
