"""Routes of bans: HQ administrators only."""

from callmodel.edgebans import LiftBan
from control_plane.features.bans import service
from control_plane.features.bans.schemas import BanList, Lift
from control_plane.people.permissions import Permission
from control_plane.web import Context, Route, UnavailableError


async def listing(context: Context) -> BanList:
    """Whom HQ's edges do not listen to: who, why, since when and until when."""
    return await service.listing(context)


async def lift(context: Context, body: Lift) -> None:
    """Have every edge of HQ listen to an address, or to an account there, again; done within seconds, and audited."""
    await service.lift(context, LiftBan(body.address, body.account))


_TAGS = ("bans",)
_NEEDS = Permission.PLATFORM_MANAGE

routes = [
    Route("GET", "/platform/bans", listing, _NEEDS, "List bans", _TAGS, errors=(UnavailableError,)),
    Route(
        "POST",
        "/platform/bans/lift",
        lift,
        _NEEDS,
        "Lift a ban",
        _TAGS,
        status=204,
        errors=(UnavailableError,),
        examples={"account": {"address": "203.0.113.7", "account": "1002@acme.example"}},
        names=("address", "account"),
    ),
]
