"""What records a leg in Asterisk: MixMonitor, over AMI, for which ARI has no command."""

from pathlib import Path

from callmodel.ids import LegId
from media_nodes.ami import Ami, AmiAwayError, AmiError
from media_nodes.ports import RecordingRefusedError


async def start(ami: Ami, leg_id: LegId, file: Path) -> None:
    """Write what a leg says and hears to raw sound of two channels until it ends.  Raises RecordingRefusedError.

    It keeps time only while the leg is in a bridge that is always mixed (ADR 26).
    """
    # `D`: two channels, first what the leg says.
    await _act(ami, "MixMonitor", {"Channel": leg_id, "File": str(file), "options": "D"})


async def pause(ami: Ami, leg_id: LegId, *, paused: bool) -> None:
    """Write silence of the same length from now on, or the voices again.  Raises RecordingRefusedError."""
    state = "1" if paused else "0"
    await _act(ami, "MixMonitorMute", {"Channel": leg_id, "Direction": "both", "State": state})


async def _act(ami: Ami, action: str, fields: dict[str, str]) -> None:
    try:
        await ami.action(action, fields)
    except (AmiError, AmiAwayError) as error:
        raise RecordingRefusedError(str(error)) from error
