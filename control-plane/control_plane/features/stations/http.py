"""Routes of stations."""

from control_plane.features.stations import service
from control_plane.features.stations.schemas import (
    NewStation,
    NewStationPassword,
    StationCreated,
    StationPatch,
    StationSecret,
    StationView,
)
from control_plane.features.stations.store import StationRecord
from control_plane.fields import ExtensionText, TenantIdText
from control_plane.permissions import Permission
from control_plane.web import Context, PageOf, PageQuery, Route
from control_plane.web.problems import PasswordWeakError


async def create(context: Context, tenant_id: TenantIdText, body: NewStation) -> StationCreated:
    """Create a station.  The answer holds the password of its phone, this once."""
    station, domain, password = await service.create(context, tenant_id, body)
    return StationCreated(**to_view(station, domain).model_dump(), password=password)


async def listing(context: Context, tenant_id: TenantIdText, query: PageQuery) -> PageOf[StationView]:
    """The tenant's stations, by extension."""
    stations, after, domain = await service.listing(context, tenant_id, query.limit, query.after)
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


async def remove(context: Context, tenant_id: TenantIdText, extension: ExtensionText) -> None:
    """Remove a station; its phone can not register any more."""
    await service.remove(context, tenant_id, extension)


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
            PasswordWeakError,
        ),
        configures=True,
        examples={"desk": {"extension": "1001", "site_id": "branch-1", "display_name": "Desk 1"}},
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
        errors=(service.SiteUnknownError,),
        configures=True,
    ),
    Route(
        "PUT",
        f"{_ONE}/password",
        set_password,
        _WRITE,
        "Set a station's password",
        _TAGS,
        errors=(PasswordWeakError,),
        configures=True,
    ),
    Route("DELETE", _ONE, remove, _WRITE, "Remove a station", _TAGS, status=204, configures=True),
]
