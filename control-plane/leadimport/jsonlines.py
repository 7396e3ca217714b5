"""JSON Lines: one object a line, whose keys are the columns."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from leadimport.celled import BATCH_ROWS, DELIMITER, Celled, to_rows
from leadimport.delimited import MOST_COLUMNS
from leadimport.encodings import Encoding, utf8_pieces
from leadimport.errors import FileError
from leadimport.mapping import ColumnMapping, Layout, layout_of
from leadimport.reasons import Reason
from leadimport.rows import LONGEST_ROW, Rows

_SAMPLE_LINES = 200
_SHOWN = 200


class JsonLinesFile:
    """A text file whose lines are read once.  Raises FileError when it is opened."""

    delimiter = DELIMITER

    def __init__(self, source: BinaryIO, encoding: Encoding, mapping: ColumnMapping) -> None:
        self._source, self._encoding = source, encoding
        sample = [_object(text) for _, text, _ in islice(self._lines(), _SAMPLE_LINES)]
        objects = [each for each in sample if each is not None]
        if not objects:
            raise FileError("none of the first lines is a JSON object")
        self._keys = list(dict.fromkeys(key for each in objects for key in each))
        if len(self._keys) > MOST_COLUMNS:
            raise FileError(f"the objects have {len(self._keys):,} different keys; at most {MOST_COLUMNS:,} are read")
        cells = [[each.get(key, "") for key in self._keys] for each in objects]
        named = ColumnMapping(mapping.number, mapping.fields, header=True)
        self.layout: Layout = layout_of(named, [self._keys, *cells])

    def rows(self) -> Iterator[Rows]:
        batch, done = list[Celled](), 0
        for line, text, done in self._lines():
            batch.append(self._celled(line, text))
            if len(batch) == BATCH_ROWS:
                yield to_rows(batch, self.layout, done)
                batch = []
        yield to_rows(batch, self.layout, done)

    def _celled(self, line: int, text: bytes | None) -> Celled:
        if text is None:
            return Celled(line, (), Reason.ROW_TOO_LONG)
        found = _object(text)
        if found is None:
            cells = [""] * len(self._keys)
            cells[self.layout.number] = text[:_SHOWN].decode("utf-8", "replace")
            return Celled(line, cells, Reason.NOT_JSON)
        return Celled(line, [found.get(key, "") for key in self._keys])

    def _lines(self) -> Iterator[tuple[int, bytes | None, int]]:
        """Yield the lines that are not blank with their numbers, None for what is too long, and the bytes read."""
        rest, line, done, skipping = b"", 0, 0, False
        for piece, done in utf8_pieces(self._source, self._encoding):
            *whole, rest = (rest + piece).split(b"\n")
            for text in whole:
                line += 1
                if skipping or len(text) > LONGEST_ROW:
                    skipping = False
                    yield line, None, done
                elif text.strip():
                    yield line, text, done
            if len(rest) > LONGEST_ROW:
                rest, skipping = b"", True
        if rest.strip() or skipping:
            yield line + 1, None if skipping else rest, done


def _object(text: bytes | None) -> dict[str, str] | None:
    """Return a line's object with its values as text; None for what is none."""
    if text is None:
        return None
    try:
        # Numbers stay as they are written: 1.38E+10 has lost its digits, and no double may lose any.
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return {key: _text_of(value) for key, value in found.items()} if isinstance(found, dict) else None


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
