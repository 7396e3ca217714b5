"""Messages as nearly all are: one look by one pattern tells that everybody reads such a one the same (`lexis`).

A worker that waits for messages finds nothing of this in the processor's caches: a look costs what it touches, hence
one pattern for all of a message, and nothing is made of it before somebody asks.
"""

import re
from collections.abc import Set

from edge_proxy.grammar import METHODS, NO_STOP_IN_VIA, TOKEN

MAX_HEAD = 4096
"""Less than stops one of the engines that read after us, whatever the lines."""

# Runs give nothing back (`++`), so that nothing is tried twice.
# Python 3.11 does that wrongly for groups (gh-106052).
_QUOTED = r'"[ !#-\[\]-~]*+(?:\\[ -~][ !#-\[\]-~]*+)*"'
_URI = r"sips?:(?:[!$-9;=?A-Z_a-z~]++@)?[A-Za-z0-9][A-Za-z0-9.\-]*+(?::[0-9]{1,5})?(?:;[!$-9=?A-Z_a-z~]++)*"
_NAMED = rf"(?:{_QUOTED}[ ]?|[A-Za-z0-9 ]*+)<{_URI}>"
_PARAMETERS = rf"(?:;{TOKEN}+(?:=(?:[!#-%'-+\--:=@-~]++|{_QUOTED}))?)*"
_OF_VIA = _PARAMETERS.replace(";", f";{NO_STOP_IN_VIA}", 1)
_PARTY = rf"{_NAMED}{_PARAMETERS}"
_VIA = rf"SIP/2\.0/[A-Z]++[ ]{{1,2}}[A-Za-z0-9.\-\[\]:]++{_OF_VIA}"
_TEXT = r"[!-9;-~][ -~]*+"
_STRUCTURED = (
    "Accept", "Allow", "Allow-Events", "Authorization", "Content-Disposition", "Proxy-Authenticate",
    "Proxy-Authorization", "RAck", "RSeq", "Require", "Supported", "WWW-Authenticate",
)  # fmt: skip
_METHODS = f"(?:{'|'.join(sorted(METHODS))})"

_GROUPS = (
    "status", "method", "via", "from_", "to", "call_id", "cseq", "contact", "hops", "type", "length", "agent",
    "trunkline", "ours", "software", "expires", "min_se", "session", "body",
)  # fmt: skip
_STATUS, _CSEQ, _LENGTH, _BODY = (_GROUPS.index(name) + 1 for name in ("status", "cseq", "length", "body"))
_SAID = {
    "from": "from_", "to": "to", "call-id": "call_id", "contact": "contact", "content-type": "type",
    "user-agent": "agent", "x-trunkline": "trunkline",
}  # fmt: skip
_LABELS = {"via": "\r\nVia: ", "route": "\r\nRoute: ", "reason": "\r\nReason: "}
"""What a plain message is asked for; it has no other of those that are ever asked for."""
_NAMES = re.compile(r"\r\n([A-Za-z-]+):")


def _once(name: str, group: str, value: str, before: str = "") -> str:
    """Return the pattern of a header that stands once: the second time its group is there, and nothing fits."""
    # By its number: a name cannot be asked for before it is given.
    return rf"{name}: (?({_GROUPS.index(group) + 1})(?!)){before}(?P<{group}>{value})"


_HEADERS = (
    rf"Via: (?P<via>{_VIA})(?:,[ ]?{_VIA})*",
    rf"R(?:ecord-R)?oute: {_PARTY}(?:,[ ]?{_PARTY})*",
    _once("From", "from_", rf"{_NAMED}(?:;tag={TOKEN}+)?"),
    _once("To", "to", rf"{_NAMED}(?:;tag={TOKEN}+)?"),
    _once("Call-ID", "call_id", r"(?!:)[!#-%'-;=?-~]{1,256}+"),
    _once("CSeq", "cseq", f"(?(method)(?P=method)|{_METHODS})", "[0-9]{1,9} "),
    _once("Contact", "contact", _PARTY),
    _once("Max-Forwards", "hops", "[0-9]{1,3}"),
    _once("Content-Type", "type", "application/sdp"),
    _once("Content-Length", "length", "[0-9]{1,6}", "[ ]*+"),
    _once("User-Agent", "agent", _TEXT),
    rf'(?:{"|".join(_STRUCTURED)}): (?![ ]*:)[ !#-%\'-~]*+(?:"[ !#-\[\]-~]*+"[ !#-%\'-~]*+)*',
    _once("X-Trunkline", "trunkline", r"[!#-%'-9;-~][ !#-%'-~]*+"),
    _once("(?:P-Asserted-Identity|P-Preferred-Identity|Remote-Party-ID|Diversion)", "ours", _PARTY),
    rf"(?P<software>Server|Organization|X-Asterisk-[A-Za-z]++): {_TEXT}",
    _once("Expires", "expires", "[0-9]{1,9}"),
    _once("Min-SE", "min_se", "[0-9]{1,9}"),
    _once("Session-Expires", "session", r"[0-9]{1,9}(?:;refresher=u[a-z]{2})?"),
    rf"(?:Date|Reason|Warning): {_TEXT}",
)
_TELLS_NOTHING = (None,) * 3
_NEEDED = "".join(
    rf"(?({_GROUPS.index(name) + 1})|(?!))" for name in ("via", "from_", "to", "call_id", "cseq", "length")
)
_SESSION = r"[\t\n -~]*+(?:\r\n[\t\n -~]*+)*"
_PLAIN = re.compile(
    rf"(?:SIP/2\.0 (?P<status>[1-6][0-9]{{2}}) [ -~]*+|(?P<method>{_METHODS}) {_URI} SIP/2\.0)\r\n"
    rf"(?:(?:{'|'.join(_HEADERS)})\r\n)+\r\n{_NEEDED}(?P<body>(?(type){_SESSION}))\Z"
)


class Plain:
    """A message in which nothing needs another look; asked as `lexis.Message` is."""

    __slots__ = ("_found", "has_session", "method", "session", "status")

    is_plain = True
    several_contacts = False
    rewritten = None
    fault = None

    def __init__(self, found: re.Match[str]) -> None:
        self._found = found
        self.method: str = found[_CSEQ]
        self.status = int(found[_STATUS] or 0)
        self.session: str = found[_BODY]
        """The session description that it carries."""
        self.has_session = self.session != ""

    def said(self, name: str) -> str:
        """Return the first value of a header by its name, long and in small letters, empty where there is none."""
        group = _SAID.get(name)
        if group is not None:
            return self._found[group] or ""
        label, text, end = _LABELS.get(name, "\n\n"), self._found.string, self._found.start(_BODY)
        start = text.find(label, 0, end)
        return "" if start < 0 else text[start + len(label) : text.index("\r\n", start + len(label))]

    def names(self, wanted: Set[str], start: str | tuple[str, ...]) -> list[str]:
        """Return which of the wanted headers there are, and which begin so; names are long and in small letters.

        Asked about what only we may say and what tells of programs: a plain message has little that could be meant.
        """
        found = self._found
        if found.group("trunkline", "software", "agent") == _TELLS_NOTHING and "record-route" not in wanted:
            at = found.start("ours")
            if at < 0:
                return []
            name = found.string[found.string.rindex("\n", 0, at) + 1 : at - 2].lower()
            return [name] if name in wanted or name.startswith(start) else []
        names = map(str.lower, _NAMES.findall(found.string, 0, found.start(_BODY)))
        return [name for name in dict.fromkeys(names) if name in wanted or name.startswith(start)]

    def names_us(self, hosts: tuple[str, ...]) -> bool:
        """Say whether a response's topmost Via is one of ours; hosts: with the colon or semicolon that may follow."""
        text = self._found.string
        via = text.index(" ", text.index(_LABELS["via"]) + len(_LABELS["via"]))
        # Kamailio writes two spaces behind WS.
        return text.startswith(hosts, via + 2 if text[via + 1] == " " else via + 1)


def read(text: str) -> Plain | None:
    """Return what a message says that is written as nearly all are, None for one that needs a closer look."""
    found = _PLAIN.match(text)
    if found is None:
        return None
    body = found.start(_BODY)
    return Plain(found) if int(found[_LENGTH]) == len(text) - body and body <= MAX_HEAD else None
