"""A subscriber has one spelling, or a block on a prefix is none: whatever is dialled means that one, or nobody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmodel.countrycodes import can_begin, split_number
from callmodel.endings import Ending
from callmodel.limits import Limits, is_allowed
from callmodel.numbers import DiallingPlan, UndiallableNumberError, is_e164, is_extension, to_e164
from callmodel.routing import Refusal, TrunkPlan, plan_call
from tests.unit.callmodel.stories import ACME, with_tenant

CHINA = DiallingPlan()
OLD_EXCHANGE = DiallingPlan(outside_prefix="9")
NORTH_AMERICA = DiallingPlan(country_code="1", national_prefix="1", international_prefix="011")
RUSSIA = DiallingPlan(country_code="7", national_prefix="8", international_prefix="810")
ITALY = DiallingPlan(country_code="39", national_prefix="")
INDIA = DiallingPlan(country_code="91")
BLOCKED = "+86189"
BLOCKING = Limits(blocked_prefixes=(BLOCKED,))


@pytest.mark.parametrize(
    "dialled",
    [
        "+86018912345678",
        "+860018912345678",
        "+868618912345678",
        "+86 0 189 1234 5678",
        "+86(0)189-1234-5678",
        "8618912345678",
        "0086018912345678",
        "0086 0086 189 12345",
        "+86 00 86 189 12345",
        "08618912345678",
        "+08618912345678",
        "++8618912345678",
        "0000 8618912345678",
        "+861８９12345678",
        "+86\u0661\u0668\u066912345678",
    ],
)
def test_a_second_spelling_of_a_subscriber_is_refused(dialled: str):
    with pytest.raises(UndiallableNumberError):
        to_e164(dialled, CHINA)


@pytest.mark.parametrize(
    "dialled", ["18912345678", "018912345678", "008618912345678", "+8618912345678", "0086-189-1234-5678"]
)
def test_the_spellings_that_people_use_meet_the_block(dialled: str):
    assert plan_call(with_tenant(limits=BLOCKING), ACME, dialled) == Refusal(Ending.DESTINATION_BLOCKED)
    assert isinstance(plan_call(with_tenant(), ACME, dialled), TrunkPlan)


@pytest.mark.parametrize(
    ("dialled", "plan", "number"),
    [
        ("02155550001", CHINA, "+862155550001"),
        ("4008001234", CHINA, "+864008001234"),
        ("00390612345678", CHINA, "+390612345678"),
        ("0612345678", ITALY, "+390612345678"),
        ("+39 391 123 4567", ITALY, "+393911234567"),
        ("88005553535", RUSSIA, "+78005553535"),
        ("+7 831 123 45 67", RUSSIA, "+78311234567"),
        ("0 91234 56789", INDIA, "+919123456789"),
        ("+49 491 12345", CHINA, "+4949112345"),
        ("1 212 555 0100", NORTH_AMERICA, "+12125550100"),
        ("011 44 20 7946 0000", NORTH_AMERICA, "+442079460000"),
        ("00800 0123 4567", CHINA, "+80001234567"),
    ],
)
def test_numbers_that_begin_so_by_their_countrys_plan_are_dialled(dialled: str, plan: DiallingPlan, number: str):
    assert to_e164(dialled, plan) == number


@pytest.mark.parametrize(
    "dialled", ["+1 1 900 555 0100", "+1 011 900 555 01", "001 0 900 555 0100", "+44 (0)20 7946 0000"]
)
def test_another_countrys_trunk_prefix_is_refused_too(dialled: str):
    with pytest.raises(UndiallableNumberError):
        to_e164(dialled, CHINA)


PIECES = st.sampled_from(
    ["+", "0", "00", "86", "+86", "0086", "9", "1", "011", " ", "-", "(0)", ".", "/", "８６", "\u0660"]
)
BEGINNINGS = st.lists(PIECES, max_size=6).map("".join)
SPELLINGS = st.tuples(BEGINNINGS, st.sampled_from(["18912345678", "189123456"])).map("".join)
PLANS = st.sampled_from([CHINA, OLD_EXCHANGE])


def forgiving_carrier(number: str) -> str:
    """What a carrier in China makes of digits: prefixes and its own code count once, however often."""
    return re.sub(r"^\+?(0|86)*", "+86", number) if re.match(r"\+?(0|86)", number) else number


@given(SPELLINGS, PLANS)
def test_no_spelling_passes_a_block_that_a_carrier_would_read_as_blocked(dialled: str, plan: DiallingPlan):
    try:
        number = to_e164(dialled, plan)
    except UndiallableNumberError:
        return
    assert forgiving_carrier(number) == number
    assert not (forgiving_carrier(number).startswith(BLOCKED) and is_allowed(BLOCKING, number))


@given(st.one_of(SPELLINGS, st.text(max_size=20), st.text("+0123456789 -()", max_size=24)), PLANS)
def test_what_comes_out_is_its_own_spelling_in_ten_digits(dialled: str, plan: DiallingPlan):
    try:
        number = to_e164(dialled, plan)
    except UndiallableNumberError:
        return
    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", number) and is_e164(number)
    assert to_e164(number, plan) == number


@pytest.mark.parametrize("dialled", ["１００１", "\u0661\u0660\u0660\u0661", "100²"])
def test_an_extension_has_digits_that_a_phone_has(dialled: str):
    assert not is_extension(dialled)


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("+8613812345678", ("86", "13812345678")),
        ("+12125550100", ("1", "2125550100")),
        ("+85221234567", ("852", "21234567")),
        ("+74951234567", ("7", "4951234567")),
        ("+881612345678", ("881", "612345678")),
    ],
)
def test_a_number_is_split_behind_its_country_code(number: str, parts: tuple[str, str]):
    assert split_number(number) == parts


def test_an_empty_prefix_says_nothing():
    assert can_begin("39", "0612345678", ("", "00"))
    with pytest.raises(UndiallableNumberError):
        to_e164("0012125550100", DiallingPlan(country_code="39", national_prefix="", international_prefix=""))
