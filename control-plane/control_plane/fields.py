"""Words that end up in SIP messages and Kamailio's tables: checked once, here, with texts that say what to do."""

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from callmodel.ids import (
    E164,
    CalendarId,
    CampaignId,
    DispositionId,
    Extension,
    FlowId,
    LeadId,
    ListId,
    PromptId,
    QueueId,
    SiteId,
    TenantId,
    TrunkId,
    UserId,
)

# A label of a host name (RFC 1123): no underscore, no hyphen at an end.
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?"
# A name whose last label starts with a letter can not be mistaken for an address.
_HOST_NAME = rf"({_LABEL}\.)*[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?"
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(\.{_OCTET}){{3}}"
# /16 at the widest: calls from a carrier's network are let in by their address alone.
_SOURCE = rf"{_IPV4}(/(1[6-9]|2[0-9]|3[0-2]))?"
_SLUG = "[a-z][a-z0-9-]{0,30}[a-z0-9]"
_EXTENSION = "[0-9]{2,6}"
_WORD = "[a-z][a-z0-9-]{0,38}[a-z0-9]"
_E164 = r"\+[1-9][0-9]{6,14}"
_PREFIX = r"\+[0-9]{0,14}"
_DIGEST_USER = "[A-Za-z0-9._+@~-]{1,64}"
_DIGEST_REALM = "[A-Za-z0-9._~-]{1,100}"
# What `check_display_name` takes: no control characters, nothing that ends a quoted string or an address in SIP.
_NAME = r'[^\x00-\x1f\x7f"<>\\\u2028\u2029]{1,80}'
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def _matching(pattern: str, advice: str, most: int = 1000) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if len(text) > most or not compiled.fullmatch(text):
            raise ValueError(advice)
        return text

    return check


def _word(pattern: str, advice: str, example: str, most: int = 1000) -> tuple[Any, Any]:
    """Return the annotations of a text: the check with its own words, and the pattern for the API's document."""
    schema = {"type": "string", "pattern": f"^{pattern}$", "maxLength": most, "description": advice}
    return AfterValidator(_matching(pattern, advice, most)), WithJsonSchema({**schema, "examples": [example]})


_SLUG_ADVICE = "2 to 32 of a-z, 0-9 and hyphens, a letter first, no hyphen last"
_WORD_ADVICE = "2 to 40 of a-z, 0-9 and hyphens, a letter first, no hyphen last"
_NUMBER_ADVICE = "write the number with its plus sign and country code, such as +862155550100"

_tenant = _word(_SLUG, _SLUG_ADVICE, "acme", 32)
_site = _word(_SLUG, _SLUG_ADVICE, "branch-1", 32)
_trunk = _word(_SLUG, _SLUG_ADVICE, "carrier-a", 32)
_queue = _word(_SLUG, _SLUG_ADVICE, "sales", 32)
_flow = _word(_SLUG, _SLUG_ADVICE, "welcome", 32)
_calendar = _word(_SLUG, _SLUG_ADVICE, "office-hours", 32)
_prompt = _word(_SLUG, _SLUG_ADVICE, "welcome", 32)
_extension = _word(_EXTENSION, "an extension has 2 to 6 digits", "1001", 6)
_number = _word(_E164, _NUMBER_ADVICE, "+862155550100", 16)
_user = _word(_UUID, "the id that the platform gave the user", "0197a0c2-0000-7000-8000-000000000001", 36)

TenantIdText = Annotated[TenantId, *_tenant]
SiteIdText = Annotated[SiteId, *_site]
TrunkIdText = Annotated[TrunkId, *_trunk]
VipIdText = Annotated[str, *_word("[0-9a-f]{32}", "the id that the platform gave the VIP", "0" * 32, 32)]
QueueIdText = Annotated[QueueId, *_queue]
FlowIdText = Annotated[FlowId, *_flow]
CalendarIdText = Annotated[CalendarId, *_calendar]
PromptIdText = Annotated[PromptId, *_prompt]
CampaignIdText = Annotated[CampaignId, *_word(_SLUG, _SLUG_ADVICE, "spring", 32)]
ListIdText = Annotated[ListId, *_word(_SLUG, _SLUG_ADVICE, "bought-in-may", 32)]
TemplateIdText = Annotated[str, *_word(_SLUG, _SLUG_ADVICE, "seller-a", 32)]
LeadIdText = Annotated[
    LeadId, *_word(rf"{_SLUG}\.[0-9]{{1,12}}", "the id that the platform gave the lead", "bought-in-may.17", 45)
]
DispositionIdText = Annotated[DispositionId, *_word(_WORD, _WORD_ADVICE, "sold", 40)]
UserIdText = Annotated[UserId, *_user]
ExtensionText = Annotated[Extension, *_extension]
E164Text = Annotated[E164, *_number]

ReasonText = Annotated[str, *_word(_WORD, _WORD_ADVICE, "lunch", 40)]
SkillText = Annotated[str, *_word(_WORD, _WORD_ADVICE, "english", 40)]

LANGUAGE = "[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
Language = Annotated[str, *_word(LANGUAGE, "a language tag (BCP 47)", "zh-CN", 35)]
AudioLanguage = Annotated[
    str, *_word(f"({LANGUAGE}|any)", "a language tag (BCP 47), or `any` for audio that fits every call", "zh-CN", 35)
]

WeekdayText = Annotated[str, *_word("(mon|tue|wed|thu|fri|sat|sun)", "mon, tue, wed, thu, fri, sat or sun", "mon", 3)]
_CLOCK = "([01][0-9]|2[0-4]):[0-5][0-9]"
HoursText = Annotated[str, *_word(f"{_CLOCK}-{_CLOCK}", "hours of a day, such as 09:00-17:30", "09:00-17:30", 11)]
_MONTH_DAY = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
DayText = Annotated[
    str, *_word(f"(20[0-9]{{2}}-)?{_MONTH_DAY}", "a day such as 2026-12-25, or 12-25 for each year", "12-25", 10)
]

Slug = Annotated[str, *_word(_SLUG, _SLUG_ADVICE, "hq", 32)]
RegionText = Annotated[str, *_word("[A-Z]{2}", "two capital letters (ISO 3166-1)", "CN", 2)]
SipDomain = Annotated[
    str, *_word(_DOMAIN, "a DNS name in small letters with at least one dot, such as acme.example.com",
                "acme.trunkline.test", 190)
]  # fmt: skip
DiallingPrefix = Annotated[str, *_word("[0-9]{0,4}", "up to 4 digits, or nothing", "0", 4)]
CountryCode = Annotated[str, *_word("[1-9][0-9]{0,2}", "the country code without plus, such as 86", "86", 3)]
CountryLetters = Annotated[str, *_word("([A-Z]{2})?", "two capital letters (ISO 3166-1), or nothing", "CN", 2)]
AddressPart = Annotated[
    str, *_word(rf"({_NAME})?", "up to 80 characters, without control characters, quotes, \\, < and >", "Chengdu", 80)
]
EmergencyNumber = Annotated[str, *_word("[0-9]{2,6}", "2 to 6 digits", "110", 6)]
ServiceNumber = Annotated[
    str, *_word("[0-9][0-9x]{1,5}", "2 to 6 digits, the first one given, x for any of the others", "955xx", 6)
]
NumberPrefix = Annotated[
    str, *_word(_PREFIX, "the beginning of a number with its plus sign; + alone is anywhere", "+8621", 15)
]
DigestUser = Annotated[str, *_word(_DIGEST_USER, "letters, digits and ._+@~- (64 at most)", "hq-trunk-1", 64)]
DigestRealm = Annotated[
    str,
    *_word(_DIGEST_REALM, "the realm in the carrier's challenge: letters, digits and ._~-", "carrier.example", 100),
]
DisplayName = Annotated[
    str, *_word(_NAME, "up to 80 characters, without control characters, quotes, \\, < and >", "Front desk", 80)
]
Username = Annotated[
    str, *_word("[A-Za-z0-9][A-Za-z0-9._@-]{1,63}", "2 to 64 letters, digits and ._@-, a letter or digit first",
                "li.na", 64)
]  # fmt: skip

TimeZone = Annotated[
    str, *_word("[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2}", "the IANA name of a time zone",
                "Asia/Shanghai", 64)
]  # fmt: skip


def check_host(text: str) -> str:
    """Return an IPv4 address or a host name.  Raises ValueError saying what is expected."""
    advice = "an IPv4 address or a host name in small letters, such as sip.carrier.example"
    if re.fullmatch(r"[0-9.]+", text):
        try:
            return str(ipaddress.IPv4Address(text))
        except ValueError:
            raise ValueError(advice) from None
    if len(text) > 190 or not re.fullmatch(_HOST_NAME, text):
        raise ValueError(advice)
    return text


def check_source(text: str) -> str:
    """Return an IPv4 address or network in its usual form.  Raises ValueError saying what is expected."""
    if not re.fullmatch(_SOURCE, text):
        raise ValueError("an IPv4 address or network (/16 at the widest), such as 192.0.2.10 or 192.0.2.0/28")
    network = ipaddress.IPv4Network(text, strict=False)
    return str(network) if network.prefixlen < 32 else str(network.network_address)


Host = Annotated[
    str,
    AfterValidator(check_host),
    WithJsonSchema(
        {"type": "string", "maxLength": 190,
         "pattern": rf"^({_IPV4}|{_HOST_NAME})$",
         "description": "an IPv4 address or a host name in small letters", "examples": ["192.0.2.10"]}
    ),
]  # fmt: skip
Source = Annotated[
    str,
    AfterValidator(check_source),
    WithJsonSchema(
        {"type": "string", "maxLength": 18, "pattern": f"^{_SOURCE}$",
         "description": "an IPv4 address or network (/16 at the widest)", "examples": ["192.0.2.10"]}
    ),
]  # fmt: skip
Port = Annotated[int, Field(ge=1, le=65535)]
