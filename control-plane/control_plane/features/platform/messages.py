"""SIP messages as HQ's edges remember them: HQ administrators only, as they name carriers' addresses."""

from typing import Annotated

from pydantic import Field, StringConstraints
from redis.exceptions import RedisError

from callmodel.codec import to_wire
from control_plane.people.permissions import Permission
from control_plane.web import Context, Route, Shape, UnavailableError
from hotstate import ladders

MOST_ASKED = 32
Dialog = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Account = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x20\x7f@|]{1,64}@[^\x00-\x20\x7f@|]{1,100}$")]


class MessagesQuestion(Shape):
    """Which messages are wanted: all that fit any of these."""

    call_id: str = Field("", max_length=64, description="the call's id: of legs that we dialled, edges know it")
    dialogs: list[Dialog] = Field([], max_length=MOST_ASKED, description="Call-IDs: `sip_call_id` of a call's legs")
    accounts: list[Account] = Field(
        [], max_length=MOST_ASKED, description="`extension@domain`: what was tried in vain in a station's name"
    )


class HeadView(Shape):
    """One message that an edge took, or one thing that it did.  Numbers are masked."""

    at_ms: int
    edge_id: str
    sip_call_id: str = Field(description="its dialog's Call-ID, or `account:` and whose phone tried in vain")
    kind: str = Field(description="`request`, `response`, or `note`: what the edge itself did, or found")
    sender: str = Field(description="`phone`, `carrier`, `media-node`, `branch`, `edge`, or `us`")
    address: str = Field(description="where it came from")
    words: str = Field(description="its first line in short, or the note")
    sdp: str = Field(description="what its description says of the sound: where to, codecs, which way")


class Ladder(Shape):
    """Messages in the order in which the edges took them."""

    items: list[HeadView]
    silent_edges: list[str] = Field(description="edges that did not answer: what they remember is missing")


async def messages(context: Context, body: MessagesQuestion) -> Ladder:
    """Ask every edge of HQ what it remembers: the last day's messages, as far as its memory reaches."""
    try:
        answers, silent = await ladders.ask(context.redis, body.call_id, body.dialogs, body.accounts)
    except RedisError:
        raise UnavailableError("edges are asked through Redis") from None
    heads = sorted((head for answer in answers for head in answer.heads), key=lambda head: head.at_ms)
    return Ladder(items=[HeadView(**to_wire(head)) for head in heads], silent_edges=silent)


routes = [
    Route(
        "POST",
        "/platform/messages",
        messages,
        Permission.PLATFORM_MANAGE,
        "Ask for SIP messages",
        ("platform",),
        errors=(UnavailableError,),
        names=("call_id", "dialogs", "accounts"),
        examples={"call": {"call_id": "0193fa9e-1b2c-7d3e-8f40-123456789abc", "dialogs": ["a84b4c76e66710@carrier"]}},
    )
]
