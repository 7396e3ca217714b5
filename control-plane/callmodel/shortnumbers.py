"""What a country's people dial that is no subscriber's number: its emergency services, and services known by a few
digits.  Defaults, where a tenant's or site's dialling plan says nothing else.
"""

EVERYWHERE = ("112", "911")
"""ITU-T E.161.1 names these as second ways to a country's own; people far from home know them."""

_EMERGENCY = {
    "1": "911",
    "7": "101 102 103 104",
    "20": "122 123 180",
    "27": "10111 10177",
    "33": "15 17 18",
    "39": "113 115 118",
    "41": "117 118 144",
    "43": "122 133 144",
    "44": "999",
    "49": "110",
    "55": "190 192 193",
    "60": "999",
    "61": "000",
    "62": "110 118 119",
    "64": "111",
    "65": "995 999",
    "66": "191 199 1669",
    "81": "110 118 119",
    "82": "119",
    "84": "113 114 115",
    "86": "110 119 120 122",
    "91": "100 101 102 108",
    "92": "15 16 1122",
    "94": "110 119",
    "852": "999",
    "853": "110 999",
    "855": "117 118 119",
    "880": "999",
    "886": "110 119",
    "971": "997 998 999",
}
_SERVICES = {
    "1": "211 311 511 711 811 988",
    # Carriers' own desks (10086), the public services' (12345), directory assistance, and firms' (95588).
    "86": "114 100xx 123xx 95xxx",
}


def emergency_numbers_of(country_code: str) -> tuple[str, ...]:
    """Return what is dialled for help in a country, its own numbers first."""
    return tuple(dict.fromkeys((*_EMERGENCY.get(country_code, "").split(), *EVERYWHERE)))


def service_numbers_of(country_code: str) -> tuple[str, ...]:
    """Return a country's short service numbers; each `x` stands for any digit."""
    return tuple(_SERVICES.get(country_code, "").split())
