"""From what a person dials to the number that a carrier understands (ITU-T E.164)."""

import functools
import re
from dataclasses import dataclass

from callmodel.countrycodes import can_begin, prefixes_of, split_number
from callmodel.ids import E164, ShortNumber
from callmodel.shortnumbers import emergency_numbers_of, service_numbers_of

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
    emergency_numbers: tuple[str, ...] | None = None
    """What is dialled for help; None for what the country has.  Before any extension of the same digits."""
    service_numbers: tuple[str, ...] | None = None
    """Short numbers of public services and firms, `x` for any digit; None for what the country has."""

    @property
    def emergency(self) -> tuple[str, ...]:
        own = self.emergency_numbers
        return emergency_numbers_of(self.country_code) if own is None else own

    @property
    def services(self) -> tuple[str, ...]:
        own = self.service_numbers
        return service_numbers_of(self.country_code) if own is None else own


@functools.lru_cache(maxsize=1024)
def plan_of_country(country_code: str) -> DiallingPlan:
    """Return how a country's people and carriers write numbers down, as far as it is known here."""
    return DiallingPlan(country_code, *prefixes_of(country_code))


def is_extension(dialled: str) -> bool:
    """Say whether this has the form of an extension (whether a station has it is the directory's to know)."""
    return _EXTENSION.fullmatch(dialled) is not None


def emergency_number(dialled: str, plan: DiallingPlan) -> ShortNumber | None:
    """Return the emergency number that is dialled, in the digits that a carrier is sent, None for any other."""
    return next(
        (ShortNumber(E164(digits)) for digits in _short_forms(dialled, plan) if digits in plan.emergency), None
    )


def service_number(dialled: str, plan: DiallingPlan) -> ShortNumber | None:
    """Return the short service number that is dialled, in the digits that a carrier is sent, None for any other."""
    for digits in _short_forms(dialled, plan):
        for service in plan.services:
            if len(service) == len(digits) and all(a in ("x", b) for a, b in zip(service, digits, strict=True)):
                return ShortNumber(E164(digits))
    return None


def _short_forms(dialled: str, plan: DiallingPlan) -> list[str]:
    """Return what of these digits may be a short number: all, or those behind an outside line's or country's prefix.

    Telephones put the country in front of whatever they are given, and people who learned to dial 9 dial it always.
    """
    digits = _PUNCTUATION.sub("", dialled)
    before = ["", plan.outside_prefix, f"+{plan.country_code}"]
    if plan.international_prefix:
        before.append(f"{plan.international_prefix}{plan.country_code}")
    forms = [digits.removeprefix(prefix) for prefix in before if digits.startswith(prefix)]
    return [form for form in forms if _EXTENSION.fullmatch(form)]


def to_e164(dialled: str, plan: DiallingPlan) -> E164:
    """Return the public number that a person of this country means.

    `013812345678`, `13812345678`, `008613812345678` and `+86 138-1234-5678` all mean `+8613812345678` in China.
    What comes out is the one spelling of its subscriber: limits and prices go by its beginning.
    Raises UndiallableNumberError for anything that is no number, too short or too long, and for a number that says a
    prefix or its country twice (`+86 0 138...`, `+86 86 138...`), which carriers read as another.
    """
    # Nearly all are written without punctuation.
    bare = _DIGITS.fullmatch(dialled) is not None
    digits = dialled if bare else _PUNCTUATION.sub("", dialled)
    if digits.startswith("+"):
        candidate = digits
    elif not (bare or _DIGITS.fullmatch(digits)):
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
