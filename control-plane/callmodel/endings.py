"""How calls end: the system's word on the result, with the class that says whose doing it was."""

from enum import Enum


class EndingClass(Enum):
    SUCCESS = "success"
    CLIENT = "client"
    SERVER = "server"
    UPSTREAM = "upstream"


class Ending(Enum):
    """Why a call is over.  `value` is the stable id on the wire."""

    COMPLETED = "completed"
    ABANDONED = "abandoned"
    MEDIA_TIMEOUT = "media-timeout"
    """Nothing was heard of one side for too long."""
    MEDIA_UNUSABLE = "media-unusable"
    """One side's description of its media was refused, by the other side or by the edge between them."""
    TOO_LONG = "too-long"
    """The tenant's longest call was over."""
    SELF_SERVED = "self-served"
    """A flow gave the caller what it had to give, and let the caller go."""
    VOICEMAIL = "voicemail"
    """The caller left a message."""
    CALL_BACK = "call-back"
    """The caller's place in a queue is kept, and will be called back."""
    FLOW_FAILED = "flow-failed"
    """A flow led nowhere, or round in circles."""
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REJECTED = "rejected"
    NUMBER_INVALID = "number-invalid"
    NUMBER_UNDIALLABLE = "number-undiallable"
    EXTENSION_UNKNOWN = "extension-unknown"
    STATION_UNREACHABLE = "station-unreachable"
    CALLER_NUMBER_UNKNOWN = "caller-number-unknown"
    CALLER_NUMBER_FOREIGN = "caller-number-foreign"
    """In older records: a number of another tenant's now ends as one that is unknown."""
    TENANT_CHANNELS_EXHAUSTED = "tenant-channels-exhausted"
    TRUNK_CHANNELS_EXHAUSTED = "trunk-channels-exhausted"
    NO_TRUNK = "no-trunk"
    DESTINATION_BLOCKED = "destination-blocked"
    SPEND_LIMIT_REACHED = "spend-limit-reached"
    CALL_RATE_EXCEEDED = "call-rate-exceeded"
    NOT_TO_BE_DIALLED = "not-to-be-dialled"
    """The tenant lets its people dial others than this number by hand."""
    UPSTREAM_FAILED = "upstream-failed"
    DRAINING = "draining"
    ORDER_EXPIRED = "order-expired"
    CLAIM_LAPSED = "claim-lapsed"
    """A campaign's call came too late to dial: its lead is another call's, or may not be called any more."""
    NO_AGENT = "no-agent"
    """A campaign's customer answered, and no agent was there in time."""
    NODE_LOST = "node-lost"
    INTERNAL_ERROR = "internal-error"


_CLASSES = {
    Ending.COMPLETED: EndingClass.SUCCESS,
    Ending.SELF_SERVED: EndingClass.SUCCESS,
    Ending.VOICEMAIL: EndingClass.SUCCESS,
    Ending.CALL_BACK: EndingClass.SUCCESS,
    Ending.FLOW_FAILED: EndingClass.SERVER,
    Ending.UPSTREAM_FAILED: EndingClass.UPSTREAM,
    Ending.MEDIA_TIMEOUT: EndingClass.UPSTREAM,
    Ending.NO_TRUNK: EndingClass.SERVER,
    Ending.TENANT_CHANNELS_EXHAUSTED: EndingClass.SERVER,
    Ending.TRUNK_CHANNELS_EXHAUSTED: EndingClass.SERVER,
    Ending.DRAINING: EndingClass.SERVER,
    Ending.ORDER_EXPIRED: EndingClass.SERVER,
    Ending.CLAIM_LAPSED: EndingClass.SERVER,
    Ending.NO_AGENT: EndingClass.SERVER,
    Ending.NODE_LOST: EndingClass.SERVER,
    Ending.INTERNAL_ERROR: EndingClass.SERVER,
}

_SIP_CODES = {
    Ending.COMPLETED: 200,
    Ending.ABANDONED: 487,
    Ending.MEDIA_TIMEOUT: 408,
    Ending.MEDIA_UNUSABLE: 488,
    Ending.TOO_LONG: 408,
    Ending.SELF_SERVED: 200,
    Ending.VOICEMAIL: 200,
    Ending.CALL_BACK: 200,
    Ending.FLOW_FAILED: 500,
    Ending.BUSY: 486,
    Ending.NO_ANSWER: 480,
    Ending.REJECTED: 603,
    Ending.NUMBER_INVALID: 404,
    Ending.NUMBER_UNDIALLABLE: 484,
    Ending.EXTENSION_UNKNOWN: 404,
    Ending.STATION_UNREACHABLE: 480,
    Ending.CALLER_NUMBER_UNKNOWN: 403,
    Ending.CALLER_NUMBER_FOREIGN: 403,
    Ending.TENANT_CHANNELS_EXHAUSTED: 503,
    Ending.TRUNK_CHANNELS_EXHAUSTED: 503,
    Ending.NO_TRUNK: 503,
    Ending.DESTINATION_BLOCKED: 403,
    Ending.SPEND_LIMIT_REACHED: 403,
    Ending.CALL_RATE_EXCEEDED: 403,
    Ending.NOT_TO_BE_DIALLED: 403,
    Ending.UPSTREAM_FAILED: 503,
    Ending.DRAINING: 503,
    Ending.ORDER_EXPIRED: 503,
    Ending.CLAIM_LAPSED: 503,
    Ending.NO_AGENT: 480,
    Ending.NODE_LOST: 503,
    Ending.INTERNAL_ERROR: 500,
}


def class_of(ending: Ending) -> EndingClass:
    """Return whose doing an ending was; what is not named above was the caller's or the callee's."""
    return _CLASSES.get(ending, EndingClass.CLIENT)


def sip_code_of(ending: Ending) -> int:
    """Return the final SIP response (RFC 3261, 21) that tells the caller of this ending."""
    return _SIP_CODES[ending]


def ending_of(sip_code: int) -> Ending:
    """Return what a carrier's or a phone's final response to our INVITE means for the call."""
    match sip_code:
        case 486 | 600:
            return Ending.BUSY
        case 408 | 480 | 487:
            return Ending.NO_ANSWER
        case 404 | 410 | 484 | 604:
            return Ending.NUMBER_INVALID
        case 403 | 603 | 607 | 608:
            return Ending.REJECTED
        case 415 | 488 | 606:
            return Ending.MEDIA_UNUSABLE
        case _:
            return Ending.UPSTREAM_FAILED


def response_for(ending: Ending, sip_code: int) -> int:
    """Return what the caller is told of a refusal with `sip_code`: the same, where that is a usual one."""
    return sip_code if sip_code in (403, 404, 410, 480, 484, 486, 603) else sip_code_of(ending)


def is_trunk_failure(sip_code: int) -> bool:
    """Say whether another trunk might do better: the carrier failed, not the callee."""
    return 500 <= sip_code < 600 or sip_code in (401, 402, 407, 429)
