"""Wire shapes of calls.  Numbers of customers are masked unless somebody who may asked to see them."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from callmodel.callstate import Direction
from callmodel.codec import to_wire
from callmodel.endings import Ending
from callmodel.privacy import mask_number
from callmodel.sight import without_costs, without_inside
from control_plane.features.calls.sealing import CallRecord, change_private
from control_plane.fields import QueueIdText, UserIdText
from control_plane.web import Shape

CALL_ID = r"^[0-9a-zA-Z-]{1,64}$"
CallPath = Annotated[str, StringConstraints(pattern=CALL_ID)]
"""A call's id in an address."""
UUID7 = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$"
EXTENSION = r"^[0-9]{2,6}$"
MAX_MS = 4_102_444_800_000
"""The year 2100."""


class NewCall(Shape):
    """Ring the station first; when it answers, dial the number."""

    extension: str = Field(pattern=EXTENSION, description="the station that is to talk")
    number: str = Field(min_length=1, max_length=40, description="an extension, or a number as people write it")
    caller_number: str | None = Field(
        None, pattern=r"^\+[1-9][0-9]{6,14}$", description="the tenant's number to show; null leaves it to its rule"
    )


class CallAccepted(Shape):
    """The order is on its way to a media node; what becomes of it shows in the call."""

    call_id: str


class Disposition(Shape):
    disposition: str | None = Field(
        None,
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
        description="the agent's word on the result, one of the tenant's if it has some; null while there is none",
    )
    note: str | None = Field(None, max_length=2000)


class CallBack(Shape):
    """The station that rings first; then the customer is called, at the number that nobody needs to see."""

    extension: str = Field(pattern=EXTENSION)


class RevealQuery(Shape):
    reveal: Literal["numbers"] | None = Field(None, description="show full numbers; each look is audited")


class CallsQuery(RevealQuery):
    """Calls in progress (`state=live`, oldest first), or ended ones that began in a time range, newest first."""

    state: Literal["live"] | None = Field(None, description="`live` for calls in progress; then leave times out")
    day: str | None = Field(
        None,
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        description="UTC day in which the calls began, `YYYY-MM-DD`; a short way to say both times",
    )
    since_ms: int | None = Field(
        None,
        ge=0,
        le=MAX_MS,
        description="when the calls began at the earliest, milliseconds since 1970; left out, a day before "
        "`until_ms`, or with `extension` or `customer` a year",
    )
    until_ms: int | None = Field(
        None, ge=0, le=MAX_MS, description="before when they began; left out, the end of this UTC day"
    )
    extension: str | None = Field(None, pattern=EXTENSION, description="a station that was in the call")
    customer: str | None = Field(
        None, pattern=r"^[0-9a-f]{32}$", description="a customer's calls: the `customer` of one of them"
    )
    asked_by: str | None = Field(None, min_length=1, max_length=64, description="the user who placed it by click")
    site_id: str | None = Field(None, min_length=1, max_length=64, description="a site that was in the call")
    trunk_id: str | None = Field(None, min_length=1, max_length=64, description="a trunk that carried it")
    caller_number: str | None = Field(
        None, pattern=r"^\+[1-9][0-9]{6,14}$", description="HQ's number that was shown or dialled, `%2B86...`"
    )
    agent_id: UserIdText | None = Field(None, description="the user who took the call from a queue")
    queue_id: QueueIdText | None = Field(None, description="the queue that the caller was last in line of")
    recorded: bool | None = Field(None, description="whether there is, or was, a recording")
    direction: Direction | None = None
    ending: Ending | None = Field(None, description="how it ended; not for calls in progress")
    limit: int = Field(100, ge=1, le=500, description="how many items at most")
    after: str | None = Field(None, pattern=UUID7, description="`next` of the page before")


class Customer(Shape):
    """A number to find the calls of."""

    number: str = Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="the customer's number, E.164")


class CustomerToken(Shape):
    """By what a customer's calls are found; it says nothing of the number, and is another one in each tenant."""

    customer: str


class StreamView(Shape):
    """One direction of a leg's voice."""

    packets: int = Field(description="how many came from the party, or were sent to it")
    lost: int = Field(description="how many more were missing at the other end")
    jitter_ms: float = Field(description="how unevenly they came (RFC 3550), as last told")
    mos: float | None = Field(
        description="how well it was heard, 1 to 4.5: the E-model's estimate (ITU-T G.107); null where less than a "
        "second of voice came"
    )
    dead_seconds: float = Field(description="for how long nothing came though it should have")


class VoiceView(Shape):
    """What a party sent and was sent, as the media node saw it; complete once the leg has ended."""

    sent: StreamView = Field(description="from the party to us")
    heard: StreamView = Field(description="from us to the party; loss and jitter as its phone reports them, else 0")
    round_trip_ms: float | None = Field(description="to the party and back; null where its phone sends no reports")
    pauses: bool = Field(description="it sends nothing while it is silent, so that gaps mean nothing")
    dead_since_ms: int | None = Field(description="since when nothing comes from it though it should")
    deaf_since_ms: int | None = Field(description="since when it is sent nothing though somebody speaks")


class LegView(Shape):
    """One party's connection.  Times are milliseconds since 1970."""

    leg_id: str
    role: str
    state: str
    started_ms: int
    ringing_ms: int | None
    answered_ms: int | None
    ended_ms: int | None
    extension: str | None
    site_id: str | None
    number: str | None
    caller_number: str | None = Field(description="HQ's number that this party was shown")
    trunk_id: str | None
    cost_class: str | None
    cost_per_minute: float | None = Field(description="the trunk's rate for it, in `currency`")
    cost_micros: int | None = Field(description="what it cost by that rate, in millionths, once it has ended")
    sip_code: int | None = Field(description="the final SIP response of a leg that was not answered")
    held: bool = Field(description="whether this party has put the others on hold")
    held_since_ms: int | None
    hold_seconds: float | None = Field(description="for how long it did, once it has ended")
    mode: str | None = Field(description="what it may hear and say, where it is not a party like the others")
    voice: VoiceView | None = Field(description="null for a leg without sound")
    sip_call_id: str | None = Field(
        description="the Call-ID of its dialog, once it has ended, for HQ administrators; null for others"
    )
    joined_call: str | None = Field(description="the call at its other end, where a phone joined two calls")


class CallView(Shape):
    """A call in progress, or its record.

    What is told only of a call that has ended is null until then: `ended_ms`, ending, sums of seconds, cost.
    """

    call_id: str
    tenant_id: str
    node_id: str | None = Field(description="null, as are sites, trunks and who clicked, for a client's people")
    version: int = Field(description="counts the news of this call: of two answers the higher one is newer")
    direction: str
    state: str = Field(description="how far the call is; `ending` until its record is there, then `ended`")
    dialled: str
    number: str | None = Field(description="the customer's; `anonymous` where it is withheld")
    withheld: bool = Field(description="whether the caller asked that nobody be shown the number")
    diverted_by: str | None = Field(description="whose phone sent the call on to us")
    emergency: bool = Field(description="whether it called for help: no limit held")
    flow_id: str | None = Field(description="the flow that spoke with the caller")
    flow_version: int | None
    marks: dict[str, str] = Field(description="what the caller answered when asked how it was, by question")
    mailbox: str | None = Field(description="whom a message was left for")
    call_back: str | None = Field(
        description="of a call back, the call in which it was asked for; of that, its first"
    )
    missed: str | None = Field(description="why no person took the call: `no-answer`, or how the caller left a queue")
    campaign_id: str | None = Field(description="the campaign that called")
    lead_id: str | None = Field(description="whom it called, by list and row")
    result: str | None = Field(description="what came of the campaign's attempt, once the call has ended")
    opted_out: bool = Field(description="whether the customer said not to be called any more")
    customer: str | None = Field(description="by what this customer's calls are found, in place of the number")
    caller_number: str | None = Field(description="HQ's number: shown to the callee, or dialled by the caller")
    extension: str | None = Field(description="who called; of a call from outside, who answered it first")
    site_id: str | None
    trunk_id: str | None
    cost_class: str | None
    cost_micros: int | None = Field(description="what its legs cost together, in millionths of `currency`")
    currency: str | None = Field(description="of the cost and the rates, ISO 4217")
    recording_id: str | None
    asked_by: str | None = Field(description="the user who placed it by click")
    trace_id: str | None = Field(description="what the call's spans and log lines are found by; null where untraced")
    started_ms: int
    answered_ms: int | None
    ended_ms: int | None
    talk_seconds: float | None = Field(description="somebody was there for the customer, holds included")
    hold_seconds: float | None = Field(description="somebody had put the others on hold, summed over the legs")
    ring_seconds: float | None = Field(description="phones that we called rang, summed over the legs")
    wait_seconds: float | None = Field(description="the customer was on the line and nobody was there")
    ending: str | None
    ending_class: str | None
    hung_up_by: str | None = Field(description="the role of the party that ended it, `user` or `system`")
    ended_by: str | None = Field(description="the user who ended it by click")
    transferred_by: str | None = Field(description="the extension that handed the customer over last")
    queue_id: str | None = Field(description="the queue that the caller was last in line of")
    agent_id: str | None = Field(description="the user who took the call from the queue")
    queue_seconds: float | None = Field(description="how long the caller was in line")
    disposition: str | None
    note: str | None
    legs: list[LegView]


Tokens = Callable[[str], str]
ANONYMOUS = "anonymous"


def to_view(
    record: CallRecord,
    token: Tokens,
    *,
    reveal: bool = False,
    priced: bool = True,
    dialogs: bool = False,
    inside: bool = True,
) -> CallView:
    """Return a call as the API shows it; `token` gives what a customer is found by.

    priced: for somebody who may see what calls cost.  dialogs: for an HQ administrator; Call-IDs may hold addresses
    inside of a carrier or a site.  inside: for the provider's own people (`sight.INSIDE`).
    """
    cdr = record.cdr
    document = to_wire(cdr)
    hidden = cdr.number if cdr.withheld and not reveal else None
    if not reveal:
        change_private(document, lambda text: ANONYMOUS if text == hidden else mask_number(text))
    # Of a withheld number nothing is told by which it could be found among those that are not.
    document["customer"] = None if cdr.number is None or hidden is not None else token(cdr.number)
    if not dialogs:
        for leg in document["legs"]:
            leg["sip_call_id"] = None
    if not inside:
        document = without_inside(document)
    shown = document if priced else without_costs(document)
    return CallView(**shown, disposition=record.disposition, note=record.note)
