"""Lists come in the encodings that Chinese and western programs write, marked or not."""

import codecs
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadimport import encodings
from leadimport.encodings import Encoding, detect, is_utf8, utf8_pieces
from tests.unit.leadimport.lists import clean

TEXT = "姓名,手机\n王伟,13812345678\n李娜,13912345678\n"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (TEXT.encode("gb18030"), "gb18030"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_an_encoding_is_detected_and_read(content: bytes, name: str):
    found = clean(content)

    assert found.opened.encoding == name
    assert found.accepted == ["+8613812345678", "+8613912345678"]
    assert found.opened.file.layout.names == ("姓名", "手机")


@pytest.mark.parametrize("name", ["utf-8", "gb18030", "utf-16-le"])
def test_pieces_may_end_within_a_character(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(encodings, "PIECE_BYTES", 7)
    text = "王伟😀é,13812345678\n" * 20

    pieces = [piece for piece, _ in utf8_pieces(io.BytesIO(text.encode(name)), Encoding(name))]

    assert b"".join(pieces).decode() == text


def test_rows_in_another_encoding_than_the_rest_are_refused_one_by_one():
    rows = [f"王伟,138{number:08}\n".encode() for number in range(100)]
    rows[41] = "李娜,13800000041\n".encode("gb18030")

    found = clean("姓名,手机\n".encode() + b"".join(rows))

    assert found.opened.encoding == "utf-8"
    assert found.reasons == {43: "unreadable-text"}
    assert len(found.accepted) == 99


def test_old_line_ends_are_ends_of_lines():
    assert clean("name,mobile\rA,13812345678\rB,13912345678").accepted == ["+8613812345678", "+8613912345678"]


def test_the_sample_may_end_within_a_character():
    assert detect("王".encode()[:2]).name == "utf-8"
    assert detect("王伟".encode("gb18030")[:3]).name == "gb18030"


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=40), st.text(max_size=10), st.text("ab", max_size=20))
def test_utf8_is_what_python_takes_for_it(noise: bytes, text: str, ascii_text: str):
    for content in (
        noise,
        text.encode("utf-8", "replace") + noise,
        ascii_text.encode() + noise + text.encode("utf-8", "replace"),
    ):
        try:
            content.decode()
            expected = True
        except UnicodeDecodeError:
            expected = False
        assert is_utf8(np.frombuffer(content, np.uint8)) is expected
