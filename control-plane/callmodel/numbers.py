"""From what a person dials to the number that a carrier understands (ITU-T E.164)."""

import re
from dataclasses import dataclass

from callmodel.ids import E164

_EXTENSION = re.compile(r"\d{2,6}")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
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
    Raises UndiallableNumberError for anything that is no number, too short or too long.
    """
    digits = _PUNCTUATION.sub("", dialled)
    if digits.startswith("+"):
        candidate = digits
    elif not digits.isascii() or not digits.isdigit():
        raise UndiallableNumberError("a number consists of digits, with a plus sign in front at most")
    else:
        if plan.outside_prefix and digits.startswith(plan.outside_prefix) and len(digits) > 8:
            digits = digits.removeprefix(plan.outside_prefix)
        if digits.startswith(plan.international_prefix):
            candidate = "+" + digits.removeprefix(plan.international_prefix)
        elif plan.national_prefix and digits.startswith(plan.national_prefix):
            candidate = f"+{plan.country_code}{digits.removeprefix(plan.national_prefix)}"
        else:
            candidate = f"+{plan.country_code}{digits}"
    if not _E164.fullmatch(candidate):
        raise UndiallableNumberError("a public number has 7 to 15 digits with its country code")
    return E164(candidate)
