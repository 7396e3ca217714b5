"""The automata say what Python's `re` says, for every pattern that numbering plans have."""

import re
from functools import cache

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from leadimport.patterns import PatternError, parse
from leadimport.tables import MATCH, MATCH_WITH_GROUP, FullTable, full_table, prefix_table

PREFIXES = sorted({
    pattern
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
    for region in regions
    for metadata in [PhoneMetadata.metadata_for_region_or_calling_code(code, region)]
    for pattern in (metadata.national_prefix_for_parsing, metadata.international_prefix)
    if pattern
})  # fmt: skip
DIGITS = st.text("0123456789", max_size=14)


@settings(max_examples=1000, deadline=None)
@given(pattern=st.sampled_from(PREFIXES), digits=DIGITS, head=st.sampled_from(["", "0", "1", "8", "00", "011", "15"]))
def test_a_prefix_is_taken_as_re_takes_it(pattern: str, digits: str, head: str):
    table, text = prefix_table(pattern), head + digits
    best, state = (-1, 0), 1
    for place in range(len(text) + 1):
        if table.here[state - 1]:
            best = (place, table.here[state - 1])
        if place == len(text):
            if table.at_end[state - 1]:
                best = (place, table.at_end[state - 1])
            break
        state = table.next_state[state - 1][int(text[place])]
        if state == 0:
            break

    found = re.match(pattern, text)
    grouped = found is not None and bool(found.groups()) and found.groups()[-1] is not None
    assert best == ((found.end(), MATCH_WITH_GROUP if grouped else MATCH) if found else (-1, 0))


@cache
def of_region(region: str) -> tuple[dict[int, str], FullTable]:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    kinds = [metadata.general_desc, metadata.fixed_line, metadata.mobile, metadata.toll_free]
    patterns = {number: kind.national_number_pattern for number, kind in enumerate(kinds) if kind is not None}
    return patterns, full_table(patterns, {9: "1[3-9]"})


@pytest.mark.parametrize("region", ["CN", "US", "DE", "JP"])
@settings(max_examples=300, deadline=None)
@given(digits=DIGITS)
def test_all_patterns_of_a_region_are_met_at_once(region: str, digits: str):
    patterns, table = of_region(region)
    state = 1
    for digit in digits:
        state = table.next_state[state - 1][int(digit)] if state else 0

    met = {number for number, pattern in patterns.items() if re.fullmatch(pattern, digits)}
    met |= {9} if re.match("1[3-9]", digits) else set()
    assert (table.met[state - 1] if state else frozenset()) == met


@pytest.mark.parametrize("pattern", ["a", "(1", "[1", "1*", "1+", r"\w", "(?=1)", "1{2"])
def test_a_pattern_that_is_not_understood_is_refused(pattern: str):
    with pytest.raises(PatternError):
        parse(pattern)
