"""What a call's figures of voice say: who was not heard, who heard nothing, and who was heard badly."""

import ipaddress

from callmodel.callstate import LegRole
from callmodel.cdr import Cdr, CdrLeg
from callmodel.ladder import SipHead
from callmodel.voice.figures import LegVoice
from callmodel.why.finding import OF_PARTIES, Case, Cause, Finding, lower, party, seconds

LEAST_SECONDS = 3.0
_PRIVATE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)
"""RFC 1918, 6598 and 4193: nobody outside reaches these."""
POOR_MOS = 3.5
"""Below it many users are dissatisfied (ITU-T G.107, Annex B)."""


def findings(case: Case) -> list[Finding]:
    """Return what was wrong with the voices of a call."""
    legs = [leg for leg in case.cdr.legs if leg.answered_ms is not None and leg.role is not LegRole.SUPERVISOR]
    measured = [(leg, leg.voice) for leg in legs if leg.voice is not None]
    mute = [(leg, voice) for leg, voice in measured if _is_mute(case.cdr, leg, voice)]
    found: list[Finding] = []
    if len(measured) > 1 and len(mute) == len(measured):
        evidence = tuple(line for leg, voice in mute for line in _evidence(case, leg, voice))
        found.append(Finding(Cause.BOTH_SILENT, "Nobody was heard: no voice came from either side.", evidence))
    else:
        found += [_one_sided(case, leg, voice) for leg, voice in mute]
    for leg, voice in measured:
        if voice.heard.dead_seconds >= LEAST_SECONDS or voice.deaf_since_ms is not None:
            words = f"{party(leg)} was sent nothing for {seconds(voice.heard.dead_seconds)} while somebody spoke."
            found.append(Finding(Cause.DEAF, words, _evidence(case, leg, voice)))
        found += _poor(leg, voice)
    return found


def _is_mute(cdr: Cdr, leg: CdrLeg, voice: LegVoice) -> bool:
    if voice.dead_since_ms is not None or voice.sent.dead_seconds >= LEAST_SECONDS:
        return True
    return voice.sent.packets == 0 and _lasted(cdr, leg) >= LEAST_SECONDS and cdr.answered_ms is not None


def _lasted(cdr: Cdr, leg: CdrLeg) -> float:
    ended_ms = leg.ended_ms or cdr.ended_ms
    return 0.0 if ended_ms is None or leg.answered_ms is None else (ended_ms - leg.answered_ms) / 1000


def _one_sided(case: Case, leg: CdrLeg, voice: LegVoice) -> Finding:
    who = party(leg)
    if voice.sent.packets == 0:
        words = f"{who}'s voice never came."
    elif voice.dead_since_ms is not None:
        words = f"{who}'s voice stopped and did not come back."
    else:
        words = f"{who}'s voice was away for {seconds(voice.sent.dead_seconds)}."
    return Finding(Cause.ONE_SIDED, words, _evidence(case, leg, voice))


def _evidence(case: Case, leg: CdrLeg, voice: LegVoice) -> tuple[str, ...]:
    lasted = _lasted(case.cdr, leg)
    within = f" in {seconds(lasted)}" if lasted else ""
    said = [head for head in case.heads_of(leg) if head.sender in OF_PARTIES and head.sdp]
    whence = f" from {said[-1].address}" if said else ""
    lines = [f"{voice.sent.packets} packets{whence}{within}, {voice.heard.packets} sent to {lower(party(leg))}"]
    if said:
        lines += _about_description(leg, said[-1])
    lines += [note for note in case.notes_of(leg) if "media" in note]
    return tuple(lines)


def _about_description(leg: CdrLeg, head: SipHead) -> list[str]:
    """Say what is odd about where a party wants its sound, which nearly always tells whence it sends."""
    host = head.sdp.split(" ")[1].rpartition(":")[0]
    lines = []
    if head.address and host != head.address:
        private = " (a private address)" if _is_private(host) and not _is_private(head.address) else ""
        lines.append(f"{lower(party(leg))}'s SDP names {host}{private}; it signals from {head.address}")
    ways = (way for way in ("sendonly", "recvonly", "inactive") if head.sdp.endswith(way))
    lines += [f"{lower(party(leg))}'s last SDP says {way}" for way in ways]
    return lines


def _is_private(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found.version == network.version and found in network for network in _PRIVATE)


def _poor(leg: CdrLeg, voice: LegVoice) -> list[Finding]:
    found = []
    for words, stream in (
        (f"{party(leg)} was heard badly", voice.sent),
        (f"{party(leg)} heard the others badly", voice.heard),
    ):
        if stream.mos is None or stream.mos >= POOR_MOS:
            continue
        share = 100 * stream.lost / max(stream.packets + stream.lost, 1)
        figures = f"MOS {stream.mos:.1f} by ITU-T G.107: {share:.1f} % lost, jitter {stream.jitter_ms:.0f} ms"
        trip = f", round trip {voice.round_trip_ms:.0f} ms" if voice.round_trip_ms else ""
        found.append(Finding(Cause.POOR_VOICE, f"{words}.", (figures + trip,)))
    return found
