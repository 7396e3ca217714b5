"""Sites come and change."""

from callmodel.ids import E164, SiteId
from control_plane.features.sites.schemas import NewSite, SitePatch
from control_plane.features.sites.store import Site, SiteStore
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.references import number_exists
from control_plane.inventory.uses import require_unused_site
from control_plane.timezones import check_time_zone
from control_plane.web import ConflictError, Context, InvalidRequestError


class SiteExistsError(ConflictError):
    error_id = "site-exists"
    title = "There is a site with this id"


class NumberUnknownError(InvalidRequestError):
    error_id = "number-unknown"
    title = "HQ has no such number"


CAN_BE_TAKEN_AWAY = frozenset({"time_zone", "dialling", "emergency_caller", "location"})


async def create(context: Context, new: NewSite) -> Site:
    """Keep a new site.  Raises SiteExistsError, NumberUnknownError, TimeZoneUnknownError."""
    await _check_number(context, new.emergency_caller)
    if new.time_zone is not None:
        check_time_zone(new.time_zone)
    site = Site(
        new.site_id,
        new.name,
        new.kind,
        True,
        context.now_ms(),
        time_zone=new.time_zone,
        dialling=None if new.dialling is None else new.dialling.to_plan(),
        emergency_caller=new.emergency_caller,
        location=None if new.location is None else new.location.to_location(),
    )
    if not await SiteStore(context.store).add(site):
        raise SiteExistsError()
    return site


async def find(context: Context, site_id: SiteId) -> Site:
    """Return a site, archived or not.  Raises NotFoundError."""
    return await SiteStore(context.store).find(site_id)


async def change(context: Context, site_id: SiteId, patch: SitePatch) -> Site:
    """Change a site.  Raises NotFoundError, ArchivedError, NumberUnknownError, TimeZoneUnknownError."""
    await SiteStore(context.store).find_living(site_id)
    await _check_number(context, patch.emergency_caller)
    if patch.time_zone is not None:
        check_time_zone(patch.time_zone)
    changes = patch.model_dump(exclude_none=True)
    changes |= {name: None for name in CAN_BE_TAKEN_AWAY & patch.model_fields_set if getattr(patch, name) is None}
    await SiteStore(context.store).change(site_id, changes)
    return await find(context, site_id)


async def archive(context: Context, site_id: SiteId) -> None:
    """Take a site out of use; doing it again is fine.  Raises NotFoundError, InUseError."""
    if (await find(context, site_id)).archived_ms is None:
        await require_unused_site(context, site_id)
        await SiteStore(context.store).change(site_id, {ARCHIVED: context.now_ms()})


async def restore(context: Context, site_id: SiteId) -> Site:
    """Take a site back into use, as it was.  Raises NotFoundError."""
    return await SiteStore(context.store).restore(site_id)


async def _check_number(context: Context, number: E164 | None) -> None:
    if number is not None and not await number_exists(context.store, number):
        raise NumberUnknownError(f"{number} is not HQ's; add it to the numbers first")
