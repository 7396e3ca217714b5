"""Stations come, change and go; each new password is shown once."""

from dataclasses import replace

from callmodel.ids import Extension, SiteId, TenantId, UserId
from callmodel.numbers import emergency_number
from control_plane.features.stations.schemas import NewStation, StationPatch, StationsQuery
from control_plane.features.stations.store import StationRecord, StationStore
from control_plane.inventory.archive import ARCHIVED, ArchivedError
from control_plane.inventory.references import dialling_at, require_tenant, site_exists
from control_plane.inventory.uses import require_unused_station
from control_plane.keyring.digest import ha1_of, make_password
from control_plane.people.accounts import account_of
from control_plane.people.agents import move_with_station, sign_out_from, signed_in_at
from control_plane.people.passwords import check_password
from control_plane.phonekeys import BROWSERS, new_key
from control_plane.web import ConflictError, Context, ForbiddenError, InvalidRequestError


class ExtensionTakenError(ConflictError):
    error_id = "extension-taken"
    title = "The tenant has a station with this extension"


class UserUnknownError(InvalidRequestError):
    error_id = "user-unknown"
    title = "The tenant has no such user"


class StationNotArchivedError(ConflictError):
    """Restoring it would give it another password, and lock its phone out."""

    error_id = "not-archived"
    title = "The station is in use already"


class NotYourSeatError(ForbiddenError):
    error_id = "not-your-seat"
    title = "Somebody else is seated there, or nobody"


class StationNotForBrowsersError(ConflictError):
    error_id = "station-not-for-browsers"
    title = "The station's phone is no browser: its media is not webrtc"


class ExtensionForHelpError(InvalidRequestError):
    error_id = "extension-for-help"
    title = "This is an emergency number there"


class SiteUnknownError(InvalidRequestError):
    error_id = "site-unknown"
    title = "There is no such site"


async def create(context: Context, tenant_id: TenantId, new: NewStation) -> tuple[StationRecord, str, str]:
    """Keep a new station; return it with its domain and password.

    Raises NotFoundError, SiteUnknownError, UserUnknownError, WeakPasswordError, ExtensionTakenError,
    ExtensionForHelpError.
    """
    tenant = await require_tenant(context.store, tenant_id)
    await _check_site(context, new.site_id)
    if emergency_number(new.extension, await dialling_at(context.store, tenant, new.site_id)) is not None:
        raise ExtensionForHelpError(f"who dials {new.extension} calls for help; choose another extension")
    if new.user_id is not None:
        await _check_user(context, tenant_id, new.user_id)
    password = _checked(new.password, new.extension) or make_password()
    station = StationRecord(
        tenant_id,
        new.extension,
        new.site_id,
        new.display_name or "",
        new.media,
        ha1_of(new.extension, tenant.domain, password),
        context.now_ms(),
        user_id=new.user_id,
    )
    if not await _stations(context).add(tenant_id, station):
        raise ExtensionTakenError()
    return station, tenant.domain, password


async def listing(
    context: Context, tenant_id: TenantId, query: StationsQuery
) -> tuple[list[StationRecord], str | None, str]:
    """Return a page of stations, the token of the next one, and their domain.  Raises NotFoundError."""
    tenant = await require_tenant(context.store, tenant_id)
    store = _stations(context)
    if query.user_id is not None:
        if query.archived:
            raise InvalidRequestError("nobody is seated at an archived station: leave archived or user_id out")
        stations, following = await store.page_of_user(tenant_id, query.user_id, query.limit, query.after)
    else:
        stations, following = await store.page(tenant_id, query.limit, query.after, archived=query.archived)
    return stations, following, tenant.domain


async def find(context: Context, tenant_id: TenantId, extension: Extension) -> tuple[StationRecord, str]:
    """Return a station, archived or not, and its domain.  Raises NotFoundError."""
    tenant = await require_tenant(context.store, tenant_id)
    return await _stations(context).find(tenant_id, extension), tenant.domain


async def change(
    context: Context, tenant_id: TenantId, extension: Extension, patch: StationPatch
) -> tuple[StationRecord, str]:
    """Change a station.  Raises NotFoundError, ArchivedError, SiteUnknownError."""
    before, _ = await _find_living(context, tenant_id, extension)
    if patch.site_id is not None:
        await _check_site(context, patch.site_id)
    await _stations(context).change(tenant_id, extension, patch.model_dump(exclude_none=True))
    if patch.site_id is not None:
        agent = await signed_in_at(context, tenant_id, extension, before.user_id)
        await move_with_station(context, agent, patch.site_id)
    return await find(context, tenant_id, extension)


async def set_password(
    context: Context, tenant_id: TenantId, extension: Extension, given: str | None
) -> tuple[str, str]:
    """Give a station another password; return its domain and the password.

    Raises NotFoundError, ArchivedError, WeakPasswordError.
    """
    _, domain = await _find_living(context, tenant_id, extension)
    password = _checked(given, extension) or make_password()
    await _stations(context).change(tenant_id, extension, {"ha1": ha1_of(extension, domain, password)})
    return domain, password


async def own_phone(context: Context, tenant_id: TenantId, extension: Extension) -> tuple[StationRecord, str]:
    """Return the station that the user is seated at, and its domain.

    Raises NotFoundError, ArchivedError, NotYourSeatError, StationNotForBrowsersError.
    """
    station, domain = await _find_living(context, tenant_id, extension)
    if station.user_id != context.principal.user_id:
        raise NotYourSeatError()
    if station.media != BROWSERS:
        raise StationNotForBrowsersError()
    return station, domain


async def seat(
    context: Context, tenant_id: TenantId, extension: Extension, user_id: UserId | None
) -> tuple[StationRecord, str]:
    """Seat a user at a station, or nobody.  Raises NotFoundError, ArchivedError, UserUnknownError.

    A browser was told the hash that it registers by, and whoever leaves the seat may have kept it: it ends with that.
    """
    before, domain = await _find_living(context, tenant_id, extension)
    if user_id is not None:
        await _check_user(context, tenant_id, user_id)
    if before.user_id != user_id:
        await sign_out_from(context, await signed_in_at(context, tenant_id, extension, before.user_id))
    await _stations(context).seat(tenant_id, extension, user_id)
    if before.media == BROWSERS and before.user_id not in (None, user_id):
        await _stations(context).change(tenant_id, extension, {"ha1": new_key(extension, domain)})
    return await find(context, tenant_id, extension)


async def archive(context: Context, tenant_id: TenantId, extension: Extension) -> None:
    """Take a station out of use, and whoever is seated there up; doing it again is fine.

    Raises NotFoundError, InUseError.
    """
    station, _ = await find(context, tenant_id, extension)
    if station.archived_ms is None:
        await require_unused_station(context, tenant_id, extension)
        await sign_out_from(context, await signed_in_at(context, tenant_id, extension, station.user_id))
        await _stations(context).seat(tenant_id, extension, None)
        await _stations(context).change(tenant_id, extension, {ARCHIVED: context.now_ms()})


async def restore(context: Context, tenant_id: TenantId, extension: Extension) -> tuple[StationRecord, str, str]:
    """Take a station back into use; return it with its domain and its new password.

    The password it had is known to whoever left, and good in the domain that the tenant had then.
    Raises NotFoundError, StationNotArchivedError, SiteUnknownError.
    """
    station, domain = await find(context, tenant_id, extension)
    if station.archived_ms is None:
        raise StationNotArchivedError()
    await _check_site(context, station.site_id)
    password = make_password()
    changes = {ARCHIVED: None, "ha1": ha1_of(extension, domain, password)}
    await _stations(context).change(tenant_id, extension, changes)
    return replace(station, archived_ms=None), domain, password


async def _find_living(context: Context, tenant_id: TenantId, extension: Extension) -> tuple[StationRecord, str]:
    found = await find(context, tenant_id, extension)
    if found[0].archived_ms is not None:
        raise ArchivedError()
    return found


def _stations(context: Context) -> StationStore:
    return StationStore(context.store, context.cipher)


def _checked(password: str | None, extension: str) -> str | None:
    if password is not None:
        check_password(password, extension)
    return password


async def _check_user(context: Context, tenant_id: TenantId, user_id: UserId) -> None:
    account = await account_of(context.store, user_id)
    if account is None or account.archived_ms is not None or not account.roles.get(tenant_id):
        raise UserUnknownError(f"nobody with the id {user_id} has a role in this tenant")


async def _check_site(context: Context, site_id: SiteId) -> None:
    if not await site_exists(context.store, site_id):
        raise SiteUnknownError(f"there is no site {site_id}; create it first")
