"""A trunk's health: from the last outcomes of its calls, and from what the edges tell of registrations."""

from callmodel.edgecarriers import EdgeCarriers, TrunkRegistration
from callmodel.ids import TrunkId
from control_plane.facts.trunkoutcomes import Outcome
from control_plane.features.platform.schemas import TrunkHealth
from control_plane.features.platform.trunks import health_of, registration_of

TRUNK, OTHER = TrunkId("carrier-a"), TrunkId("carrier-b")
NOW = 1_800_000_000_000
HOUR = 3_600_000


def health(*outcomes: Outcome) -> TrunkHealth:
    return health_of(TRUNK, outcomes, NOW, enabled=True, channels=2, max_channels=30, registered=None, edge_id=None)


def answered(ago_ms: int) -> Outcome:
    return Outcome(NOW - ago_ms, NOW - ago_ms - 60_000, None)


def refused(code: int, ago_ms: int = 1000) -> Outcome:
    return Outcome(NOW - ago_ms, None, code)


def test_a_trunk_without_calls_has_no_rate():
    quiet = health()

    assert (quiet.attempts, quiet.answer_rate, quiet.last_answer_ms, quiet.last_failures) == (0, None, None, [])


def test_the_rate_is_answered_by_attempts():
    busy = health(answered(1), refused(486), Outcome(NOW - 5, None, None))

    assert (busy.attempts, busy.answered, busy.answer_rate) == (3, 1, 0.333)
    assert busy.last_answer_ms == NOW - 1 - 60_000


def test_the_rate_is_of_the_last_hour_and_the_last_answer_older():
    faded = health(refused(503), answered(HOUR + 1))

    assert (faded.attempts, faded.answer_rate) == (1, 0.0)
    assert faded.last_answer_ms == NOW - HOUR - 1 - 60_000


def test_a_failure_is_the_carrier_s_and_not_the_callee_s():
    codes = [
        failure.sip_code for failure in health(refused(486), refused(503), refused(404), refused(407)).last_failures
    ]

    assert codes == [503, 407]


def test_only_the_last_failures_are_told():
    told = health(*(refused(500 + place, place) for place in range(9))).last_failures

    assert [failure.sip_code for failure in told] == [500, 501, 502, 503, 504]


def report(edge_id: str, *registrations: TrunkRegistration) -> EdgeCarriers:
    return EdgeCarriers(edge_id, NOW, registrations)


def test_registered_is_what_one_edge_is():
    trying, done = TrunkRegistration(TRUNK, False), TrunkRegistration(TRUNK, True)

    assert registration_of(TRUNK, [report("edge-1"), report("edge-2", done)]) == (True, "edge-2")
    assert registration_of(TRUNK, [report("edge-1", trying), report("edge-2", done)]) == (True, "edge-2")
    assert registration_of(TRUNK, [report("edge-1", trying)]) == (False, "edge-1")
    assert registration_of(TRUNK, [report("edge-1", TrunkRegistration(OTHER, True))]) == (False, None)
    assert registration_of(TRUNK, []) == (False, None)
