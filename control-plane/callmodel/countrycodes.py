"""Country codes (ITU-T E.164, list of 2024), and how the national numbers behind them can not begin.

Carriers forgive what people write: `+86 0 189...` reaches whom `+86 189...` reaches.  A number that says its country
or its trunk prefix once more is such a second spelling, but where national numbers do begin so, by the countries' own
plans as libphonenumber keeps them.
"""


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ONE_DIGIT = "17"
_TWO_DIGITS = _codes(
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 "
    "90 91 92 93 94 95 98"
)
_NO_COUNTRY = _codes("800 808 870 878 881 882 883 888 979")
"""Freephone, satellites and networks: what follows has no trunk prefix."""
_BEGINS_WITH_0 = _codes("39 47 225 226 227 229 241 242 247 250 268 378 379 501 676 679 687 853 974 992")
_BEGINS_WITH_8 = _codes("7 375")
_BEGINS_WITH_OWN_CODE = _codes(
    "7 20 27 31 32 33 36 39 41 43 45 46 47 48 49 51 53 55 62 63 65 66 84 90 91 92 95 213 216 218 220 222 230 231 233 "
    "238 241 243 244 247 250 251 252 255 262 266 267 290 298 299 355 358 359 370 373 376 377 380 383 386 387 421 500 "
    "501 502 503 506 507 508 590 594 596 677 679 680 683 685 850 853 855 886 960 961 962 963 965 968 971 972 973 976 "
    "992 994 996 998"
)

_NO_TRUNK_PREFIX = _codes("30 34 39 45 47 48 65 351 352 356 357 371 372 420 852 853 965 968 973 974")
"""National numbers are dialled there as they stand."""
_PREFIXES = {
    "1": ("1", "011"), "7": ("8", "810"), "36": ("06", "00"), "52": ("", "00"), "61": ("0", "0011"),
    "65": ("", "000"), "66": ("0", "001"), "81": ("0", "010"), "82": ("0", "00"), "852": ("", "001"),
    "855": ("0", "001"), "886": ("0", "002"),
}  # fmt: skip
"""What is dialled before national and international numbers, where that is not `0` and `00`."""


def prefixes_of(country_code: str) -> tuple[str, str]:
    """Return what a country's people dial in front of national and international numbers."""
    return _PREFIXES.get(country_code, ("" if country_code in _NO_TRUNK_PREFIX else "0", "00"))


def split_number(number: str) -> tuple[str, str]:
    """Return country code and national number of an E.164 number with its plus sign."""
    digits = number.removeprefix("+")
    length = 1 if digits[:1] in _ONE_DIGIT else 2 if digits[:2] in _TWO_DIGITS else 3
    return digits[:length], digits[length:]


def can_begin(country_code: str, national: str, prefixes: tuple[str, ...] = ()) -> bool:
    """Say whether a country's national number can begin so.

    prefixes: what people of the country dial in front of national and international numbers, as far as it is known;
    everywhere `0` and `00` are taken for such.
    """
    if country_code in _NO_COUNTRY:
        return True
    if country_code == "1":
        # North America's area codes begin with 2 to 9, so that 1 and 011 in front can be told apart.
        return national[:1] not in ("0", "1")
    if national.startswith(country_code) and country_code not in _BEGINS_WITH_OWN_CODE:
        return False
    in_front = [prefix for prefix in ("00", "0", *prefixes) if prefix and national.startswith(prefix)]
    return all(
        (prefix == "0" and country_code in _BEGINS_WITH_0) or (prefix == "8" and country_code in _BEGINS_WITH_8)
        for prefix in in_front
    )
