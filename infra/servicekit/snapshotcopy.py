"""A copy of published parts in one SQLite file: one process writes it, many look single entries up in it.

A look-up costs some ten microseconds whatever the number of entries, nothing has to be read or parsed before, and the
pages are the kernel's, once for all processes.  Writing runs without the interpreter's lock: SQLite itself takes the
documents apart.  Standard library only, as SIP workers run on the bare interpreter.
"""

import json
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

LAYOUT = 1
LOCAL = "local:"
"""Begins the names of parts that nobody published: they stay."""
BUSY_SECONDS = 2.0
READER_BUSY_SECONDS = 0.05
READER_CACHE_KIB = 512
SETTLED_SECONDS = 1.0
"""A log that nobody has written to for so long holds nothing that is not to be seen yet."""

# A key is its own in its kind, whichever part it came with: what moves from one part to another belongs to the last.
_TABLES = f"""
BEGIN;
CREATE TABLE part (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (
    kind TEXT NOT NULL, key TEXT NOT NULL, part TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX entries_of_part ON entry (part);
CREATE TABLE whole (yes INTEGER PRIMARY KEY);
PRAGMA user_version = {LAYOUT};
COMMIT;
"""
_FILL = """
INSERT OR REPLACE INTO entry (kind, key, part, value)
SELECT kind.key, each.key, ?1, each.value FROM json_each(?2) AS kind, json_each(kind.value) AS each
"""
_ONE_OF_EACH_KIND = """
SELECT kind.key, (SELECT each.value FROM json_each(kind.value) AS each LIMIT 1) FROM json_each(?) AS kind
"""

logger = logging.getLogger(__name__)


class CopyError(Exception):
    """The file can not be written now: no room, or no right to."""


class CopyAwayError(Exception):
    """The file can not be read: what is looked up is not unknown, nobody can say."""


class Part(NamedTuple):
    """A part as it was published; `text` is its document, {kind: {key: object}}, None for one that is gone."""

    name: str
    version: int
    text: str | None


class SnapshotCopy:
    """The writer's side (`snapshots.Copy`).  A file that can not be read is made anew: it is only a copy.

    check(kind, value): raises ValueError for an entry that readers could not use.  One of each kind in a part is
    tried; a part that fails leaves what there was of it.
    """

    def __init__(self, path: Path, check: Callable[[str, Any], None] = lambda _kind, _value: None) -> None:
        """Open or make the file (0600).  Blocks.  Raises CopyError."""
        self._path = path
        self._check = check
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._db = self._opened_or_made()
        except (sqlite3.Error, OSError) as error:
            raise CopyError(str(error)) from None

    def _opened_or_made(self) -> sqlite3.Connection:
        try:
            return self._opened()
        except sqlite3.OperationalError:
            raise  # no room or no right: the file itself may be good
        except sqlite3.DatabaseError as error:
            extra = {"copy": str(self._path), "error": str(error)}
            logger.error("snapshot copy not readable: it is made anew", extra=extra)
            # The log before the file: one that is left behind would be played into the new file.
            for name in (f"{self._path}-wal", f"{self._path}-shm", str(self._path)):
                Path(name).unlink(missing_ok=True)
            return self._opened()

    def _opened(self) -> sqlite3.Connection:
        # SQLite gives its log the rights of the file.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        db = sqlite3.connect(self._path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            # Readers never wait for the writer, nor it for them; a crash loses the last words, which come again.
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            # A password's digest that was replaced does not linger.
            db.execute("PRAGMA secure_delete = ON")
            if db.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("quick_check failed")
            layout = db.execute("PRAGMA user_version").fetchone()[0]
            if layout == 0:
                db.executescript(_TABLES)
            elif layout != LAYOUT:
                raise sqlite3.DatabaseError("of another version")
        except BaseException:
            db.close()
            raise
        return db

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, though it may be old."""
        return bool(self._run(lambda: self._db.execute("SELECT 1 FROM whole").fetchone()))

    def versions(self) -> dict[str, int]:
        rows = self._run(lambda: self._db.execute("SELECT name, version FROM part").fetchall())
        return {name: version for name, version in rows if not name.startswith(LOCAL)}

    def take(self, parts: list[Part]) -> None:
        def put() -> None:
            for part in parts:
                self._put(part)

        self._in_one_step(put)

    def finish(self, names: Collection[str]) -> set[str]:
        gone = self.versions().keys() - set(names)

        def forget() -> None:
            for name in gone:
                self._remove(name)
            self._db.execute("INSERT OR IGNORE INTO whole VALUES (1)")

        self._in_one_step(forget)
        return gone

    def close(self) -> None:
        self._db.close()

    def _put(self, part: Part) -> None:
        if part.text is None:
            self._remove(part.name)
            return
        try:
            for kind, value in self._db.execute(_ONE_OF_EACH_KIND, (part.text,)).fetchall():
                if value is not None:
                    self._check(kind, json.loads(value))
        except (ValueError, TypeError, sqlite3.OperationalError) as error:
            logger.error("snapshot part refused", extra={"part": part.name, "error": str(error)})
        else:
            self._db.execute("DELETE FROM entry WHERE part = ?", (part.name,))
            self._db.execute(_FILL, (part.name, part.text))
        self._db.execute("INSERT OR REPLACE INTO part VALUES (?, ?)", (part.name, part.version))

    def _remove(self, name: str) -> None:
        self._db.execute("DELETE FROM entry WHERE part = ?", (name,))
        self._db.execute("DELETE FROM part WHERE name = ?", (name,))

    def _in_one_step(self, change: Callable[[], object]) -> None:
        def step() -> None:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                change()
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

        self._run(step)

    def _run(self, work: Callable[[], Any]) -> Any:
        with self._lock:
            try:
                return work()
            except sqlite3.Error as error:
                raise CopyError(str(error)) from None


class CopiedEntries:
    """The readers' side, for one thread; to be opened after a fork.

    Look-ups raise CopyAwayError.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._data_version = -1
        self._log: tuple[int, int, int] | None = None
        self._asked = 0.0

    def moved(self) -> bool:
        """Say whether anything may be another since this was asked last, or can be read no more."""
        # SQLite's own answer takes locks, some 40 µs: who has written has written to the log first.
        if self._is_quiet():
            return False
        try:
            status = os.stat(self._path)  # noqa: PTH116 - a Path would double the cost of the hot path's look
        except OSError:
            return False  # who has it open reads on
        before = (self._identity, self._data_version)
        if (status.st_dev, status.st_ino) != self._identity:
            self._close()
            self._identity = (status.st_dev, status.st_ino)
        try:
            self._data_version = self._rows("PRAGMA data_version")[0][0]
        except CopyAwayError:
            self._data_version = -1
        return (self._identity, self._data_version) != before

    def _is_quiet(self) -> bool:
        """Say whether nobody has written since the file was asked last; it is asked every second all the same."""
        try:
            status = os.stat(f"{self._path}-wal")  # noqa: PTH116 - as below
        except OSError:
            self._log = None
            return False
        log, now = (status.st_ino, status.st_size, status.st_mtime_ns), time.time()
        settled = log == self._log and now - status.st_mtime > SETTLED_SECONDS
        quiet = settled and 0 <= now - self._asked < SETTLED_SECONDS
        if not quiet:
            self._log, self._asked = log, now
        return quiet

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, though it may be old."""
        return bool(self._rows("SELECT 1 FROM whole"))

    def version_of(self, part: str) -> int | None:
        """Return the version of a part, None where there is none."""
        rows = self._rows("SELECT version FROM part WHERE name = ?", part)
        return rows[0][0] if rows else None

    def get(self, kind: str, key: str) -> Any | None:
        """Return an entry's value, None where there is none."""
        rows = self._rows("SELECT value FROM entry WHERE kind = ? AND key = ?", kind, key)
        return json.loads(rows[0][0]) if rows else None

    def all(self, kind: str) -> Iterator[Any]:
        """Yield the values of a kind, by key."""
        for row in self._rows("SELECT value FROM entry WHERE kind = ? ORDER BY key", kind):
            yield json.loads(row[0])

    def _rows(self, query: str, *values: str) -> list[Any]:
        try:
            if self._db is None:
                self._db = self._opened()
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._close()
            raise CopyAwayError(f"snapshot copy not readable: {error}") from None

    def _opened(self) -> sqlite3.Connection:
        # Read-only: else the last reader of a file that was replaced would remove the new one's log as it closes.
        address = f"{Path(self._path).absolute().as_uri()}?mode=ro"
        db = sqlite3.connect(address, READER_BUSY_SECONDS, uri=True, isolation_level=None)
        db.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")
        return db

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
