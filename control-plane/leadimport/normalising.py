"""From what people write in a cell to an E.164 number, exactly as `phonenumbers` reads it, at machine speed.

`judge_cells` follows `phonenumbers.parse` and `is_valid_number` step by step over the arrays of `plans`.  A cell in a
form that it does not know (letters, other scripts' digits, extensions) is ODD: `phonenumbers` itself reads it.
"""

import numpy as np
from numpy.typing import NDArray

from leadimport.machine import kernel, part
from leadimport.plans import (
    AT_END,
    CODE,
    COUNTRY,
    HERE,
    IMPOSSIBLE,
    INTERNATIONAL,
    IS_VIABLE,
    LENGTHS,
    LONGEST_NATIONAL,
    MAIN_REGION,
    NATIONAL,
    OVERLONG,
    PLACE,
    SET,
    START,
    TRANSFORMS,
)
from leadimport.reasons import Reason
from leadimport.tables import MATCH_WITH_GROUP

ODD = 255
"""An outcome beside the reasons: the cell is for `phonenumbers` to read."""
Image = NDArray[np.int32]
Digits = NDArray[np.uint8]
# Unsigned, so that no index is looked at for counting from the end.
_SET, _HERE, _AT_END = np.uint64(SET), np.uint64(HERE), np.uint64(AT_END)
_MOST_DIGITS = 40
_EMPTY, _FORMULA, _NOT_A_NUMBER = int(Reason.EMPTY), int(Reason.FORMULA), int(Reason.NOT_A_NUMBER)
_TOO_SHORT, _TOO_LONG = int(Reason.TOO_SHORT), int(Reason.TOO_LONG)
_NO_SUCH_COUNTRY, _INVALID = int(Reason.NO_SUCH_COUNTRY), int(Reason.INVALID)
_LONGER_THAN_E164, _TEN = np.uint64(10**15), np.uint64(10)
_PUNCTUATION, _PLUS, _EQUALS, _STRANGE = 10, 11, 12, 13


def _character_classes() -> NDArray[np.uint8]:
    classes = np.full(256, _STRANGE, np.uint8)
    classes[48:58] = np.arange(10)
    classes[[ord(each) for each in " -.()/[]"]] = _PUNCTUATION
    classes[ord("+")] = _PLUS
    classes[ord("=")] = _EQUALS
    return classes


_CLASSES = _character_classes()


@kernel
def judge_cells(
    text: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    region: int,
    image: Image,
    outcomes: NDArray[np.uint8],
    numbers: NDArray[np.uint64],
    verdicts: NDArray[np.int32],
) -> None:
    """Judge the cells text[start:end] for a default region.

    Of rows whose outcome is 0 when it begins: sets `outcomes` to a reason or ODD, `numbers` to the E.164 digits as an
    integer, and `verdicts` to 16 x region + line type (`Plans.image`); the two are 0 for what is not valid.
    """
    digits = np.empty(_MOST_DIGITS, np.uint8)
    for row in range(len(starts)):
        if outcomes[row] != 0:
            continue
        count = _digits_of(text, starts[row], ends[row], digits)
        if count < 0:
            outcomes[row] = -count
            continue
        plus = count >= 1000
        count %= 1000
        outcome, country, begin, whose = _country_of(digits, count, plus, region, image)
        if outcome == 0:
            outcome, begin = _national_part(digits, begin, count, country, whose, image)
        if outcome == 0:
            verdict, number = _verdict(digits, begin, count, country, image)
            if verdict == 0:
                outcome = _INVALID
            elif number >= _LONGER_THAN_E164:
                # A few plans have longer numbers, which no carrier takes.
                outcome = _TOO_LONG
            else:
                numbers[row] = number
                verdicts[row] = verdict
        outcomes[row] = outcome


@part
def _digits_of(text: NDArray[np.uint8], start: int, end: int, digits: Digits) -> int:
    """Write a cell's digits; return their count, 1000 more behind a plus sign, or the negative outcome."""
    count, plus, dots, digits_at_dot, others = 0, 0, 0, 0, 0
    behind_dot = 0
    for place in range(start, end):
        kind = _CLASSES[text[place]]
        if kind < 10:
            if count == _MOST_DIGITS:
                return -_TOO_LONG
            digits[count] = kind
            count += 1
            behind_dot += kind
        elif kind == _PUNCTUATION:
            if text[place] == 46:
                dots, digits_at_dot, behind_dot = dots + 1, count, 0
            elif text[place] != 32:
                others += 1
        elif kind == _PLUS:
            if plus or count:
                return -ODD
            plus = 1000
        else:
            if kind == _EQUALS and count == 0 and plus == 0 and others == 0:
                return -_FORMULA
            return -ODD if _may_have_digits(text, start, end) else -_NOT_A_NUMBER
    # 13812345678.0 is a number that a spreadsheet took for one.
    if dots == 1 and others == 0 and behind_dot == 0 and digits_at_dot >= 7:
        count = digits_at_dot
    if count < 3:
        if count == 0 and plus == 0 and dots == 0 and others == 0:
            return -_EMPTY
        return -_TOO_SHORT if count else -_NOT_A_NUMBER
    return count + plus


@part
def _may_have_digits(text: NDArray[np.uint8], start: int, end: int) -> bool:
    """Say whether a cell has digits, or anything beyond ASCII, where other scripts have theirs."""
    for place in range(start, end):  # noqa: SIM110 - numba knows no generators
        if text[place] >= 128 or _CLASSES[text[place]] < 10:
            return True
    return False


@part
def _country_of(
    digits: Digits,
    count: int,
    plus: bool,
    region: int,
    image: Image,
) -> tuple[int, int, int, int]:
    """Return the outcome (0: none yet), the country, where what follows its code begins, and whose prefixes count."""
    if plus:
        country, behind = _country(digits, 0, count, image)
        if country:
            return 0, country, behind, image[country + MAIN_REGION]
    state = image[region + INTERNATIONAL]
    if state:
        length = _prefix(digits, 0, count, state, image) // 4
        # No country code begins with 0.
        if length >= 0 and (length == count or digits[length] != 0):
            if count - length <= 2:
                return _TOO_SHORT, 0, 0, 0
            country, behind = _country(digits, length, count, image)
            if country == 0:
                return _NO_SUCH_COUNTRY, 0, 0, 0
            return 0, country, behind, image[country + MAIN_REGION]
    country = image[region + COUNTRY]
    behind = _behind_own_code(digits, count, image[country + CODE])
    if behind:
        behind = _strip(digits, behind, count, country, region, image)
        if behind < 0:
            return ODD, 0, 0, 0
        if image[region + LENGTHS + count] == OVERLONG or (
            not _viable(digits, 0, count, country, region, image)
            and _viable(digits, behind, count, country, region, image)
        ):
            return 0, country, behind, image[country + MAIN_REGION]
    return (_NO_SUCH_COUNTRY if plus else 0), country, 0, region


@part
def _country(digits: Digits, begin: int, count: int, image: Image) -> tuple[int, int]:
    """Return the country whose code stands here (0 for none), and where the code ends."""
    code = 0
    for length in range(1, min(count - begin, 3) + 1):
        code = 10 * code + digits[begin + length - 1]
        if code == 0:
            break
        country = image[1000 * length + code]
        if country:
            return country, begin + length
    return 0, begin


@part
def _behind_own_code(digits: Digits, count: int, code: int) -> int:
    """Return how many digits the country's code takes at the beginning, 0 where it does not stand there."""
    length = 1 if code < 10 else 2 if code < 100 else 3
    if count < length:
        return 0
    found = 0
    for place in range(length):
        found = 10 * found + digits[place]
    return length if found == code else 0


@part
def _national_part(
    digits: Digits,
    begin: int,
    count: int,
    country: int,
    region: int,
    image: Image,
) -> tuple[int, int]:
    """Return the outcome (0 for none yet), and where the number begins behind what its people dial in front of it."""
    if count - begin < 2:
        return _TOO_SHORT, begin
    stripped = _strip(digits, begin, count, country, region, image)
    if stripped < 0:
        return ODD, begin
    if image[region + LENGTHS + count - stripped] != IMPOSSIBLE:
        begin = stripped
    if count - begin < 2:
        return _TOO_SHORT, begin
    return (_TOO_LONG if count - begin > LONGEST_NATIONAL else 0), begin


@part
def _strip(
    digits: Digits,
    begin: int,
    count: int,
    country: int,
    region: int,
    image: Image,
) -> int:
    """Return where the number begins behind a national prefix; -1 where the prefix is to be written anew."""
    state = image[region + NATIONAL]
    if state == 0 or begin == count:
        return begin
    matched = _prefix(digits, begin, count, state, image)
    if matched < 0:
        return begin
    if matched % 4 == MATCH_WITH_GROUP and image[region + TRANSFORMS]:
        return -1
    behind = begin + matched // 4
    if _viable(digits, begin, count, country, region, image) and not _viable(
        digits, behind, count, country, region, image
    ):
        return begin
    return behind


@part
def _prefix(digits: Digits, begin: int, count: int, first: int, image: Image) -> int:
    """Return 4 x the digits that a prefix pattern takes + MATCH or MATCH_WITH_GROUP; -1 where it does not match."""
    best = -1
    state = np.uint64(first)
    place = begin
    while True:
        if image[state + _HERE]:
            best = 4 * (place - begin) + image[state + _HERE]
        if place == count:
            if image[state + _AT_END]:
                best = 4 * (place - begin) + image[state + _AT_END]
            return best
        state = np.uint64(image[state + np.uint64(digits[place])])
        if state == 0:
            return best
        place += 1


@part
def _viable(
    digits: Digits,
    begin: int,
    count: int,
    country: int,
    region: int,
    image: Image,
) -> bool:
    """Say whether a national number has the general form of the region's."""
    state = np.uint64(image[country + START])
    for place in range(begin, count):
        state = np.uint64(image[state + np.uint64(digits[place])])
        if state == 0:
            return False
    return bool(image[image[state + _SET] + IS_VIABLE + image[region + PLACE]])


@part
def _verdict(digits: Digits, begin: int, count: int, country: int, image: Image) -> tuple[int, np.uint64]:
    """Return 16 x region + line type of a national number (0 where the plan has none such), and all its digits."""
    state = np.uint64(image[country + START])
    number = np.uint64(image[country + CODE])
    for place in range(begin, count):
        state = np.uint64(image[state + np.uint64(digits[place])])
        number = number * _TEN + np.uint64(digits[place])
        if state == 0:
            return 0, number
    return image[np.int64(image[state + _SET]) + count - begin], number
