"""A report as a file for spreadsheets.  What a tenant named is text in it, never a formula."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from control_plane.features.reports.schemas import ReportView
from leadimport.cells import safe_cell

Cell = str | float | int | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def table_of(view: ReportView) -> list[list[Cell]]:
    """Return a report as rows of cells, names of columns first.  Times are the tenant's, without a zone."""
    zone, names = ZoneInfo(view.time_zone), {total.subject: total.name for total in view.totals}
    head: list[Cell] = [f"begins ({view.time_zone})", view.kind, "name"]
    head += [_titled(figure.name, figure.unit, view.currency) for figure in view.figures]
    rows: list[list[Cell]] = [head]
    for row in view.rows:
        begins = datetime.fromtimestamp(row.at_ms / 1000, UTC).astimezone(zone)
        figures = [row.values[figure.name] for figure in view.figures]
        rows.append([f"{begins:%Y-%m-%d %H:%M}", row.subject, names[row.subject], *figures])
    return rows


def _titled(name: str, unit: str, currency: str | None) -> str:
    told = {"seconds": "s", "percent": "%", "money": currency or ""}.get(unit)
    return f"{name} ({told})" if told else name


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return RFC 4180 in UTF-8, with the mark by which spreadsheets know it."""
    text = io.StringIO()
    csv.writer(text).writerows([safe_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a workbook of one sheet (ECMA-376); texts stand inline, as texts, and nothing in it is a formula."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in _FRAME.items():
            book.writestr(name, _HEAD + text)
        sheet = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
        )
    return file.getvalue()


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, str):
        # XML knows no control characters (XML 1.0, 2.2).
        plain = "".join(letter for letter in cell if letter.isprintable())
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(plain)}</t></is></c>'
    return f"<c><v>{cell}</v></c>"


_FRAME = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="report" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
"""What every workbook has beside its sheet."""
