"""Cells in unusual forms, read by `phonenumbers` itself: letters, other scripts' digits, extensions, floats."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from leadimport.plans import index_of, line_type_of
from leadimport.reasons import Reason

_FLOAT = re.compile(r"\+?([0-9])(?:[.,]([0-9]*))?[eE]\+?([0-9]{1,2})")
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_PARSE_REASONS = {
    NumberParseException.INVALID_COUNTRY_CODE: Reason.NO_SUCH_COUNTRY,
    NumberParseException.TOO_SHORT_AFTER_IDD: Reason.TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: Reason.TOO_SHORT,
    NumberParseException.TOO_LONG: Reason.TOO_LONG,
}


def judge_odd(cell: str, region: str) -> tuple[Reason, int, int]:
    """Return the reason (or ACCEPTED), the E.164 digits as an integer, and 16 x region + line type."""
    if cell.lstrip().startswith(("=", "@")):
        return Reason.FORMULA, 0, 0
    if found := _FLOAT.fullmatch(cell.strip()):
        first, rest, exponent = found.group(1), (found.group(2) or "").rstrip("0"), int(found.group(3))
        # Whole only if every digit is still written: 1.3812345678E+10.
        if len(rest) < exponent - 1 or len(rest) > exponent:
            return Reason.DIGITS_LOST, 0, 0
        cell = first + rest.ljust(exponent, "0")
    try:
        parsed = phonenumbers.parse(cell, region)
    except NumberParseException as error:
        return _PARSE_REASONS.get(error.error_type, Reason.NOT_A_NUMBER), 0, 0
    if not phonenumbers.is_valid_number(parsed):
        return Reason.INVALID, 0, 0
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if not _E164.fullmatch(e164):
        return Reason.TOO_LONG, 0, 0
    of_region = phonenumbers.region_code_for_number(parsed)
    assert parsed.country_code is not None and of_region is not None  # valid numbers have both
    place = index_of(parsed.country_code, of_region)
    return Reason.ACCEPTED, int(e164[1:]), 16 * place + line_type_of(phonenumbers.number_type(parsed))
