"""Any list file, by what is in it: its name and ending do not matter."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from leadimport.delimited import DelimitedFile
from leadimport.encodings import MARKS, SAMPLE_BYTES, Encoding, detect
from leadimport.errors import FileError
from leadimport.jsonlines import JsonLinesFile
from leadimport.mapping import ColumnMapping, Layout
from leadimport.rows import Rows
from leadimport.spreadsheets import Spreadsheet

_ZIP, _OLD_OFFICE, _PDF, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-", b"\x1f\x8b"
_TELLTALE = {
    _OLD_OFFICE: "the file is an old workbook (XLS) or locked by a password; save it as XLSX without one",
    _PDF: "the file is a PDF; export the list as CSV or XLSX",
    _GZIP: "the file is packed (gzip); unpack it first",
}


class ListFile(Protocol):
    """A list whose rows are read once, from the beginning."""

    @property
    def layout(self) -> Layout: ...

    @property
    def delimiter(self) -> str:
        """Between the cells of its rows."""

    def rows(self) -> Iterator[Rows]:
        """Yield the rows behind the header in order.  Raises FileError for what is wrong further down."""


def _named(name: str, sample: bytes) -> Encoding:
    if name not in MARKS:
        raise FileError(f"there is no encoding {name!r}; there are {', '.join(MARKS)}")
    return Encoding(name, len(MARKS[name]) if sample.startswith(MARKS[name]) else 0)


@dataclass(frozen=True)
class Opened:
    file: ListFile
    kind: str
    """csv, json-lines or xlsx."""
    encoding: str
    size: int
    """Bytes."""


def open_list(source: BinaryIO, mapping: ColumnMapping | None = None, encoding: str = "") -> Opened:
    """Open a list in a seekable stream.

    encoding: one of `encodings.MARKS`, or empty to detect it.  Raises FileError (ColumnError where the mapping
    does not fit), and OSError where the stream can not be read.
    """
    mapping = mapping or ColumnMapping()
    size = source.seek(0, 2)
    source.seek(0)
    sample = source.read(SAMPLE_BYTES)
    if not sample.strip():
        raise FileError("the file is empty")
    for telltale, said in _TELLTALE.items():
        if sample.startswith(telltale):
            raise FileError(said)
    if sample.startswith(_ZIP):
        return Opened(Spreadsheet(source, mapping), "xlsx", "utf-8", size)
    found = _named(encoding, sample) if encoding else detect(sample)
    first = sample[found.mark_bytes :].decode(found.name, "replace").lstrip()[:1]
    if first == "[":
        raise FileError("the file is one JSON array; write one object a line (JSON Lines)")
    if first == "{":
        return Opened(JsonLinesFile(source, found, mapping), "json-lines", found.name, size)
    return Opened(DelimitedFile(source, found, mapping), "csv", found.name, size)
