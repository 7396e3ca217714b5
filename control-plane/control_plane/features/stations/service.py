"""Stations come, change and go; each new password is shown once."""

from callmodel.ids import Extension, SiteId, TenantId
from callmodel.numbers import emergency_number
from control_plane.digest import ha1_of, make_password
from control_plane.features.stations.schemas import NewStation, StationPatch
from control_plane.features.stations.store import StationRecord, StationStore
from control_plane.passwords import check_password
from control_plane.references import dialling_at, require_tenant, site_exists
from control_plane.web import ConflictError, Context, InvalidRequestError, NotFoundError


class ExtensionTakenError(ConflictError):
    error_id = "extension-taken"
    title = "The tenant has a station with this extension"


class ExtensionForHelpError(InvalidRequestError):
    error_id = "extension-for-help"
    title = "This is an emergency number there"


class SiteUnknownError(InvalidRequestError):
    error_id = "site-unknown"
    title = "There is no such site"


async def create(context: Context, tenant_id: TenantId, new: NewStation) -> tuple[StationRecord, str, str]:
    """Keep a new station; return it with its domain and password.

    Raises NotFoundError, SiteUnknownError, WeakPasswordError, ExtensionTakenError, ExtensionForHelpError.
    """
    tenant = await require_tenant(context.store, tenant_id)
    await _check_site(context, new.site_id)
    if emergency_number(new.extension, await dialling_at(context.store, tenant, new.site_id)) is not None:
        raise ExtensionForHelpError(f"who dials {new.extension} calls for help; choose another extension")
    password = _checked(new.password, new.extension) or make_password()
    station = StationRecord(
        tenant_id,
        new.extension,
        new.site_id,
        new.display_name or "",
        new.media,
        ha1_of(new.extension, tenant.domain, password),
        context.now_ms(),
    )
    if not await _stations(context).add(tenant_id, station):
        raise ExtensionTakenError()
    return station, tenant.domain, password


async def listing(
    context: Context, tenant_id: TenantId, limit: int, after: str | None
) -> tuple[list[StationRecord], str | None, str]:
    """Return a page of stations, the token of the next one, and their domain.  Raises NotFoundError."""
    tenant = await require_tenant(context.store, tenant_id)
    stations, following = await _stations(context).page(tenant_id, limit, after)
    return stations, following, tenant.domain


async def find(context: Context, tenant_id: TenantId, extension: Extension) -> tuple[StationRecord, str]:
    """Return a station and its domain.  Raises NotFoundError."""
    tenant = await require_tenant(context.store, tenant_id)
    station = await _stations(context).one(tenant_id, extension)
    if station is None:
        raise NotFoundError()
    return station, tenant.domain


async def change(
    context: Context, tenant_id: TenantId, extension: Extension, patch: StationPatch
) -> tuple[StationRecord, str]:
    """Change a station.  Raises NotFoundError, SiteUnknownError."""
    await find(context, tenant_id, extension)
    if patch.site_id is not None:
        await _check_site(context, patch.site_id)
    await _stations(context).change(tenant_id, extension, patch.model_dump(exclude_none=True))
    return await find(context, tenant_id, extension)


async def set_password(
    context: Context, tenant_id: TenantId, extension: Extension, given: str | None
) -> tuple[str, str]:
    """Give a station another password; return its domain and the password.

    Raises NotFoundError, WeakPasswordError.
    """
    _, domain = await find(context, tenant_id, extension)
    password = _checked(given, extension) or make_password()
    await _stations(context).change(tenant_id, extension, {"ha1": ha1_of(extension, domain, password)})
    return domain, password


async def remove(context: Context, tenant_id: TenantId, extension: Extension) -> None:
    """Forget a station.  Raises NotFoundError."""
    await find(context, tenant_id, extension)
    await _stations(context).remove(tenant_id, extension)


def _stations(context: Context) -> StationStore:
    return StationStore(context.store, context.cipher)


def _checked(password: str | None, extension: str) -> str | None:
    if password is not None:
        check_password(password, extension)
    return password


async def _check_site(context: Context, site_id: SiteId) -> None:
    if not await site_exists(context.store, site_id):
        raise SiteUnknownError(f"there is no site {site_id}; create it first")
