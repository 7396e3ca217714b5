"""Which numbers of ours may be shown now: those that were not shown too often, and do not rest."""

import logging
from collections.abc import Collection

from callmodel.campaigns.callers import choose_caller
from callmodel.campaigns.caps import day_began_ms
from callmodel.campaigns.document import Campaign
from callmodel.campaigns.health import REST_MS, ailment_of
from callmodel.ids import E164
from hotstate.leads import CallerNumbers, CampaignKey

LOOK_MS = 60_000

logger = logging.getLogger(__name__)


class Callers:
    """The numbers of one campaign, as its dialler sees them between two looks."""

    def __init__(self, numbers: CallerNumbers, key: CampaignKey) -> None:
        self._numbers, self._key = numbers, key
        self._capped: dict[E164, int] = {}
        self._resting: dict[E164, int] = {}
        self._shown: dict[E164, int] = {}
        self._looked_ms: dict[E164, int] = {}

    async def begin(self, at_ms: int) -> None:
        """Begin a round of launches: count anew.  Raises redis errors."""
        self._shown = {}
        self._capped = {caller: until for caller, until in self._capped.items() if until > at_ms}
        resting = await self._numbers.resting(self._key, at_ms)
        self._resting = {caller: until for caller, (until, _) in resting.items()}

    async def learn(self, campaign: Campaign, callers: Collection[E164], at_ms: int) -> None:
        """Learn how often these were shown today; and let those rest that do worse than they did.

        Raises redis errors.
        """
        unknown = [each for each in callers if each not in self._shown]
        if unknown:
            since_ms = day_began_ms(campaign.time_zone, at_ms)
            self._shown |= await self._numbers.shown(self._key, unknown, since_ms)
        unseen = [each for each in callers if at_ms - self._looked_ms.get(each, 0) >= LOOK_MS]
        if unseen:
            self._looked_ms |= dict.fromkeys(unseen, at_ms)
            for caller, (recent, before) in (await self._numbers.tallies(self._key, unseen, at_ms)).items():
                ailment = ailment_of(recent, before)
                if ailment is None or caller in self._resting:
                    continue
                logger.warning(
                    "number rests", extra={"alarm": "caller-rests", "caller": caller, "why": ailment.value}
                )
                self._resting[caller] = at_ms + REST_MS
                await self._numbers.rest(self._key, caller, at_ms + REST_MS, ailment)

    def choose(self, callers: Collection[E164]) -> E164 | None:
        """Return the number to show next, None where none may be."""
        return choose_caller(callers, self._shown, self._capped.keys() | self._resting.keys())

    def note_shown(self, caller: E164) -> None:
        self._shown[caller] = self._shown.get(caller, 0) + 1

    def note_capped(self, caller: E164, until_ms: int) -> None:
        """It has been shown too often, until then."""
        self._capped[caller] = until_ms

    def next_ms(self, callers: Collection[E164]) -> int | None:
        """Return when the first of these may be shown again; None where nothing stands against any."""
        waits = [max(self._capped.get(each, 0), self._resting.get(each, 0)) for each in callers]
        return min((until for until in waits if until), default=None)
