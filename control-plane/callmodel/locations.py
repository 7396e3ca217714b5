"""Where a site is: what is told to those who send help there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Location:
    """Where a site is, for those who send help there: a civic address by its parts (RFC 5139), and a point (WGS 84).

    `country`: two letters (ISO 3166-1); every part may be empty.
    """

    country: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    house: str = ""
    building: str = ""
    floor: str = ""
    room: str = ""
    postal_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
