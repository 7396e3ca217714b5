"""How headers that frame a message or name a party or a way are written (RFC 3261, 25.1), and which may stand once.

Narrower than the RFC where two of the engines that read a message after us differ; wide where names stand.
"""

import re

COMPACT = {
    "a": "accept-contact", "b": "referred-by", "c": "content-type", "e": "content-encoding", "f": "from",
    "i": "call-id", "j": "reject-contact", "k": "supported", "l": "content-length", "m": "contact", "o": "event",
    "r": "refer-to", "s": "subject", "t": "to", "u": "allow-events", "v": "via", "x": "session-expires",
}  # fmt: skip
"""Short forms that are registered with IANA."""

REQUIRED = ("via", "from", "to", "call-id", "cseq")

ONCE = frozenset(
    {
        "from", "to", "call-id", "cseq", "max-forwards", "content-length", "content-type", "content-encoding",
        "content-disposition", "expires", "min-expires", "event", "refer-to", "referred-by", "replaces", "rack",
        "rseq", "retry-after", "session-expires", "min-se", "subscription-state", "subject", "user-agent", "server",
        "p-preferred-identity", "x-trunkline",
    }
)  # fmt: skip
"""What may stand once.  Contact too, but in a REGISTER, its answer and a redirection."""

FREE_TEXT = frozenset({"subject", "user-agent", "server", "organization", "warning", "reason", "error-info", "date"})
"""Text that means nothing to us: bytes that are no UTF-8 are harmless there."""

METHODS = frozenset(
    {
        "INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY",
        "SUBSCRIBE", "MESSAGE", "PUBLISH",
    }
)  # fmt: skip

TOKEN = r"[A-Za-z0-9\-.!%*_+'~]+"
_SPACE = r"[ \t]*"
# Runs of characters, and not one by one: each turn of a group takes memory until the whole has matched.
_QUOTED = r'"[^"\\\x00-\x08\x0a-\x1f\x7f]*(?:\\[^\x00-\x08\x0a-\x1f\x7f][^"\\\x00-\x08\x0a-\x1f\x7f]*)*"'
# Of other schemes pjsip and Kamailio make different parts.
_SIP, _OTHER = "[Ss][Ii][Pp][Ss]?:", "(?:[Tt][Ee][Ll]|[Uu][Rr][Nn]):"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9.\-]*)(?::[0-9]{1,5})?"
_URI = rf"(?:{_SIP}(?:[!#-;=?A-~]+@)?{_HOST}(?:[;?][!#-;=?-~]*)?|{_OTHER}[!#-;=?-~]+)"
# pjsip takes an ampersand for the end of a header, as in a URI that holds some: none stands outside of <> and quotes.
_BARE_URI = rf"(?:{_SIP}(?:[!#-%'-+\--:=A-~]+@)?{_HOST}|{_OTHER}[!#-%'-+\--:=@-~]+)"
_VALUE = r"[!#-%'-+\--:=@-~]+"
_PARAMETERS = rf"(?:{_SPACE};{_SPACE}{TOKEN}(?:{_SPACE}={_SPACE}(?:{_QUOTED}|{_VALUE}))?)*"
# Each character fits one place only, or a long run of them would be tried in all ways.
_NAMED = rf'(?:{_QUOTED}{_SPACE}|[^"<>@:;,*\\]*)<{_URI}>'
_PARTY = rf"(?:{_NAMED}|{_BARE_URI}){_PARAMETERS}"
_WAY = rf"{_NAMED}{_PARAMETERS}"
# Kamailio stops at these in a Via: names that it knows with a value that it does not expect, or the other way round.
_WITH_VALUE = rf"(?:a|alias|hidden){_SPACE}="
_WITHOUT_VALUE = rf"(?:al|alia?|i|branch|maddr|received|ttl){_SPACE}(?![A-Za-z0-9\-.!%*_+'~ \t=])"
NO_STOP_IN_VIA = rf"(?!(?i:{_WITH_VALUE}|{_WITHOUT_VALUE}))"
_OF_VIA = rf"(?:{_SPACE};{_SPACE}{NO_STOP_IN_VIA}{TOKEN}(?:{_SPACE}={_SPACE}(?:{_QUOTED}|{_VALUE}))?)*"
_VIA = rf"SIP/2\.0/[A-Za-z\-]+[ \t]+[A-Za-z0-9.\-\[\]:]+{_OF_VIA}"
_STRUCTURED = rf"[ \t!#-%'-~]*(?:{_QUOTED}[ \t!#-%'-~]*)*"


def _list_of(element: str) -> str:
    return rf"{element}(?:{_SPACE},{_SPACE}{element})*"


REQUEST_LINE = re.compile(rf"({TOKEN}) [A-Za-z][A-Za-z0-9+.\-]*:[!#-;=?-~]+ SIP/2\.0")
STATUS_LINE = re.compile(r"SIP/2\.0 [1-6][0-9]{2} [^\x00-\x08\x0a-\x1f\x7f]*")
HEADER_NAME = re.compile(r"[A-Za-z0-9\-._+~]+")
"""Fewer characters than a token: at others Kamailio stops, and sees nothing that follows."""
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
NOT_UTF8 = re.compile("[\udc80-\udcff]")
CSEQ = re.compile(rf"([0-9]{{1,10}})[ \t]+({TOKEN})")
LENGTH = re.compile(r"[0-9]{1,6}")
ONE_PARTY = re.compile(_PARTY)
QUOTED_OR_URI = re.compile(rf"{_QUOTED}|<[^>]*>")
ONE_TAG = re.compile(rf"[^;]*(?:;(?!{_SPACE}[Tt][Aa][Gg]\b)[^;]*)*(?:;{_SPACE}tag{_SPACE}={_SPACE}{TOKEN}{_SPACE})?"
                     rf"(?:;(?!{_SPACE}[Tt][Aa][Gg]\b)[^;]*)*")  # fmt: skip
"""What is left of From or To without quotes and URI: one tag at most, and a plain one."""

_PARTIES = re.compile(_list_of(_PARTY))
_WAYS = re.compile(_list_of(_WAY))

GRAMMAR = {
    "via": re.compile(_list_of(_VIA)),
    "from": ONE_PARTY,
    "to": ONE_PARTY,
    "contact": re.compile(rf"\*|{_list_of(_PARTY)}"),
    "call-id": re.compile(r"[!#-%'-;=?-~]{1,256}"),
    "cseq": CSEQ,
    "max-forwards": re.compile(r"[0-9]{1,3}"),
    "content-length": LENGTH,
    "session-expires": re.compile(rf"[0-9]{{1,9}}{_PARAMETERS}"),
    "min-se": re.compile(rf"[0-9]{{1,9}}{_PARAMETERS}"),
    "expires": re.compile(r"[0-9]{1,10}"),
    "min-expires": re.compile(r"[0-9]{1,10}"),
    "content-type": re.compile(rf"{TOKEN}{_SPACE}/{_SPACE}{TOKEN}{_PARAMETERS}"),
    "route": _WAYS,
    "record-route": _WAYS,
    "path": _WAYS,
    "service-route": _WAYS,
    "refer-to": ONE_PARTY,
    "referred-by": ONE_PARTY,
    "p-asserted-identity": _PARTIES,
    "p-preferred-identity": _PARTIES,
    "remote-party-id": _PARTIES,
    "diversion": _PARTIES,
    "history-info": _PARTIES,
}
"""How a value is written, by long name: these are never folded."""

NEVER_FOLDED = frozenset(GRAMMAR) | {"replaces", "require", "proxy-require", "x-trunkline", "content-encoding"}

GRAMMAR |= dict.fromkeys(
    (
        "accept", "accept-contact", "allow", "allow-events", "authorization", "content-disposition", "event",
        "privacy", "proxy-authenticate", "proxy-authorization", "proxy-require", "rack", "reject-contact", "replaces",
        "require", "retry-after", "rseq", "subscription-state", "supported", "unsupported", "www-authenticate",
        "x-trunkline",
    ),
    re.compile(_STRUCTURED),
)  # fmt: skip
