"""Areas and carriers are those of the package `phone` in China's mobile networks, and of `phonenumbers` elsewhere."""

import numpy as np
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phone import Phone
from phonenumbers import PhoneNumberFormat
from phonenumbers.carrierdata import CARRIER_DATA
from phonenumbers.geodata import GEOCODE_DATA

from leadimport.places import known_places

CHINESE = Phone()


def place(number: int) -> tuple[tuple[str, str], str]:
    places = known_places()
    areas, carriers = places.place(np.array([number], np.uint64))
    return places.areas[areas[0]], places.carriers[carriers[0]]


@settings(max_examples=300, deadline=None)
@given(number=st.integers(13000000000, 19999999999))
def test_chinese_mobile_numbers_are_placed_by_their_segment(number: int):
    known = CHINESE.find(str(number))
    expected = (("", ""), "") if known is None else ((known["province"], known["city"]), known["phone_type"])

    assert place(86 * 10**11 + number) == expected


def longest(data: dict[str, dict[str, str]], digits: str) -> str:
    """Return the English name of the longest prefix that has one, as `phonenumbers` looks it up."""
    for length in range(9, 0, -1):
        if name := data.get(digits[:length], {}).get("en"):
            return name
    return ""


@pytest.mark.parametrize("region", ["US", "DE", "GB", "JP", "SG", "BR", "IN"])
@settings(max_examples=100, deadline=None)
@given(last=st.integers(0, 999_999), kind=st.sampled_from([0, 1]))
def test_numbers_elsewhere_are_placed_by_their_prefix(region: str, last: int, kind: int):
    example = phonenumbers.example_number_for_type(region, kind)
    digits = phonenumbers.format_number(example, PhoneNumberFormat.E164)[1:]
    digits = digits[:-6] + f"{last:06}"

    assert place(int(digits)) == (("", longest(GEOCODE_DATA, digits)), longest(CARRIER_DATA, digits))


@settings(max_examples=300, deadline=None)
@given(prefix=st.sampled_from(sorted(GEOCODE_DATA)), cut=st.integers(0, 3))
def test_a_number_that_is_shorter_than_a_prefix_is_not_taken_for_longer(prefix: str, cut: int):
    digits = prefix[: max(1, len(prefix) - cut)].rstrip("0") or "1"
    if digits.startswith("86"):
        return  # names are Chinese there

    assert place(int(digits))[0][1] == longest(GEOCODE_DATA, digits)


def test_what_is_no_number_is_nowhere():
    assert place(0) == (("", ""), "")
