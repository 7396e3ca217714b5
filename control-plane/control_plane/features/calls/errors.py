"""Why a call can not be placed or changed, as the API says it; the ids are those of `callmodel.endings`."""

from callmodel.endings import Ending
from control_plane.people.reach import OutOfReachError
from control_plane.web import ConflictError, InvalidRequestError, NotFoundError, Problem, UnavailableError


class NumberUndiallableError(InvalidRequestError):
    error_id = Ending.NUMBER_UNDIALLABLE.value
    title = "Nobody can dial this number"


class ExtensionUnknownError(InvalidRequestError):
    error_id = Ending.EXTENSION_UNKNOWN.value
    title = "The tenant has no such extension"


class CallerNumberUnknownError(InvalidRequestError):
    error_id = Ending.CALLER_NUMBER_UNKNOWN.value
    title = "The tenant has no such number to show, or none at all"


class NoTrunkError(UnavailableError):
    error_id = Ending.NO_TRUNK.value
    title = "No trunk carries a call to this number"


class DestinationBlockedError(InvalidRequestError):
    status = 403
    error_id = Ending.DESTINATION_BLOCKED.value
    title = "Calls to this number are blocked; an HQ administrator can allow its prefix in the tenant's limits"


class SpendLimitReachedError(InvalidRequestError):
    status = 403
    error_id = Ending.SPEND_LIMIT_REACHED.value
    title = "The tenant's spend limit of today is reached; an HQ administrator can raise it in the tenant's limits"


class NoMediaNodeError(UnavailableError):
    error_id = "no-media-node"
    title = "No media node can take a call now"


class DrainingError(UnavailableError):
    error_id = Ending.DRAINING.value
    title = "The media nodes are being taken out of service"


class NodeLostError(UnavailableError):
    error_id = Ending.NODE_LOST.value
    title = "The media node that holds the call does not answer"


class CallUnknownError(NotFoundError):
    error_id = "call-unknown"
    title = "There is no such call"


class DispositionUnknownError(InvalidRequestError):
    error_id = "disposition-unknown"
    title = "This is none of the tenant's results of a call"


class CallNotTalkingError(ConflictError):
    error_id = "call-not-talking"
    title = "This can be done with a call in conversation only"


class CallNotRingingError(ConflictError):
    error_id = "call-not-ringing"
    title = "Only a call that rings at a station can be picked up"


class NobodyToCallError(ConflictError):
    error_id = "nobody-to-call"
    title = "The caller's number is not known"


class PartyUnknownError(NotFoundError):
    error_id = "party-unknown"
    title = "The call has no such party"


BY_ENDING: dict[Ending, type[Problem]] = {
    Ending.NUMBER_UNDIALLABLE: NumberUndiallableError,
    Ending.EXTENSION_UNKNOWN: ExtensionUnknownError,
    Ending.CALLER_NUMBER_UNKNOWN: CallerNumberUnknownError,
    Ending.NO_TRUNK: NoTrunkError,
    Ending.DESTINATION_BLOCKED: DestinationBlockedError,
    Ending.SPEND_LIMIT_REACHED: SpendLimitReachedError,
}
"""What a refusal by the plan becomes; others are the platform's own doing."""

PLACING: tuple[type[Problem], ...] = (
    *BY_ENDING.values(),
    OutOfReachError,
    NoMediaNodeError,
    DrainingError,
    UnavailableError,
)
"""What whoever places a call may meet."""
