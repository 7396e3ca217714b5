"""Routes of stations."""

from control_plane.features.stations import service
from control_plane.features.stations.schemas import (
    NewStation,
    NewStationPassword,
    Seating,
    StationCreated,
    StationPatch,
    StationPhone,
    StationSecret,
    StationsQuery,
    StationView,
)
from control_plane.features.stations.store import StationRecord
from control_plane.fields import ExtensionText, TenantIdText
from control_plane.inventory.archive import ArchivedError, archiving
from control_plane.people.permissions import Permission
from control_plane.web import Context, PageOf, Route
from control_plane.web.problems import PasswordWeakError


async def create(context: Context, tenant_id: TenantIdText, body: NewStation) -> StationCreated:
    """Create a station.  The answer holds the password of its phone, this once."""
    station, domain, password = await service.create(context, tenant_id, body)
    return StationCreated(**to_view(station, domain).model_dump(), password=password)


async def listing(context: Context, tenant_id: TenantIdText, query: StationsQuery) -> PageOf[StationView]:
    """The tenant's stations, by extension; with `user_id`, those that a user is seated at."""
    stations, after, domain = await service.listing(context, tenant_id, query)
    return PageOf[StationView](items=[to_view(station, domain) for station in stations], next=after)


async def one(context: Context, tenant_id: TenantIdText, extension: ExtensionText) -> StationView:
    """A station."""
    return to_view(*await service.find(context, tenant_id, extension))


async def change(
    context: Context, tenant_id: TenantIdText, extension: ExtensionText, body: StationPatch
) -> StationView:
    """Move or rename a station."""
    return to_view(*await service.change(context, tenant_id, extension, body))


async def set_password(
    context: Context, tenant_id: TenantIdText, extension: ExtensionText, body: NewStationPassword
) -> StationSecret:
    """Give the station's phone another password; the old one stops working within seconds."""
    domain, password = await service.set_password(context, tenant_id, extension, body.password)
    return StationSecret(username=extension, domain=domain, password=password)


async def seat(context: Context, tenant_id: TenantIdText, extension: ExtensionText, body: Seating) -> StationView:
    """Seat a user at the station: agents ring and end only the calls of their own stations.  Null for nobody.

    Who was seated there before, and is signed in there as an agent, is signed out.
    """
    return to_view(*await service.seat(context, tenant_id, extension, body.user_id))


async def phone(context: Context, tenant_id: TenantIdText, extension: ExtensionText) -> StationPhone:
    """Get what a browser registers with at the station that one is seated at oneself.  Audited.

    It is good for this station alone, and until its password changes; nobody else's can be asked for, whatever the
    role.
    """
    station, domain = await service.own_phone(context, tenant_id, extension)
    return StationPhone(
        extension=station.extension,
        domain=domain,
        site_id=station.site_id,
        display_name=station.display_name,
        ha1=station.ha1,
    )


async def archive(context: Context, tenant_id: TenantIdText, extension: ExtensionText) -> None:
    """Archive a station that no number leads to; its phone can not register any more.  Doing it again is fine."""
    await service.archive(context, tenant_id, extension)


async def restore(context: Context, tenant_id: TenantIdText, extension: ExtensionText) -> StationCreated:
    """Take an archived station back into use.  The answer holds the new password of its phone, this once."""
    station, domain, password = await service.restore(context, tenant_id, extension)
    return StationCreated(**to_view(station, domain).model_dump(), password=password)


def to_view(station: StationRecord, domain: str) -> StationView:
    """Return the station as the API shows it."""
    return StationView.model_validate(
        {
            "tenant_id": station.tenant_id,
            "extension": station.extension,
            "domain": domain,
            "site_id": station.site_id,
            "display_name": station.display_name,
            "media": station.media,
            "created_ms": station.created_ms,
            "archived_ms": station.archived_ms,
            "user_id": station.user_id,
        }
    )


_TAGS = ("stations",)
_ALL = "/tenants/{tenant_id}/stations"
_ONE = "/tenants/{tenant_id}/stations/{extension}"
_READ, _WRITE = Permission.STATIONS_READ, Permission.STATIONS_WRITE

routes = [
    Route(
        "POST",
        _ALL,
        create,
        _WRITE,
        "Create a station",
        _TAGS,
        status=201,
        errors=(
            service.ExtensionTakenError,
            service.ExtensionForHelpError,
            service.SiteUnknownError,
            service.UserUnknownError,
            PasswordWeakError,
        ),
        configures=True,
        examples={"desk": {"extension": "1001", "site_id": "branch-1", "display_name": "Desk 1"}},
        shows=one,
        names=("extension",),
    ),
    Route("GET", _ALL, listing, _READ, "List stations", _TAGS),
    Route("GET", _ONE, one, _READ, "Get a station", _TAGS),
    Route(
        "PATCH",
        _ONE,
        change,
        _WRITE,
        "Change a station",
        _TAGS,
        errors=(service.SiteUnknownError, ArchivedError),
        configures=True,
        shows=one,
    ),
    Route(
        "PUT",
        f"{_ONE}/password",
        set_password,
        _WRITE,
        "Set a station's password",
        _TAGS,
        errors=(PasswordWeakError, ArchivedError),
        configures=True,
        shows=one,
    ),
    Route(
        "POST",
        f"{_ONE}/phone",
        phone,
        Permission.CALLS_PLACE,
        "Register one's own phone",
        _TAGS,
        errors=(service.NotYourSeatError, service.StationNotForBrowsersError, ArchivedError),
        shows=one,
    ),
    *archiving(
        _ONE,
        archive,
        restore,
        _WRITE,
        "a station",
        _TAGS,
        shows=one,
        restore_errors=(service.SiteUnknownError, service.StationNotArchivedError),
    ),
    Route(
        "PUT",
        f"{_ONE}/user",
        seat,
        _WRITE,
        "Seat a user at a station",
        _TAGS,
        errors=(service.UserUnknownError, ArchivedError),
        configures=True,
        shows=one,
    ),
]
