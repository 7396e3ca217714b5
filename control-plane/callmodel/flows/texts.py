"""Texts of a flow: in the caller's language, and with what is known of the call filled in."""

import re
from collections.abc import Mapping

from callmodel.flows.nodes import Said, Texts
from callmodel.prompts import Prompt, Speech

NAME = re.compile("[a-z][a-z0-9_]{0,39}")
OWN_NAMES = frozenset({"caller", "dialled", "language", "call_id", "vip_level", "vip_mobile"})
"""What is known of every call.  `vip_level` is 0 for whoever is none."""
LONGEST_TEXT = 2000
_PART = re.compile("{([a-z][a-z0-9_]{0,39})}")


def parts_of(text: str) -> tuple[str, ...]:
    """Return the names of what is filled in."""
    return tuple(_PART.findall(text))


def filled_in(text: str, known: Mapping[str, str]) -> str:
    """Return a text with its parts filled in; what is not known is left out.  Never longer than LONGEST_TEXT."""
    return _PART.sub(lambda part: known.get(part[1], ""), text)[:LONGEST_TEXT]


def spoken(said: Said, language: str, languages: tuple[str, ...], known: Mapping[str, str]) -> Prompt:
    """Return a prompt as it is played; a text that the language lacks is said in the flow's first one."""
    if isinstance(said, Texts):
        wanted = (language, *languages, *said.texts)
        text = next((said.texts[each] for each in wanted if each in said.texts), "")
        said = Speech(text, said.digits)
    if not isinstance(said, Speech):
        return said
    text = filled_in(said.text, known)
    # What is filled in is the caller's own: a name, a balance.
    return Speech(text, said.digits, private=said.private or bool(parts_of(said.text)))
