"""The beep after which a machine records: a tone that keeps its pitch longer than any voice does."""

from callmodel.campaigns.machines.readings import FRAME_MS, Reading

LOWEST_HZ, HIGHEST_HZ = 380.0, 2600.0
LEAST_MS = 120
_KEEPS_HZ = 15.0
_QUIET_DB = 15.0
_OVER_MS = 60


class BeepEar:
    """Hears a beep while it lasts (`add`), and that it is over (`is_over`)."""

    def __init__(self) -> None:
        self._since_hz = 0.0
        self._lasted_ms = 0
        self._level = 0.0
        self._quiet_ms = 0
        self._heard = False

    def add(self, reading: Reading) -> bool:
        """Take in a frame; say whether a beep is heard now, the first time."""
        tone = reading.tone_hz
        if tone is None or not LOWEST_HZ <= tone <= HIGHEST_HZ:
            self._lasted_ms = 0
            quiet = tone is None and (not self._heard or reading.level_dbfs < self._level - _QUIET_DB)
            self._quiet_ms = self._quiet_ms + FRAME_MS if self._heard and quiet else 0
            return False
        self._quiet_ms = 0
        if self._lasted_ms and abs(tone - self._since_hz) > _KEEPS_HZ:
            self._lasted_ms = 0
        if not self._lasted_ms:
            self._since_hz = tone
        self._lasted_ms += FRAME_MS
        self._level = reading.level_dbfs
        if self._lasted_ms >= LEAST_MS and not self._heard:
            self._heard = True
            return True
        return False

    @property
    def is_over(self) -> bool:
        """Whether a beep was heard, and silence is after it: now one may speak."""
        return self._heard and self._quiet_ms >= _OVER_MS
