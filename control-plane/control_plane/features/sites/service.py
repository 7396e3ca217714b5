"""Sites come and change."""

from callmodel.ids import SiteId
from control_plane.archive import ARCHIVED, ArchivedError
from control_plane.features.sites.schemas import NewSite, SitePatch
from control_plane.features.sites.store import Site, SiteStore
from control_plane.timezones import check_time_zone
from control_plane.uses import require_unused_site
from control_plane.web import ConflictError, Context, NotFoundError


class SiteExistsError(ConflictError):
    error_id = "site-exists"
    title = "There is a site with this id"


async def create(context: Context, new: NewSite) -> Site:
    """Keep a new site.  Raises SiteExistsError, TimeZoneUnknownError."""
    if new.time_zone is not None:
        check_time_zone(new.time_zone)
    site = Site(new.site_id, new.name, new.kind, True, context.now_ms(), time_zone=new.time_zone)
    if not await SiteStore(context.store).add(site):
        raise SiteExistsError()
    return site


async def find(context: Context, site_id: SiteId) -> Site:
    """Return a site, archived or not.  Raises NotFoundError."""
    site = await SiteStore(context.store).one(site_id)
    if site is None:
        raise NotFoundError()
    return site


async def change(context: Context, site_id: SiteId, patch: SitePatch) -> Site:
    """Change a site.  Raises NotFoundError, ArchivedError, TimeZoneUnknownError."""
    if (await find(context, site_id)).archived_ms is not None:
        raise ArchivedError()
    changes = patch.model_dump(exclude_none=True)
    if patch.time_zone is not None:
        check_time_zone(patch.time_zone)
    elif "time_zone" in patch.model_fields_set:
        changes["time_zone"] = None
    await SiteStore(context.store).change(site_id, changes)
    return await find(context, site_id)


async def archive(context: Context, site_id: SiteId) -> None:
    """Take a site out of use; doing it again is fine.  Raises NotFoundError, InUseError."""
    if (await find(context, site_id)).archived_ms is None:
        await require_unused_site(context, site_id)
        await SiteStore(context.store).change(site_id, {ARCHIVED: context.now_ms()})


async def restore(context: Context, site_id: SiteId) -> Site:
    """Take a site back into use, as it was.  Raises NotFoundError."""
    await find(context, site_id)
    await SiteStore(context.store).change(site_id, {ARCHIVED: None})
    return await find(context, site_id)
