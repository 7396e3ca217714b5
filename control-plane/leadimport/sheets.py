"""The parts of an XLSX workbook (ECMA-376), parsed piece by piece within limits."""

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from leadimport.errors import FileError

_PIECE_BYTES = 64 * 1024
# Sheets shrink to a tenth or a thirtieth; a hundred megabytes from half a megabyte are made to fill memory.
_MOST_EXPANDED = 200
_ALWAYS_FINE_BYTES = 100 << 20
_MOST_TEXT_BYTES = 512 << 20
_MOST_COLUMNS = 16384
_WIDEST_READ = 2000
"""Columns; what stands further to the right only tells that the row is too wide."""

Start = Callable[[str, dict[str, str]], None]


def parse_part(
    book: zipfile.ZipFile, path: str, start: Start, end: Callable[[str], None], text: Callable[[str], None]
) -> Iterator[int]:
    """Parse a part, and yield after each piece how many bytes of the workbook are read.

    Raises FileError for XML that is broken, that declares a document type (the way to entities that grow), and for a
    part that is out of proportion to its packed size.
    """
    try:
        info = book.getinfo(path)
    except KeyError as error:
        raise FileError(f"the workbook has no {path}") from error
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, given: start(name.rpartition(":")[2], given)
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    read = 0
    try:
        with book.open(info) as part:
            while piece := part.read(_PIECE_BYTES):
                read += len(piece)
                if read > _ALWAYS_FINE_BYTES and read > _MOST_EXPANDED * info.compress_size:
                    raise FileError("the workbook unpacks to far more than its size: it looks made to fill memory")
                parser.Parse(piece, False)
                yield info.header_offset + info.compress_size * min(read, info.file_size) // max(info.file_size, 1)
            parser.Parse(b"", True)
        yield info.header_offset + info.compress_size
    except (expat.ExpatError, zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise FileError(f"the workbook is damaged or locked ({path}: {error})") from error


def _refuse_doctype(*_: object) -> None:
    raise FileError("the workbook's XML declares a document type, which no spreadsheet does")


def first_sheet_path(book: zipfile.ZipFile) -> str:
    """Return the path of the first sheet's part.  Raises FileError."""
    sheets, targets = list[str](), dict[str, str]()

    def workbook(name: str, given: dict[str, str]) -> None:
        if name == "sheet":
            sheets.extend(value for key, value in given.items() if key.rpartition(":")[2] == "id" and ":" in key)

    def relations(name: str, given: dict[str, str]) -> None:
        if name == "Relationship":
            targets[given.get("Id", "")] = given.get("Target", "")

    _parse_whole(book, "xl/workbook.xml", workbook)
    _parse_whole(book, "xl/_rels/workbook.xml.rels", relations)
    if not sheets or not targets.get(sheets[0]):
        raise FileError("the workbook has no sheet")
    return posixpath.normpath(posixpath.join("/xl", targets[sheets[0]])).removeprefix("/")


def _parse_whole(book: zipfile.ZipFile, path: str, start: Start) -> None:
    for _ in parse_part(book, path, start, lambda _: None, lambda _: None):
        pass


def shared_texts(book: zipfile.ZipFile) -> list[str]:
    """Return the texts that cells refer to by number.  Raises FileError where they are out of bounds."""
    path = "xl/sharedStrings.xml"
    if path not in book.namelist():
        return []
    texts, pieces, inside, size = list[str](), list[str](), set[str](), 0

    def start(name: str, _: dict[str, str]) -> None:
        inside.add(name)

    def end(name: str) -> None:
        inside.discard(name)
        if name == "si":
            texts.append("".join(pieces))
            pieces.clear()

    def text(piece: str) -> None:
        nonlocal size
        # rPh: how to pronounce it.
        if "t" in inside and "rPh" not in inside:
            pieces.append(piece)
            size += len(piece)

    for _ in parse_part(book, path, start, end, text):
        if size > _MOST_TEXT_BYTES:
            raise FileError("the workbook has more text than a list can have")
    return texts


@dataclass
class SheetRow:
    line: int
    cells: list[str]
    formulas: set[int] = field(default_factory=set)
    """Columns whose values a spreadsheet has computed."""
    source_bytes: int = 0


class SheetCells:
    """Told a sheet's elements; gives the rows that are complete."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._rows: list[SheetRow] = []
        self._row = SheetRow(0, [])
        self._column, self._kind, self._open = -1, "", ""
        self._value: list[str] = []

    def taken(self) -> list[SheetRow]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "row":
            self._row = SheetRow(_whole(given.get("r", ""), self._row.line + 1), [])
            self._column = -1
        elif name == "c":
            self._column = _column_of(given.get("r", ""), self._column + 1)
            self._kind = given.get("t", "n")
            self._value.clear()
        elif name == "f":
            self._row.formulas.add(self._column)
        elif name in ("v", "t"):
            self._open = name

    def text(self, piece: str) -> None:
        if self._open:
            self._value.append(piece)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._open = ""
        elif name == "c":
            self._put("".join(self._value))
        elif name == "row":
            self._rows.append(self._row)

    def _put(self, value: str) -> None:
        cells = self._row.cells
        if not value or self._column > _WIDEST_READ:
            return
        cells.extend([""] * (self._column + 1 - len(cells)))
        if self._kind == "s":
            place = _whole(value, -1)
            cells[self._column] = self._texts[place] if 0 <= place < len(self._texts) else ""
        else:
            cells[self._column] = _plain(value) if self._kind == "n" else value


def _plain(value: str) -> str:
    """Return a number without exponent: a workbook keeps all digits, however few the sheet shows."""
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else value


def _whole(text: str, otherwise: int) -> int:
    return (
        int(text)
        if text.isascii() and text.isalnum() and not text.strip("0123456789") and len(text) < 10
        else otherwise
    )


def _column_of(reference: str, otherwise: int) -> int:
    """Return the column of a cell such as BC12, counted from 0.  Raises FileError beyond what spreadsheets have."""
    letters = reference.rstrip("0123456789").upper()
    column = 0
    for letter in letters[:4]:
        column = 26 * column + ord(letter) - 64
    column = column - 1 if letters else otherwise
    if not 0 <= column < _MOST_COLUMNS:
        raise FileError(f"the sheet has a cell in column {reference or column + 1!r}, beyond what spreadsheets have")
    return column
