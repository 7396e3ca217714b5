"""Sites come and change."""

from callmodel.ids import E164, SiteId
from control_plane.features.sites.schemas import NewSite, SitePatch
from control_plane.features.sites.store import Site, SiteStore
from control_plane.references import number_exists
from control_plane.web import ConflictError, Context, InvalidRequestError, NotFoundError


class SiteExistsError(ConflictError):
    error_id = "site-exists"
    title = "There is a site with this id"


class NumberUnknownError(InvalidRequestError):
    error_id = "number-unknown"
    title = "HQ has no such number"


CAN_BE_TAKEN_AWAY = frozenset({"dialling", "emergency_caller", "location"})


async def create(context: Context, new: NewSite) -> Site:
    """Keep a new site.  Raises SiteExistsError, NumberUnknownError."""
    await _check_number(context, new.emergency_caller)
    site = Site(
        new.site_id,
        new.name,
        new.kind,
        True,
        context.now_ms(),
        dialling=None if new.dialling is None else new.dialling.to_plan(),
        emergency_caller=new.emergency_caller,
        location=None if new.location is None else new.location.to_location(),
    )
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
    """Change a site.  Raises NotFoundError, NumberUnknownError."""
    await find(context, site_id)
    await _check_number(context, patch.emergency_caller)
    changes = patch.model_dump(exclude_none=True)
    changes |= {name: None for name in CAN_BE_TAKEN_AWAY & patch.model_fields_set if getattr(patch, name) is None}
    await SiteStore(context.store).change(site_id, changes)
    return await find(context, site_id)


async def _check_number(context: Context, number: E164 | None) -> None:
    if number is not None and not await number_exists(context.store, number):
        raise NumberUnknownError(f"{number} is not HQ's; add it to the numbers first")
