"""Wire shapes of how people dial, and of where a place is: what tenants and sites have in common."""

from pydantic import Field

from callmodel.codec import from_wire
from callmodel.locations import Location
from callmodel.numbers import DiallingPlan
from control_plane.fields import (
    AddressPart,
    CountryCode,
    CountryLetters,
    DiallingPrefix,
    EmergencyNumber,
    ServiceNumber,
)
from control_plane.web import Shape


class Dialling(Shape):
    """How people write numbers down, and what else they dial.

    An emergency number comes before an extension of the same digits, a service number after it. Both are known for
    the country unless given here.
    """

    country_code: CountryCode = "86"
    national_prefix: DiallingPrefix = "0"
    international_prefix: DiallingPrefix = "00"
    outside_prefix: DiallingPrefix = Field("", description="what people dial first for an outside line, such as 9")
    emergency_numbers: list[EmergencyNumber] | None = Field(
        None, max_length=32, description="what is dialled for help; null: what the country has, 112 and 911"
    )
    service_numbers: list[ServiceNumber] | None = Field(
        None, max_length=64, description="short numbers of services, x for any digit; null: what the country has"
    )

    def to_plan(self) -> DiallingPlan:
        """Return the domain's value."""
        return from_wire(DiallingPlan, self.model_dump())


class LocationShape(Shape):
    """Where a place is, for those who send help: a civic address by its parts (RFC 5139), and a point (WGS 84)."""

    country: CountryLetters = ""
    province: AddressPart = ""
    city: AddressPart = ""
    district: AddressPart = ""
    street: AddressPart = ""
    house: AddressPart = ""
    building: AddressPart = ""
    floor: AddressPart = ""
    room: AddressPart = ""
    postal_code: AddressPart = ""
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)

    def to_location(self) -> Location:
        """Return the domain's value."""
        return from_wire(Location, self.model_dump())
