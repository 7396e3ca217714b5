"""All numbering plans in a few arrays: what `phonenumbers` knows of valid numbers, their lines and their regions."""

from dataclasses import dataclass

import numpy as np
import phonenumbers
from numpy.typing import NDArray
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberType

from leadimport.tables import full_table, prefix_table

LONGEST_NATIONAL = 17
# In the order in which `phonenumbers` asks; the two last are one kind where a number meets both.
_KINDS = (
    ("premium_rate", PhoneNumberType.PREMIUM_RATE),
    ("toll_free", PhoneNumberType.TOLL_FREE),
    ("shared_cost", PhoneNumberType.SHARED_COST),
    ("voip", PhoneNumberType.VOIP),
    ("personal_number", PhoneNumberType.PERSONAL_NUMBER),
    ("pager", PhoneNumberType.PAGER),
    ("uan", PhoneNumberType.UAN),
    ("voicemail", PhoneNumberType.VOICEMAIL),
    ("fixed_line", PhoneNumberType.FIXED_LINE),
    ("mobile", PhoneNumberType.MOBILE),
)
LINE_TYPES = (
    "", "fixed-line", "mobile", "fixed-line-or-mobile", "toll-free", "premium-rate", "shared-cost", "voip",
    "personal-number", "pager", "uan", "voicemail",
)  # fmt: skip
"""Names of the line types, by what stands in the arrays."""
_LINE_TYPE = {
    PhoneNumberType.FIXED_LINE: 1, PhoneNumberType.MOBILE: 2, PhoneNumberType.FIXED_LINE_OR_MOBILE: 3,
    PhoneNumberType.TOLL_FREE: 4, PhoneNumberType.PREMIUM_RATE: 5, PhoneNumberType.SHARED_COST: 6,
    PhoneNumberType.VOIP: 7, PhoneNumberType.PERSONAL_NUMBER: 8, PhoneNumberType.PAGER: 9, PhoneNumberType.UAN: 10,
    PhoneNumberType.VOICEMAIL: 11,
}  # fmt: skip
_ENTRIES = tuple((code, region) for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() for region in regions)
REGIONS = tuple(region for _, region in _ENTRIES)
"""ISO codes by index, each country code's main region before its others; `001` for what belongs to no country."""
DEFAULT_REGIONS = frozenset(REGIONS) - {"001"}


# What stands where in a row of the image, beside the ten digits of a state.
SET = 10
HERE, AT_END = 10, 11
IS_VIABLE = LONGEST_NATIONAL + 1
COUNTRY, PLACE, INTERNATIONAL, NATIONAL, TRANSFORMS, LENGTHS = 0, 1, 2, 3, 4, 5
CODE, START, MAIN_REGION = 0, 1, 2
POSSIBLE, IMPOSSIBLE, OVERLONG = 0, 1, 2
_CODES = 4000
_DIGITS_JUDGED = 3 * LONGEST_NATIONAL


@dataclass(frozen=True)
class Plans:
    """All plans as rows in one array, the image; whatever names a row is where in the image the row begins.

    - First, by one to three digits (1000 more for each of them): the country with this code, 0 for none.
    - A state of national numbers: by digit the next state, 0 for none; SET, the set that is met where a number ends.
    - A set of met patterns: by digits of the national number 16 x region + line type, 0 for no valid number; from
      IS_VIABLE on, by a region's PLACE among those of its country code, whether its general description is met.
    - A state of prefixes: by digit the next state, 0 for none; HERE and AT_END as in `PrefixTable`.
    - A region: its COUNTRY, its PLACE; INTERNATIONAL and NATIONAL, the states in which what is dialled before such
      numbers begins, 0 for none; TRANSFORMS, whether a captured group of the latter is written anew; from LENGTHS on,
      by digits, whether a national number can have so many: POSSIBLE, IMPOSSIBLE or OVERLONG.
    - A country: its CODE; START, the state in which a national number begins; MAIN_REGION.
    """

    image: NDArray[np.int32]
    regions: dict[str, int]
    """The rows of regions, by ISO code."""


def compile_plans() -> Plans:
    """Return all plans of the installed `phonenumbers`; takes about a second."""
    image = _Image()
    regions: dict[str, int] = {}
    for code, names in COUNTRY_CODE_TO_REGION_CODE.items():
        country = image.add([code, image.numbering(code), 0])
        image.cells[1000 * len(str(code)) + code] = country
        rows = [image.region(country, place, _metadata(code, name)) for place, name in enumerate(names)]
        image.cells[country + MAIN_REGION] = rows[0]
        regions |= {name: row for name, row in zip(names, rows, strict=True) if name in DEFAULT_REGIONS}
    return Plans(np.array(image.cells, np.int32), regions)


def _metadata(code: int, region: str) -> PhoneMetadata:
    found = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    assert found is not None
    return found


def _lengths(metadata: PhoneMetadata) -> list[int]:
    described = metadata.general_desc
    assert described is not None
    possible, local = described.possible_length, described.possible_length_local_only
    return [
        IMPOSSIBLE if digits in local else
        POSSIBLE if digits in possible else
        OVERLONG if digits > possible[-1] else IMPOSSIBLE
        for digits in range(_DIGITS_JUDGED)
    ]  # fmt: skip


class _Image:
    """The cells of the image, as they come together."""

    def __init__(self) -> None:
        self.cells = [0] * _CODES
        self._prefixes: dict[str, int] = {}

    def add(self, row: list[int]) -> int:
        self.cells += row
        return len(self.cells) - len(row)

    def region(self, country: int, place: int, metadata: PhoneMetadata) -> int:
        international = self._prefix(metadata.international_prefix)
        national = self._prefix(metadata.national_prefix_for_parsing)
        transforms = int(bool(metadata.national_prefix_transform_rule))
        return self.add([country, place, international, national, transforms, *_lengths(metadata)])

    def numbering(self, code: int) -> int:
        """Add the states and sets of a country code's patterns; return where a national number begins."""
        patterns, beginnings, names = _patterns(code)
        table = full_table(patterns, beginnings)
        rows: dict[frozenset[int], int] = {}
        for met in table.met:
            if met not in rows:
                said = frozenset(name for number in met for name in names[number])
                verdicts = [_verdict(code, said, digits) for digits in range(IS_VIABLE)]
                viable = [int((region, "general_desc") in said) for region in COUNTRY_CODE_TO_REGION_CODE[code]]
                rows[met] = self.add(verdicts + viable)
        return self._states(table.next_state, [[rows[met]] for met in table.met])

    def _prefix(self, pattern: str | None) -> int:
        """Add each pattern once; return where it begins, 0 where there is none."""
        if not pattern:
            return 0
        if pattern not in self._prefixes:
            table = prefix_table(pattern)
            results = [list(each) for each in zip(table.here, table.at_end, strict=True)]
            self._prefixes[pattern] = self._states(table.next_state, results)
        return self._prefixes[pattern]

    def _states(self, next_state: list[list[int]], results: list[list[int]]) -> int:
        begin, width = len(self.cells), 10 + len(results[0])
        for following, result in zip(next_state, results, strict=True):
            self.add([begin + (state - 1) * width if state else 0 for state in following] + result)
        return begin


Name = tuple[str, str]
"""A region, and which of its descriptions is meant."""


def _patterns(code: int) -> tuple[dict[int, str], dict[int, str], dict[int, list[Name]]]:
    """Return the patterns of a country code, each once: of whole numbers, of beginnings, and whose each is."""
    texts: dict[tuple[bool, str], list[Name]] = {}
    for region in COUNTRY_CODE_TO_REGION_CODE[code]:
        metadata = _metadata(code, region)
        for kind in ("general_desc", *[kind for kind, _ in _KINDS]):
            described = getattr(metadata, kind)
            if described is not None and described.national_number_pattern:
                texts.setdefault((False, described.national_number_pattern), []).append((region, kind))
        if metadata.leading_digits is not None:
            texts.setdefault((True, metadata.leading_digits), []).append((region, "leading_digits"))
    numbered = list(enumerate(texts))
    patterns = {number: text for number, (beginning, text) in numbered if not beginning}
    beginnings = {number: text for number, (beginning, text) in numbered if beginning}
    return patterns, beginnings, {number: texts[key] for number, key in numbered}


def _verdict(code: int, met: frozenset[Name], digits: int) -> int:
    """Return what a national number is that meets these descriptions and has so many digits; 0 for invalid."""
    regions = COUNTRY_CODE_TO_REGION_CODE[code]
    for region in regions:
        metadata = _metadata(code, region)
        line_type = _line_type(metadata, region, met, digits)
        if len(regions) == 1 or metadata.leading_digits is None:
            if line_type:
                return 16 * _ENTRIES.index((code, region)) + line_type
        elif (region, "leading_digits") in met:
            return (16 * _ENTRIES.index((code, region)) + line_type) if line_type else 0
    return 0


def _line_type(metadata: PhoneMetadata, region: str, met: frozenset[Name], digits: int) -> int:
    def is_met(kind: str) -> bool:
        lengths = getattr(metadata, kind).possible_length if getattr(metadata, kind) is not None else ()
        return (region, kind) in met and (not lengths or digits in lengths)

    if not is_met("general_desc"):
        return 0
    for kind, line_type in _KINDS:
        if not is_met(kind):
            continue
        if kind == "fixed_line" and (metadata.same_mobile_and_fixed_line_pattern or is_met("mobile")):
            return _LINE_TYPE[PhoneNumberType.FIXED_LINE_OR_MOBILE]
        if kind == "mobile" and metadata.same_mobile_and_fixed_line_pattern:
            return 0
        return _LINE_TYPE[line_type]
    return 0


def version() -> str:
    """Return which metadata the plans are compiled from."""
    return str(phonenumbers.__version__)


def line_type_of(number_type: int) -> int:
    """Return how a PhoneNumberType stands in the arrays; 0 for an unknown one."""
    return _LINE_TYPE.get(number_type, 0)


def index_of(country_code: int, region: str) -> int:
    """Return a region's index; it takes the country code because `001` has several."""
    return _ENTRIES.index((country_code, region))
