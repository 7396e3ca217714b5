"""Routes of sites."""

from callmodel.codec import to_wire
from control_plane.features.sites import service
from control_plane.features.sites.schemas import NewSite, SitePatch, SiteView
from control_plane.features.sites.store import Site, SiteStore
from control_plane.fields import SiteIdText
from control_plane.inventory.archive import ArchivedError, archiving
from control_plane.people.permissions import Permission
from control_plane.timezones import TimeZoneUnknownError
from control_plane.web import Context, PageOf, Route, ThingsQuery


async def create(context: Context, body: NewSite) -> SiteView:
    """Create a site.  A branch connects once it has enrolled with a token."""
    return to_view(await service.create(context, body))


async def listing(context: Context, query: ThingsQuery) -> PageOf[SiteView]:
    """Every site, by id."""
    sites, after = await SiteStore(context.store).page(query.limit, query.after, archived=query.archived)
    return PageOf[SiteView](items=[to_view(site) for site in sites], next=after)


async def one(context: Context, site_id: SiteIdText) -> SiteView:
    """A site."""
    return to_view(await service.find(context, site_id))


async def change(context: Context, site_id: SiteIdText, body: SitePatch) -> SiteView:
    """Rename a site, or shut a branch out and let it in again."""
    return to_view(await service.change(context, site_id, body))


async def archive(context: Context, site_id: SiteIdText) -> None:
    """Archive a site that no station is at; a branch can not connect any more.  Doing it again is fine."""
    await service.archive(context, site_id)


async def restore(context: Context, site_id: SiteIdText) -> SiteView:
    """Take an archived site back into use."""
    return to_view(await service.restore(context, site_id))


def to_view(site: Site) -> SiteView:
    """Return the site as the API shows it."""
    return SiteView.model_validate(to_wire(site))


_TAGS = ("sites",)
_NEEDS = Permission.PLATFORM_MANAGE

routes = [
    Route(
        "POST",
        "/sites",
        create,
        _NEEDS,
        "Create a site",
        _TAGS,
        status=201,
        errors=(service.SiteExistsError, service.NumberUnknownError, TimeZoneUnknownError),
        configures=True,
        examples={"branch": {"site_id": "branch-1", "name": "Chengdu", "kind": "branch"}},
        shows=one,
        names=("site_id",),
    ),
    Route("GET", "/sites", listing, _NEEDS, "List sites", _TAGS),
    Route("GET", "/sites/{site_id}", one, _NEEDS, "Get a site", _TAGS),
    Route(
        "PATCH",
        "/sites/{site_id}",
        change,
        _NEEDS,
        "Change a site",
        _TAGS,
        errors=(ArchivedError, service.NumberUnknownError, TimeZoneUnknownError),
        configures=True,
        shows=one,
    ),
    *archiving("/sites/{site_id}", archive, restore, _NEEDS, "a site", _TAGS, shows=one),
]
