"""Whether a lead has the proof of consent that its campaign asks for.  Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime

from callmodel.campaigns.document import ConsentPolicy
from callmodel.campaigns.leads import Consent

DAY_MS = 86_400_000


def consent_in(cells: Mapping[str, str]) -> Consent | None:
    """Return the proof that a lead came with; None without a source and a time that can be read."""
    source = cells.get("consent_source", "").strip()
    at_ms = _time_in(cells.get("consent_time", "").strip())
    if not source or at_ms is None:
        return None
    version, file = (cells.get(f"consent_{name}", "").strip()[:200] for name in ("version", "file"))
    return Consent(source[:80], at_ms, version, file)


def suffices(policy: ConsentPolicy, consent: Consent | None, now_ms: int) -> bool:
    """Say whether a lead with this proof may be called."""
    if not policy.required:
        return True
    if consent is None or consent.at_ms > now_ms:
        return False
    if policy.sources and consent.source not in policy.sources:
        return False
    if policy.text_versions and consent.text_version not in policy.text_versions:
        return False
    return policy.longest_days is None or now_ms - consent.at_ms <= policy.longest_days * DAY_MS


def _time_in(text: str) -> int | None:
    """Return a time in ISO 8601, UTC where it does not say another."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp() * 1000)
