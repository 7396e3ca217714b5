"""What a SIP worker writes to the edge's agent of each message of a call: the words as they stood there, unread.

A worker that has waited finds nothing of our patterns in the processor's caches, the agent reads many in a row: it
masks and shortens them before it keeps any (`heads`).  Standard library and `callmodel` only.
"""

from callmodel.ladder import HeadKind
from edge_proxy import heads

PIPE_NAME = "tellings.pipe"
MOST_BYTES = 4096
"""PIPE_BUF (pipe(7)): what is no longer is written whole, whoever else writes."""
REQUEST, RESPONSE, NOTE = (kind.value for kind in (HeadKind.REQUEST, HeadKind.RESPONSE, HeadKind.NOTE))
END = b"\0"
_FIELDS = 12
_MOST_NAME, _MOST_TEXT, _MOST_NOTE, _MOST_SESSION = heads.MOST_NAME, heads.MOST_WORDS, 200, 1000
USUAL = {180: "Ringing", 183: "Session Progress", 200: "OK", 487: "Request Terminated"}
"""What nobody writes otherwise."""


def to_text(
    at_ms: int,
    name: str,
    kind: str,
    sender: str,
    address: str,
    said: str,
    whom: str = "",
    user: str = "",
    header: str = "",
    session: str = "",
    call_id: str = "",
) -> str:
    """Return what is told of one message, or of one thing that the edge did.

    name: its Call-ID, or `heads.ACCOUNT` with an account.  said: a request's method, a response's status and method,
    or a note's words.  whom: whom a request is for, or a response's reason phrase.  user: who it is from, or else
    header: From of an INVITE, Reason of another request.  session: its description.  call_id: our own, if it says so.
    """
    # The gate lets no control character into a message but tabs, and line ends in its body.
    name, call_id = name[:_MOST_NAME], call_id[:_MOST_NAME]
    sound = ""
    if len(session) > _MOST_SESSION or not session.isascii():
        session, sound = "", heads.sound_of(session)
    if len(whom) + len(user) + len(header) > _MOST_TEXT:
        # Read here where it is long: in what is cut first, no number might be seen any more.
        whom, user, header = map(heads.shown, (whom, user, header))
    return (
        f"{at_ms}\x1f{name}\x1f{kind}\x1f{sender}\x1f{address}\x1f{said[:_MOST_NOTE]}\x1f{whom}\x1f{user}"
        f"\x1f{header}\x1f{session}\x1f{sound}\x1f{call_id}\0"
    )


def to_line(data: bytes) -> bytes:
    """Return what is kept of one telling (without its END), as `heads.to_line`.

    Raises ValueError for what no worker wrote.
    """
    fields = data.decode().split("\x1f")
    if len(fields) != _FIELDS:
        raise ValueError("not a telling")
    at_ms, name, kind, sender, address, said, whom, user, header, session, sound, call_id = fields
    if kind == REQUEST:
        words = _request(said, whom, user, header)
    elif kind == RESPONSE:
        status, _, method = said.partition(" ")
        words = f"{status} {USUAL.get(int(status)) or heads.shown(whom)} ({method})"
    else:
        words = said
    return heads.to_line(
        int(at_ms), name, HeadKind(kind), sender, address, words, sound or heads.sound_of(session), call_id
    )


def _request(method: str, whom: str, user: str, header: str) -> str:
    if method != "INVITE":
        return f"{method} ({heads.shown(header)})" if header else method
    named = heads.shown(user) if user else heads.user_in(header)
    return f"INVITE {heads.shown(whom)}{f' from {named}' if named else ''}"
