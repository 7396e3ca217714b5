"""What the validator finds in prompts and texts: missing audio and languages, parts that nothing fills in."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields

from callmodel.flows import nodes
from callmodel.flows.document import Flow
from callmodel.flows.known import Known
from callmodel.flows.lookups import PROBLEM
from callmodel.flows.nodes import Said, Texts
from callmodel.flows.texts import LONGEST_TEXT, OWN_NAMES, parts_of
from callmodel.prompts import Audio, Speech

Found = Iterator[tuple[str, str]]
"""Fields, and what is wrong with them."""

MOST_DIGITS = 6
"""Of an extension."""
SAID = ("prompts", "invalid", "silent", "accept", "thanks")
_BRACES = re.compile("{[^{}]*}|[{}]")


@dataclass(frozen=True)
class Names:
    """The data of a flow: `open` may be said and told, `hidden` is told to look-ups only.

    callers: may be any number that the caller likes, so nobody is called by it.  short: what callers type that is no
    longer than an extension.
    """

    open: frozenset[str]
    hidden: frozenset[str]
    callers: frozenset[str]
    short: frozenset[str]


def names_of(flow: Flow) -> Names:
    """Return the names of everything that a flow may come to know."""
    shown: set[str] = {*OWN_NAMES, PROBLEM}
    hidden: set[str] = set()
    for node in flow.nodes.values():
        match node:
            case nodes.CollectNode(into=into, hidden=is_hidden):
                (hidden if is_hidden else shown).add(into)
            case nodes.SetNode(data=data):
                shown |= data.keys()
            case nodes.LookUpNode(answer=answer):
                shown |= answer.keys()
    callers, short = _callers_names(flow)
    return Names(frozenset(shown), frozenset(hidden), frozenset(callers), frozenset(short))


def is_callers(text: str, callers: Collection[str], short: Collection[str]) -> bool:
    """Say whether a caller could make any number of a text: by what is long, or by short parts put together."""
    parts = parts_of(text)
    return any(part in callers for part in parts) or (
        any(part in short for part in parts) and text.strip() != f"{{{parts[0]}}}"
    )


def _callers_names(flow: Flow) -> tuple[set[str], set[str]]:
    """Return the data that callers choose: as long as they like, and of few digits; with what is made of it."""
    typed = [node for node in flow.nodes.values() if isinstance(node, nodes.CollectNode)]
    callers = {"caller", *(node.into for node in typed if node.most > MOST_DIGITS)}
    short = {node.into for node in typed} - callers
    kept = [pair for node in flow.nodes.values() if isinstance(node, nodes.SetNode) for pair in node.data.items()]
    while True:
        made = {name for name, text in kept if is_callers(text, callers, short)} - callers
        copied = {name for name, text in kept if set(parts_of(text)) & short} - short - callers - made
        if not made and not copied:
            return callers, short - callers
        callers |= made
        short |= copied


def problems_in_prompts(flow: Flow, node: nodes.Node, known: Known, names: Names) -> Found:
    """Yield what is wrong with whatever a node says."""
    for name in (field.name for field in fields(node) if field.name in SAID):
        said: tuple[Said, ...] = getattr(node, name)
        for number, each in enumerate(said):
            place = name if len(said) == 1 else f"{name}[{number}]"
            yield from ((place, problem) for problem in _problems_of(flow, each, known, names))


def problems_in_text(field: str, text: str, names: Names, *, told: bool = False) -> Found:
    """Yield what is wrong with a text that is filled in; `told`: to a look-up, which may know hidden digits."""
    for part in _BRACES.findall(text):
        if not parts_of(part):
            yield field, f"`{part}` is no part that is filled in: those look like {{name}}"
    for part in parts_of(text):
        if part in names.hidden and not told:
            yield field, f"`{part}` is hidden: only look-ups may be told"
        elif part not in names.open | names.hidden:
            yield field, f"`{{{part}}}` is filled in by nothing"


def _problems_of(flow: Flow, said: Said, known: Known, names: Names) -> Iterator[str]:
    match said:
        case Audio(prompt_id):
            yield from _problems_of_audio(flow, prompt_id, known)
        case Speech(text):
            yield from _problems_of_text(text, names)
            if len(flow.languages) > 1 and re.search(r"[^\W0-9_]", re.sub(_BRACES, "", text)):
                yield f"this text is in one language only, the flow speaks {', '.join(flow.languages)}: use `texts`"
        case Texts(texts):
            yield from (f"no text in {language}" for language in flow.languages if language not in texts)
            yield from (f"{language} is none of the flow's languages" for language in texts.keys() - flow.languages)
            yield from (problem for text in texts.values() for problem in _problems_of_text(text, names))


def _problems_of_audio(flow: Flow, prompt_id: str, known: Known) -> Iterator[str]:
    if known.audio is None:
        return
    there = next((languages for name, languages in known.audio.items() if name == prompt_id), None)
    if there is None:
        yield f"there is no audio `{prompt_id}`"
        return
    yield from (f"no audio `{prompt_id}` in {each}" for each in flow.languages if each not in there)


def _problems_of_text(text: str, names: Names) -> Iterator[str]:
    if not text.strip():
        yield "this text is empty"
    if len(text) > LONGEST_TEXT:
        yield f"a text has {LONGEST_TEXT} characters at most"
    yield from (problem for _, problem in problems_in_text("", text, names))
