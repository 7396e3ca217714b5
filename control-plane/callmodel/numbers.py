"""From what a person dials to the number that a carrier understands (ITU-T E.164)."""

import re
from dataclasses import dataclass

from callmodel.countrycodes import can_begin, split_number
from callmodel.ids import E164

# Not `\d`: that takes the digits of every script, which no prefix matches and some carriers read.
_EXTENSION = re.compile("[0-9]{2,6}")
_DIGITS = re.compile("[0-9]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_PUNCTUATION = re.compile(r"[\s().\-/]")


class UndiallableNumberError(ValueError):
    """A number in a form that nobody can dial."""

    error_id = "number-undiallable"


@dataclass(frozen=True)
class DiallingPlan:
    """How the people of a country write numbers down."""

    country_code: str = "86"
    national_prefix: str = "0"
    international_prefix: str = "00"
    outside_prefix: str = ""
    """What older exchanges taught people to dial first for an outside line, such as `9`; empty for none."""


def is_extension(dialled: str) -> bool:
    """Say whether this has the form of an extension (whether a station has it is the directory's to know)."""
    return _EXTENSION.fullmatch(dialled) is not None


def to_e164(dialled: str, plan: DiallingPlan) -> E164:
    """Return the public number that a person of this country means.

    `013812345678`, `13812345678`, `008613812345678` and `+86 138-1234-5678` all mean `+8613812345678` in China.
    What comes out is the one spelling of its subscriber: limits and prices go by its beginning.
    Raises UndiallableNumberError for anything that is no number, too short or too long, and for a number that says a
    prefix or its country twice (`+86 0 138...`, `+86 86 138...`), which carriers read as another.
    """
    digits = _PUNCTUATION.sub("", dialled)
    if digits.startswith("+"):
        candidate = digits
    elif not _DIGITS.fullmatch(digits):
        raise UndiallableNumberError("a number consists of digits, with a plus sign in front at most")
    else:
        if plan.outside_prefix and digits.startswith(plan.outside_prefix) and len(digits) > 8:
            digits = digits.removeprefix(plan.outside_prefix)
        if plan.international_prefix and digits.startswith(plan.international_prefix):
            candidate = "+" + digits.removeprefix(plan.international_prefix)
        elif plan.national_prefix and digits.startswith(plan.national_prefix):
            candidate = f"+{plan.country_code}{digits.removeprefix(plan.national_prefix)}"
        else:
            candidate = f"+{plan.country_code}{digits}"
    if not _E164.fullmatch(candidate):
        raise UndiallableNumberError("a public number has 7 to 15 digits with its country code")
    own = candidate.removeprefix(f"+{plan.country_code}")
    prefixes = (plan.national_prefix, plan.international_prefix)
    if not is_spelt_once(candidate) or (own != candidate and not can_begin(plan.country_code, own, prefixes)):
        raise UndiallableNumberError("a public number has its country code once, and no prefix behind it")
    return E164(candidate)


def is_e164(text: str) -> bool:
    """Say whether a text has the form of a public number with its plus sign."""
    return _E164.fullmatch(text) is not None


def is_spelt_once(number: str) -> bool:
    """Say whether no other E.164 number reaches the same subscriber, as far as the country's plan tells."""
    return can_begin(*split_number(number))
