"""The site's edge snapshot, kept on disk for the branch's edge: fetched by long polls, kept when HQ is away."""

import asyncio
import json
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from branch_gateway.ports import Headquarters, HeadquartersAwayError, RefusedError, SiteSnapshot
from servicekit.files import write_atomically

WAIT_SECONDS = 25
RETRY_SECONDS = (0.5, 30.0)
REFUSED_SECONDS = 30.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Contact:
    """Whether HQ was reached last time; `reason` says why not, and `refused` that HQ itself said no."""

    there: bool
    reason: str = ""
    refused: bool = False


class SnapshotKeeper:
    """Follows HQ's snapshot for this site into a file (0600: it holds HA1 digests).

    The file is {"version": n, "document": EdgeSnapshot, "mark": ...}, replaced atomically when the content changed.
    """

    def __init__(self, headquarters: Headquarters, path: Path, told: Callable[[Contact], None]) -> None:
        self._headquarters = headquarters
        self._path = path
        self._told = told
        self._contact: Contact | None = None
        self._mark: str | None = None
        self.version = 0
        self.arrived = asyncio.Event()
        """Set once there is a snapshot, be it an old one."""
        self._load()

    @property
    def in_contact(self) -> bool:
        """Whether the last poll reached HQ."""
        return self._contact is not None and self._contact.there

    async def run(self) -> None:
        """Follow for ever."""
        delay = RETRY_SECONDS[0]
        while True:
            try:
                # The first look after a silence does not wait: people want to know that HQ is back.
                wait_seconds = WAIT_SECONDS if self.in_contact else 0
                snapshot = await self._headquarters.snapshot(self._mark, wait_seconds)
                if snapshot is not None:
                    await self._keep(snapshot)
            except HeadquartersAwayError as error:
                self._tell(Contact(False, str(error)))
                # All branches lose HQ in the same second, and must not come back in the same one.
                await asyncio.sleep(delay * random.uniform(0.5, 1.0))
                delay = min(delay * 2, RETRY_SECONDS[1])
            except RefusedError as error:
                logger.error("headquarters refuses this branch", extra={"error_id": error.error_id})
                self._tell(Contact(False, str(error), refused=True))
                await asyncio.sleep(REFUSED_SECONDS)
            except OSError as error:
                # A full disk must not stop the phones: they go on with the snapshot that there is.
                logger.error("snapshot can not be written", extra={"error": error.strerror})
                await asyncio.sleep(RETRY_SECONDS[1])
            else:
                delay = RETRY_SECONDS[0]
                self._tell(Contact(True))

    async def _keep(self, snapshot: SiteSnapshot) -> None:
        envelope = {"version": snapshot.version, "document": snapshot.document, "mark": snapshot.mark}
        text = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
        await asyncio.to_thread(write_atomically, self._path, text.encode(), 0o600)
        self._mark, self.version = snapshot.mark, snapshot.version
        self.arrived.set()
        stations = snapshot.document.get("stations")
        count = len(stations) if isinstance(stations, list) else 0
        logger.info("snapshot written", extra={"version": snapshot.version, "stations_count": count})

    def _load(self) -> None:
        """Begin with the file of the last run; one that can not be read counts for nothing."""
        try:
            envelope: dict[str, Any] = json.loads(self._path.read_bytes())
            self.version, self._mark = int(envelope["version"]), str(envelope["mark"])
            dict(envelope["document"])
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError):
            logger.warning("snapshot file is not readable and will be fetched anew")
            self.version, self._mark = 0, None
            return
        self.arrived.set()

    def _tell(self, contact: Contact) -> None:
        before = self._contact
        if before is None or (contact.there, contact.refused) != (before.there, before.refused):
            self._told(contact)
        self._contact = contact
