"""Sites come and change."""

from callmodel.ids import SiteId
from control_plane.features.sites.schemas import NewSite, SitePatch
from control_plane.features.sites.store import Site, SiteStore
from control_plane.web import ConflictError, Context, NotFoundError


class SiteExistsError(ConflictError):
    error_id = "site-exists"
    title = "There is a site with this id"


async def create(context: Context, new: NewSite) -> Site:
    """Keep a new site.  Raises SiteExistsError."""
    site = Site(new.site_id, new.name, new.kind, True, context.now_ms())
    if not await SiteStore(context.store).add(site):
        raise SiteExistsError()
    return site


async def find(context: Context, site_id: SiteId) -> Site:
    """Return a site.  Raises NotFoundError."""
    site = await SiteStore(context.store).one(site_id)
    if site is None:
        raise NotFoundError()
    return site


async def change(context: Context, site_id: SiteId, patch: SitePatch) -> Site:
    """Change a site.  Raises NotFoundError."""
    await find(context, site_id)
    await SiteStore(context.store).change(site_id, patch.model_dump(exclude_none=True))
    return await find(context, site_id)
