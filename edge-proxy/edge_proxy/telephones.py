"""Numbers as phones and carriers write them into URIs, read in one place: RFC 3966 (tel), RFC 4694 (ported numbers),
RFC 3261, 19.1.6 (a sip URI whose user is a telephone's).
"""

import re
from typing import NamedTuple
from urllib.parse import unquote

from callmodel.countrycodes import split_number
from callmodel.numbers import DiallingPlan, UndiallableNumberError, is_e164, is_spelt_once, plan_of_country, to_e164

_PLAIN_NUMBER = re.compile(r"\+?[0-9]{1,32}")
_DIALLABLE = re.compile(r"\+?[0-9*#]{1,32}")
_SENT_BY_HASH = re.compile(r"(\+?[0-9]+)#")
"""Some phones send along the key that was pressed to dial."""
_SEPARATORS = re.compile(r"[\s().\-/]")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_IN_BRACKETS = re.compile(r"<([^>]*)>([^,<]*)")
_PLACE = re.compile(r"(\[[^\]]*\]|[^:;?]*)(.*)", re.DOTALL)
LONGEST_EMERGENCY = 14
"""Characters of what may be an emergency number, with what is dialled in front of it."""
_LONGEST_NATIONAL = 11
"""What has more digits than that and begins with the country code holds it."""


class Address(NamedTuple):
    """One URI of a header.  `user`: as it stands, with what belongs to a number behind its semicolons.

    `parameters`: the URI's own, its headers, and those of the header's element behind it, as text.
    """

    scheme: str
    user: str
    host: str
    parameters: str = ""


def addresses_in(value: str) -> list[Address]:
    """Return the URIs of a header that names parties (RFC 3261, 20.10), in order; what is none is passed over."""
    if not value:
        return []
    bare = _QUOTED.sub("", value) if '"' in value else value
    if "<" in bare:
        return [_address(found.group(1), found.group(2)) for found in _IN_BRACKETS.finditer(bare)]
    # Without brackets all parameters are the header's.
    parts = (part.strip().partition(";") for part in bare.split(","))
    return [_address(uri, f";{parameters}") for uri, _, parameters in parts if uri]


def _address(uri: str, behind: str) -> Address:
    scheme, _, rest = uri.strip().partition(":")
    scheme = scheme.lower()
    if scheme == "tel":
        return Address(scheme, rest.partition("?")[0], "", behind)
    user, at, place = rest.rpartition("@")
    found = _PLACE.match(place)
    assert found is not None  # it takes anything
    return Address(scheme, user.partition(":")[0] if at else "", found.group(1).lower(), found.group(2) + behind)


def number_in(user: str) -> str | None:
    """Return the number in a URI's user: digits, with a plus sign in front where their country is in them.

    Without what number portability adds: the number that the subscriber has is the one that counts, wherever the
    network routes it.  None for what no telephone could mean.
    """
    if _PLAIN_NUMBER.fullmatch(user):
        return user
    written, *parameters = user.split(";")
    number = _SEPARATORS.sub("", unquote(written))
    if not (number.isascii() and _DIALLABLE.fullmatch(number)):
        return None
    sent = _SENT_BY_HASH.fullmatch(number)
    number = sent.group(1) if sent else number
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.lower() == "phone-context":
            return _in_context(number, _SEPARATORS.sub("", unquote(value)))
    return number


def _in_context(number: str, context: str) -> str:
    """Return a local number with what its context says; a context of letters is a domain's own plan, and ours is."""
    if number.startswith("+") or not re.fullmatch(r"\+[1-9][0-9]{0,14}", context):
        return number
    country, region = split_number(context)
    if region:
        whole = f"{context}{number}"
        return whole if is_e164(whole) and is_spelt_once(whole) else number
    try:
        return to_e164(number, plan_of_country(country))
    except UndiallableNumberError:
        return number  # an emergency number, or an extension


def public_number(user: str, plan: DiallingPlan) -> str | None:
    """Return the number in a URI's user as E.164, None for what is none.  plan: of the carrier's country."""
    number = number_in(user)
    if number is None:
        return None
    with_plus = f"+{number}" if number.startswith(plan.country_code) and is_e164(f"+{number}") else None
    if with_plus is not None and len(number) > _LONGEST_NATIONAL:
        number = with_plus
    for form in filter(None, (number, with_plus)):
        try:
            return to_e164(form, plan)
        except UndiallableNumberError:
            continue
    return None
