"""The validator: everything that is wrong with a flow, each with its node and field, before anybody calls it."""

import re
from collections.abc import Iterator
from typing import Any

from callmodel.flows import rules, saying, ways
from callmodel.flows.bounds import BOUNDS, LANGUAGE, NODE_NAME, PATTERNS
from callmodel.flows.document import Flow
from callmodel.flows.known import Known
from callmodel.flows.reading import MOST_PROBLEMS, Problem, read_document, read_text

NOTHING_KNOWN = Known()


def check_text(text: str, known: Known = NOTHING_KNOWN) -> tuple[Flow | None, list[Problem]]:
    """Return the flow that a JSON text describes, and what is wrong with it; None where it has not even the shape."""
    flow, problems = read_text(text)
    return flow, problems if flow is None else problems_of(flow, known)


def check_document(document: Any, known: Known = NOTHING_KNOWN) -> tuple[Flow | None, list[Problem]]:
    """Return the flow that a JSON document describes, and what is wrong with it, as `check_text` does."""
    flow, problems = read_document(document)
    return flow, problems if flow is None else problems_of(flow, known)


def problems_of(flow: Flow, known: Known = NOTHING_KNOWN) -> list[Problem]:
    """Return what is wrong with a flow; a flow without problems never leaves a caller in the dark."""
    names = saying.names_of(flow)
    found = [Problem("", field, text) for field, text in _of_flow(flow)]
    for name, node in flow.nodes.items():
        if not NODE_NAME.fullmatch(name):
            found.append(
                Problem(
                    name[:60],
                    "",
                    "a node's name has 40 characters at most, and no quotes, braces, <, >, | and backslashes",
                )
            )
        found += [Problem(name, way.field, f"`{way.to}` is no node") for way in _lost(flow, name)]
        found += [Problem(name, *each) for each in rules.problems_of(flow, node, known, names)]
        found += [Problem(name, *each) for each in saying.problems_in_prompts(flow, node, known, names)]
    there = ways.reached(flow)
    found += [Problem(name, "", "no call ever comes here") for name in flow.nodes if name not in there]
    for circle in ways.rounds(flow):
        way = " -> ".join((*circle, circle[0]))
        found.append(Problem(circle[0], "", f"a silent caller goes round without an exit: {way}"))
    return found[:MOST_PROBLEMS]


def _lost(flow: Flow, name: str) -> Iterator[ways.Way]:
    return (way for way in ways.ways_of(flow.nodes[name]) if way.to not in flow.nodes)


def _of_flow(flow: Flow) -> Iterator[tuple[str, str]]:
    form = PATTERNS["flow_id"]
    if re.fullmatch(form, flow.flow_id) is None:
        yield "flow_id", f"`{flow.flow_id}` is no name of the form {form}"
    if flow.start not in flow.nodes:
        yield "start", f"`{flow.start}` is no node"
    if not flow.languages:
        yield "languages", "a flow speaks at least one language"
    for each in flow.languages:
        if not LANGUAGE.fullmatch(each):
            yield "languages", f"`{each}` is no language tag such as en or zh-CN"
    if len(set(flow.languages)) < len(flow.languages):
        yield "languages", "one is there twice"
    least, most = BOUNDS["version"]
    if not least <= flow.version <= most:
        yield "version", f"{flow.version} is not from {least} to {most}"
