"""Our reading of numbers is `phonenumbers`' own: valid ones, their E.164 form, their region and kind of line."""

import numpy as np
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadimport.cleaning import known_plans
from leadimport.normalising import ODD, judge_cells
from leadimport.plans import DEFAULT_REGIONS, LINE_TYPES, REGIONS, index_of, line_type_of
from leadimport.reasons import Reason
from leadimport.reference import judge_odd

USUAL = ("CN", "US", "DE", "GB", "JP", "HK", "SG")
DIGITS = st.text("0123456789", min_size=1, max_size=19)
TYPES = range(11)


def judged(cell: str, region: str) -> tuple[Reason, int, int]:
    """Return what the kernel says, or, for what is odd to it, the slow way."""
    text = cell.encode()
    outcomes, numbers, verdicts = np.zeros(1, np.uint8), np.zeros(1, np.uint64), np.zeros(1, np.int32)
    plans = known_plans()
    ends = np.array([len(text)])
    whole = np.frombuffer(text + b" ", np.uint8)
    judge_cells(whole, ends * 0, ends, plans.regions[region], plans.image, outcomes, numbers, verdicts)
    if outcomes[0] == ODD:
        return judge_odd(cell, region)
    return Reason(int(outcomes[0])), int(numbers[0]), int(verdicts[0])


def reference(cell: str, region: str) -> tuple[int, int]:
    """Return the digits and the verdict by `phonenumbers` alone; zeros for what is not valid or beyond E.164."""
    try:
        parsed = phonenumbers.parse(cell, region)
    except phonenumbers.NumberParseException:
        return 0, 0
    digits = int(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:])
    if not phonenumbers.is_valid_number(parsed) or digits >= 10**15:
        return 0, 0
    place = index_of(parsed.country_code, phonenumbers.region_code_for_number(parsed))
    return digits, 16 * place + line_type_of(phonenumbers.number_type(parsed))


def examples() -> dict[str, list[tuple[str, str]]]:
    """Country code and national number of examples of all kinds, by region."""
    found = {
        region: [phonenumbers.example_number_for_type(region, kind) for kind in TYPES]
        for region in sorted(DEFAULT_REGIONS)
    }
    return {
        region: [(str(each.country_code), phonenumbers.national_significant_number(each)) for each in numbers if each]
        for region, numbers in found.items()
    }


EXAMPLES = examples()


@st.composite
def real_looking(draw: st.DrawFn, region: str) -> str:
    """An example number with some digits changed, as people of a country, its neighbours and machines write it."""
    of = draw(st.sampled_from([region, region, region, *USUAL, "IT", "BR", "AR", "RU", "KZ", "CA", "JM", "GG", "MX"]))
    code, national = draw(st.sampled_from(EXAMPLES[of]))
    digits = list(national)
    for place, digit in draw(st.lists(st.tuples(st.integers(0, len(digits) - 1), st.integers(0, 9)), max_size=4)):
        digits[place] = str(digit)
    national = "".join(digits) + draw(st.sampled_from(["", "", "", "0", "12"]))
    own = phonenumbers.ndd_prefix_for_region(region, True) or ""
    prefix = draw(
        st.sampled_from([
            "", "+", f"+{code}", code, f"00{code}", f"+00{code}", own, f"{code}{own}", f"+{code}{own}", "0", "1",
            f"011{code}", f"010{code}", f"{code}{code}", f"+{code} ({own})", f"({own})", "8", "17900", "12593",
        ])
    )  # fmt: skip
    between = draw(st.sampled_from(["", "", " ", "-", ".", " - ", ")"]))
    return prefix + between.join([national[:3], national[3:6], national[6:]])


@pytest.mark.parametrize("region", USUAL)
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_numbers_that_look_real_are_read_as_phonenumbers_reads_them(region: str, data: st.DataObject):
    cell = data.draw(real_looking(region))

    assert judged(cell, region)[1:] == reference(cell, region)


@settings(max_examples=400, deadline=None)
@given(region=st.sampled_from(sorted(DEFAULT_REGIONS)), plus=st.sampled_from(["", "+"]), digits=DIGITS)
def test_any_digits_are_read_as_phonenumbers_reads_them_in_every_region(region: str, plus: str, digits: str):
    assert judged(plus + digits, region)[1:] == reference(plus + digits, region)


@settings(max_examples=400, deadline=None)
@given(
    region=st.sampled_from(USUAL), cell=st.text("0123456789 +-().,/x#extTel:*~０１３８＋\u00a0\u3000", max_size=24)
)
def test_whatever_stands_in_a_cell_is_read_as_phonenumbers_reads_it(region: str, cell: str):
    reason, digits, verdict = judged(cell, region)
    if "." in cell and cell.rstrip(". 0") != cell:
        return  # a spreadsheet's float, below

    assert (digits, verdict) == reference(cell, region)
    assert (reason is Reason.ACCEPTED) == (digits > 0)


def test_every_example_of_every_country_is_known():
    for region, numbers in EXAMPLES.items():
        for code, national in numbers:
            for cell in (f"+{code}{national}", national):
                assert judged(cell, region)[1:] == reference(cell, region), (region, cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("13812345678", 8613812345678),
        ("138-1234-5678", 8613812345678),
        ("+86 138 1234 5678", 8613812345678),
        ("008613812345678", 8613812345678),
        ("8613812345678", 8613812345678),
        ("(010) 6552 9988", 861065529988),
        ("13812345678.0", 8613812345678),
        ("1.3812345678E+10", 8613812345678),
        ("１３８１２３４５６７８", 8613812345678),
        ("Tel: 13812345678", 8613812345678),
        ("+1 212-555-2368", 12125552368),
    ],
)
def test_one_number_has_many_spellings(cell: str, number: int):
    assert judged(cell, "CN")[:2] == (Reason.ACCEPTED, number)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", Reason.EMPTY),
        ("   ", Reason.EMPTY),
        ("1.38E+10", Reason.DIGITS_LOST),
        ("1,38E+10", Reason.DIGITS_LOST),
        ("1.38123456789E+10", Reason.DIGITS_LOST),
        ('=HYPERLINK("http://x","13812345678")', Reason.FORMULA),
        ("@SUM(1)", Reason.FORMULA),
        ("n/a", Reason.NOT_A_NUMBER),
        ("--", Reason.NOT_A_NUMBER),
        ("12", Reason.TOO_SHORT),
        ("+999 1234567", Reason.NO_SUCH_COUNTRY),
        ("12345678901", Reason.INVALID),
        ("1" * 60, Reason.TOO_LONG),
    ],
)
def test_what_is_no_number_says_why(cell: str, reason: Reason):
    assert judged(cell, "CN") == (reason, 0, 0)


def test_region_and_line_type_are_told():
    mobile, london = judged("13812345678", "CN")[2], judged("+44 20 7946 0018", "CN")[2]

    assert (REGIONS[mobile // 16], LINE_TYPES[mobile % 16]) == ("CN", "mobile")
    assert (REGIONS[london // 16], LINE_TYPES[london % 16]) == ("GB", "fixed-line")
