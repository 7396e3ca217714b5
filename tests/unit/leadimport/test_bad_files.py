"""Files that are no lists are turned away in plain words; bad rows never stop the rest."""

import io
import json
import zipfile

import pytest

from leadimport.cleaning import Cleaner
from leadimport.errors import ColumnError, FileError
from leadimport.mapping import ColumnMapping
from leadimport.opening import open_list
from leadimport.rules import Rules
from tests.unit.leadimport.lists import a_column, clean


def refused_as(content: bytes, message: str, error: type[FileError] = FileError) -> None:
    with pytest.raises(error, match=message):
        clean(content)


@pytest.mark.parametrize("content", [b"", b"\n\r\n  \n", b"\xef\xbb\xbf"])
def test_an_empty_file(content: bytes):
    refused_as(content, "empty")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bytes(range(256)) * 20, "binary"),
        (b"\x7fELF\x02\x01\x01" + bytes(2000), "binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old workbook"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x1f\x8b\x08\x00abc", "gzip"),
        (b"PK\x03\x04 and nothing else", "cut off"),
    ],
)
def test_a_binary_file(content: bytes, message: str):
    refused_as(content, message)


def test_a_million_columns():
    header = ",".join(f"c{number}" for number in range(10**6))

    refused_as(f"{header}\n1,2,3\n".encode(), r"longer than 64 KB and has .*columns")
    refused_as((",".join(["a"] * 2000) + "\n").encode(), "2,000 columns; at most 1,000")


def test_a_header_without_an_end():
    refused_as(b'"name,mobile\n' + b"x,13812345678\n" * 100_000, "never closed|longer than")


def test_no_column_with_numbers():
    refused_as(b"name,city\nA,Berlin\n", "no column looks like phone numbers", ColumnError)


def test_a_column_that_is_not_there():
    with pytest.raises(ColumnError, match=r"no column 'handy'; there are: 'name', 'mobile'"):
        clean("name,mobile\nA,1\n", mapping=ColumnMapping(number="handy"))
    with pytest.raises(ColumnError, match="no column 3"):
        clean("name,mobile\nA,1\n", mapping=ColumnMapping(number=2))


def test_a_list_with_every_number_refused():
    found = clean(a_column(["12", "x", "", "1.38E+10", "=1+1"]))

    assert found.accepted == []
    assert found.summary.rows == 5
    assert {reason.word: count for reason, count in found.summary.refused.items()} == {
        "empty": 1, "formula": 1, "digits-lost": 1, "not-a-number": 1, "too-short": 1,
    }  # fmt: skip


def test_json_that_is_none():
    found = clean(
        '{"mobile": "13812345678"}\nnot json\n[1]\n{"mobile": 13912345678}\n'
        + '{"mobile": 1.38E+10}\n' + "[" * 5000 + "\n" + '{"mobile": "' + "9" * 70_000 + '"}\n'
    )  # fmt: skip

    assert found.opened.kind == "json-lines"
    assert found.reasons == {2: "not-json", 3: "not-json", 5: "digits-lost", 6: "not-json", 7: "row-too-long"}
    assert found.accepted == ["+8613812345678", "+8613912345678"]
    refused_as(json.dumps([{"mobile": "1"}]).encode(), "one JSON array")
    refused_as(b"{broken\n{also\n", "none of the first lines")


# -- workbooks


def a_workbook(sheet: str, texts: str = "", extra: dict[str, bytes] | None = None) -> bytes:
    """A workbook with one sheet, made by hand: what programs write has these parts and more."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets><sheet r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relations><Relationship Id="r1" Target="worksheets/a.xml"/></Relations>',
        "xl/worksheets/a.xml": f"<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>",
    }
    if texts:
        parts["xl/sharedStrings.xml"] = f"<sst {main}>{texts}</sst>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for path, content in parts.items():
            book.writestr(path, content)
        for path, raw in (extra or {}).items():
            book.writestr(path, raw)
    return out.getvalue()


HEADER = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>手机</t></is></c></row>'
TEXTS = "<si><t>姓名</t></si><si><r><t>王</t></r><r><t>伟</t></r><rPh><t>ignored</t></rPh></si>"


def test_a_workbook_keeps_all_digits_and_computes_nothing():
    rows = (
        '<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>1.3812345678E10</v></c></row>'
        '<row r="4"><c r="B4"><f>13900000000+B2-B2</f><v>13900000000</v></c></row>'
        '<row r="5"><c r="A5"><f>1+1</f><v>2</v></c><c r="B5" t="str"><v>139 1234 5678</v></c></row>'
    )
    found = clean(a_workbook(HEADER + rows, TEXTS), mapping=ColumnMapping(number="手机"))

    assert found.accepted == ["+8613812345678", "+8613912345678"]
    assert found.reasons == {4: "formula"}
    assert "4,formula,,'=13900000000" in found.refused


def test_a_workbook_made_to_fill_memory():
    sheet = HEADER + '<row r="2"><c r="A2" t="inlineStr"><is><t>' + "0" * (130 << 20) + "</t></is></c></row>"

    refused_as(a_workbook(sheet, TEXTS), "made to fill memory")


def test_a_workbook_whose_entities_grow():
    entities = '<!DOCTYPE sst [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'

    refused_as(a_workbook(HEADER, extra={"xl/sharedStrings.xml": entities.encode()}), "document type")


def test_a_workbook_that_breaks_off_says_so_behind_the_rows_that_were_whole():
    rows = "".join(f'<row r="{n}"><c r="B{n}"><v>{13800000000 + n}</v></c></row>' for n in range(2, 9000))
    source = io.BytesIO(a_workbook(HEADER + rows + '<row r="9001"><c', TEXTS))
    cleaning = Cleaner(Rules()).clean(open_list(source).file)

    assert len(next(cleaning).accepted) > 8000
    with pytest.raises(FileError, match="damaged"):
        list(cleaning)


def test_a_broken_workbook():
    refused_as(a_workbook("<row><c></row>"), "damaged")
    refused_as(a_workbook(""), "first sheet is empty")
    refused_as(a_workbook('<row r="1"><c r="AAAAA1"><v>1</v></c></row>'), "beyond what spreadsheets have")
    whole = a_workbook(HEADER + '<row r="2"><c r="B2"><v>13812345678</v></c></row>', TEXTS)
    with pytest.raises(FileError, match="cut off"):
        open_list(io.BytesIO(whole[: len(whole) // 2]))
