"""What the validator finds in each kind of node, beside its prompts and where it leads."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any
from urllib.parse import urlsplit

from callmodel.flows import nodes
from callmodel.flows.bounds import BOUNDS, KEYS, MOST_ITEMS, PATTERNS
from callmodel.flows.checks import CHECKS
from callmodel.flows.conditions import MEASURES, DataIs, QueueIs
from callmodel.flows.document import Flow, calendars_in
from callmodel.flows.known import Known
from callmodel.flows.patterns import problem_of
from callmodel.flows.saying import Found, Names, is_callers, problems_in_text
from callmodel.flows.texts import NAME, OWN_NAMES, parts_of
from callmodel.queues import OverflowWhen

OUTCOMES = ("waited", "full", "nobody", "away", "unknown", "length", "expected")
"""Why a caller leaves a queue."""
_NUMBER = re.compile(r"[+]?[0-9][0-9 ()./-]{1,30}")
_THRESHOLDS = {OverflowWhen.WAITED, OverflowWhen.EXPECTED}


def problems_of(flow: Flow, node: nodes.Node, known: Known, names: Names) -> Found:
    """Yield the fields of a node that are wrong, and why."""
    yield from _bounded("", node)
    yield from (
        (where, f"there is no queue `{name}`") for where, name in _queues_in(node) if _is_missing(name, known)
    )
    if known.calendars is not None:
        missing = sorted(set(calendars_in(node)) - set(known.calendars))
        yield from (("calendar_id", f"there is no calendar `{name}`") for name in missing)
    yield from _of_kind(flow, node, names)


def _of_kind(flow: Flow, node: nodes.Node, names: Names) -> Found:
    match node:
        case nodes.MenuNode() | nodes.ListenNode():
            yield from _of_choice(flow, node)
        case nodes.CollectNode() | nodes.SurveyNode():
            yield from _of_digits(node)
        case nodes.LookUpNode():
            yield from _of_look_up(node, names)
        case nodes.BranchNode():
            yield from _of_branch(node, names)
        case nodes.SetNode():
            yield from _of_set(flow, node, names)
        case nodes.QueueNode():
            yield from _of_queue(node)
        case nodes.RingNode(steps=steps):
            if not steps:
                yield "steps", "nobody is rung"
            for number, step in enumerate(steps):
                yield from _of_reached(f"steps[{number}].to", step.to, names)
        case nodes.TransferNode(to=to):
            yield from _of_reached("to", to, names)
        case nodes.VoicemailNode(mailbox=mailbox):
            if not mailbox.strip():
                yield "mailbox", "a message is left for somebody: say for whom"


def _bounded(path: str, value: Any) -> Found:
    """Yield the numbers that are too small or too big, the lists that are too long, and names of a wrong form."""
    if isinstance(value, tuple | dict):
        if len(value) > MOST_ITEMS:
            yield path, f"there are {len(value)}, and may be {MOST_ITEMS}"
        for number, item in enumerate(value if isinstance(value, tuple) else ()):
            yield from _bounded(f"{path}[{number}]", item)
    if not is_dataclass(value):
        return
    for field in fields(value):
        inner, here = getattr(value, field.name), f"{path}.{field.name}" if path else field.name
        least, most = BOUNDS.get(field.name, (0, 0))
        if field.name in BOUNDS and isinstance(inner, int | float) and not least <= inner <= most:
            yield here, f"{inner} is not from {least} to {most}"
        if field.name in PATTERNS and isinstance(inner, str) and not re.fullmatch(PATTERNS[field.name], inner):
            yield here, f"`{inner}` is no name of the form {PATTERNS[field.name]}"
        yield from _bounded(here, inner)


def _queues_in(node: nodes.Node) -> Iterator[tuple[str, str]]:
    match node:
        case nodes.QueueNode(queues=queues):
            yield from ((f"queues[{number}]", each.queue_id) for number, each in enumerate(queues))
        case nodes.CallBackNode(queue_id=queue_id):
            yield "queue_id", queue_id
        case nodes.BranchNode(cases=cases):
            conditions = (condition for case in cases for condition in case.when)
            yield from (("cases", each.queue_id) for each in conditions if isinstance(each, QueueIs))


def _is_missing(queue_id: str, known: Known) -> bool:
    return known.queues is not None and queue_id not in known.queues


def _of_choice(flow: Flow, node: nodes.MenuNode | nodes.ListenNode) -> Found:
    if not node.keys and (isinstance(node, nodes.MenuNode) or not any(node.words.values())):
        yield "keys", "there is nothing to choose"
    for keys in node.keys:
        if not KEYS.fullmatch(keys):
            yield "keys", f"`{keys}` is none: one to four of 0-9 * # A-D"
        for longer in node.keys:
            if longer != keys and longer.startswith(keys):
                yield "keys", f"{keys} and {longer} overlap: {longer} is never heard"
    if not isinstance(node, nodes.ListenNode):
        return
    yield from (("words", f"no words in {each}") for each in flow.languages if not node.words.get(each))
    foreign = node.words.keys() - flow.languages
    yield from (("words", f"{each} is none of the flow's languages") for each in sorted(foreign))
    for language, words in node.words.items():
        yield from (
            ("words", f"`{word}` is there twice in {language}") for word in _twice(each.lower() for each in words)
        )
        yield from (("words", f"there is an empty word in {language}") for word in words if not word.strip())


def _of_digits(node: nodes.CollectNode | nodes.SurveyNode) -> Found:
    if node.least > node.most:
        yield "least", f"{node.least} is more than `most`, {node.most}"
    if node.into in OWN_NAMES:
        yield "into", f"`{node.into}` is the call's own"
    if isinstance(node, nodes.SurveyNode):
        if node.most > 9:
            yield "most", f"{node.most} is no key"
        return
    if node.least < 1:
        yield "least", "at least one digit is taken"
    if node.terminator not in ("", *"*#ABCD"):
        yield "terminator", f"`{node.terminator}` is none of * # A B C D"
    if node.check not in CHECKS:
        yield "check", f"`{node.check}` is none of {', '.join(each for each in CHECKS if each)}"


def _of_look_up(node: nodes.LookUpNode, names: Names) -> Found:
    problem = _problem_of_url(node.url)
    if problem is not None:
        yield "url", problem
    for name, text in node.fields.items():
        yield from problems_in_text(f"fields.{name}", text, names, told=True)
    for name, path in node.answer.items():
        yield from _of_name("answer", name)
        if not path.strip():
            yield f"answer.{name}", "the path is empty"


def _problem_of_url(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"`{url}` is no URL: {error}"
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0 or re.search(r"[\s{}]", url):
        return f"`{url}` is no URL such as https://crm.example/customers"
    if parts.username is not None or parts.password is not None:
        return "a URL has no password in it"
    return None


def _of_branch(node: nodes.BranchNode, names: Names) -> Found:
    if not node.cases:
        yield "cases", "there is none"
    for number, case in enumerate(node.cases):
        for condition in case.when:
            place = f"cases[{number}]"
            if isinstance(condition, DataIs):
                yield from _of_data(place, condition, names)
            if isinstance(condition, QueueIs) and condition.measure not in MEASURES:
                yield place, f"`{condition.measure}` is none of {', '.join(MEASURES)}"
            if isinstance(condition, QueueIs) and condition.at_least is None and condition.at_most is None:
                yield place, "say `at_least` or `at_most`"


def _of_data(place: str, condition: DataIs, names: Names) -> Found:
    if condition.name in names.hidden:
        yield place, f"`{condition.name}` is hidden: only look-ups may be told"
    elif condition.name not in names.open:
        yield place, f"`{condition.name}` is set by nothing"
    if condition.matches is not None and (problem := problem_of(condition.matches)) is not None:
        yield place, f"`{condition.matches}`: {problem}"


def _of_set(flow: Flow, node: nodes.SetNode, names: Names) -> Found:
    if node.language is not None and node.language not in flow.languages:
        yield "language", f"{node.language} is none of the flow's languages"
    for name, text in node.data.items():
        yield from _of_name("data", name)
        yield from problems_in_text(f"data.{name}", text, names)


def _of_queue(node: nodes.QueueNode) -> Found:
    if not node.queues:
        yield "queues", "there is none to wait in"
    shares = [each.percent for each in node.queues]
    if any(each is not None for each in shares):
        if None in shares:
            yield "queues", "some have a percent and some have none"
        elif sum(each or 0 for each in shares) != 100 and all(each.calendar_id is None for each in node.queues):
            yield "queues", f"the shares are {sum(each or 0 for each in shares)} percent together, not 100"
    yield from (("on", f"`{each}` is none of {', '.join(OUTCOMES)}") for each in node.on if each not in OUTCOMES)
    rules = [each.when.value for each in node.overflow]
    yield from (("overflow", f"there are two rules for `{each}`") for each in _twice(rules))
    both = sorted(node.on.keys() & set(rules))
    yield from (("on", f"there is a rule for `{each}` already") for each in both)
    for rule in node.overflow:
        if rule.when in _THRESHOLDS and rule.threshold < 1:
            yield "overflow", f"`{rule.when.value}` wants a threshold in seconds"


def _of_reached(field: str, to: str, names: Names) -> Found:
    """Who calls in may not call out to wherever they like, at the tenant's cost."""
    yield from _of_target(field, to, names)
    if is_callers(to, names.callers, names.short):
        yield field, f"`{to}` is what a caller chooses, who could call anywhere at your cost; 6 digits alone are fine"


def _of_target(field: str, to: str, names: Names) -> Found:
    """An extension or a number, or a text that becomes one."""
    yield from problems_in_text(field, to, names)
    if not parts_of(to) and not _NUMBER.fullmatch(to):
        yield field, f"`{to}` is no extension and no number"


def _of_name(field: str, name: str) -> Found:
    if not NAME.fullmatch(name):
        yield field, f"`{name}` is no name of data, such as account_number"
    elif name in OWN_NAMES:
        yield field, f"`{name}` is the call's own"


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)
