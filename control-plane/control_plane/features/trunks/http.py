"""Routes of trunks."""

from callmodel.codec import to_wire
from control_plane.features.trunks import service
from control_plane.features.trunks.schemas import (
    AllowMedia,
    CredentialsView,
    GatewayShape,
    NewTrunk,
    RateShape,
    RefusedMediaList,
    RefusedMediaView,
    TrunkPatch,
    TrunkView,
)
from control_plane.features.trunks.store import TrunkRecord, TrunkStore
from control_plane.fields import TrunkIdText
from control_plane.inventory.archive import ArchivedError, archiving
from control_plane.people.permissions import Permission
from control_plane.web import Context, PageOf, Route, ThingsQuery, UnavailableError


async def create(context: Context, body: NewTrunk) -> TrunkView:
    """Create a trunk.  Calls choose it by the longest prefix in `rates`, then by cost, then by priority."""
    return to_view(await service.create(context, body))


async def listing(context: Context, query: ThingsQuery) -> PageOf[TrunkView]:
    """Every trunk, by id."""
    trunks = TrunkStore(context.store, context.cipher)
    records, after = await trunks.page(query.limit, query.after, archived=query.archived)
    return PageOf[TrunkView](items=[to_view(record) for record in records], next=after)


async def one(context: Context, trunk_id: TrunkIdText) -> TrunkView:
    """A trunk, without its password."""
    return to_view(await service.find(context, trunk_id))


async def change(context: Context, trunk_id: TrunkIdText, body: TrunkPatch) -> TrunkView:
    """Change a trunk.  Lists are replaced whole; calls in progress go on."""
    return to_view(await service.change(context, trunk_id, body))


async def media_refused(context: Context, trunk_id: TrunkIdText) -> RefusedMediaList:
    """Where the carrier named its media though the trunk does not allow it: calls with it are refused."""
    found = await service.media_refused(context, trunk_id)
    views = [RefusedMediaView(address=each.address, at_ms=each.at_ms, edges=list(each.edges)) for each in found]
    return RefusedMediaList(items=views)


async def allow_media(context: Context, trunk_id: TrunkIdText, body: AllowMedia) -> TrunkView:
    """Let the carrier have its media at an address that was refused.  Ask the carrier first whether it is its own."""
    return to_view(await service.allow_media(context, trunk_id, body.address))


async def drop_credentials(context: Context, trunk_id: TrunkIdText) -> None:
    """Forget the carrier's credentials, where it comes to know us by address."""
    await service.drop_credentials(context, trunk_id)


async def archive(context: Context, trunk_id: TrunkIdText) -> None:
    """Archive a trunk that no number names any more; calls in progress go on.  Doing it again is fine."""
    await service.archive(context, trunk_id)


async def restore(context: Context, trunk_id: TrunkIdText) -> TrunkView:
    """Take an archived trunk back into use, as it was."""
    return to_view(await service.restore(context, trunk_id))


def to_view(record: TrunkRecord) -> TrunkView:
    """Return the trunk as the API shows it."""
    trunk, peering = record.trunk, record.peering
    credentials = peering.credentials
    return TrunkView(
        trunk_id=trunk.trunk_id,
        name=trunk.name,
        gateways=[GatewayShape(**to_wire(gateway)) for gateway in peering.gateways],
        domain=peering.domain,
        credentials=CredentialsView(username=credentials.username, realm=credentials.realm) if credentials else None,
        registers=peering.registers,
        sources=list(peering.sources),
        media_networks=list(peering.media_networks),
        no_reply_ms=peering.no_reply_ms,
        no_ring_ms=peering.no_ring_ms,
        country_code=peering.country_code or None,
        trusts_identity=peering.trusts_identity,
        media=peering.media.value,
        dtmf=trunk.dtmf.value,
        media_learnt=list(peering.media_learnt),
        rates=[RateShape(**to_wire(rate)) for rate in trunk.rates],
        max_channels=trunk.max_channels,
        priority=trunk.priority,
        enabled=trunk.enabled,
        tenant_ids=list(trunk.tenant_ids),
        created_ms=record.created_ms,
        archived_ms=record.archived_ms,
    )


_TAGS = ("trunks",)
_NEEDS = Permission.PLATFORM_MANAGE
_ONE = "/trunks/{trunk_id}"
_DIGEST = {
    "trunk_id": "carrier-a",
    "name": "Carrier A",
    "gateways": [{"host": "192.0.2.10"}, {"host": "192.0.2.11"}],
    "domain": "sip.carrier-a.example",
    "credentials": {"username": "hq-1", "realm": "carrier-a.example", "password": "from the contract"},
    "sources": ["192.0.2.0/28"],
    "rates": [{"prefix": "+86", "cost_per_minute": 0.05, "cost_class": "national"}],
}

routes = [
    Route(
        "POST",
        "/trunks",
        create,
        _NEEDS,
        "Create a trunk",
        _TAGS,
        status=201,
        errors=(service.TrunkExistsError, service.TenantUnknownError, service.CredentialsMissingError),
        configures=True,
        examples={"digest": _DIGEST},
        shows=one,
        names=("trunk_id",),
    ),
    Route("GET", "/trunks", listing, _NEEDS, "List trunks", _TAGS),
    Route("GET", _ONE, one, _NEEDS, "Get a trunk", _TAGS),
    Route(
        "PATCH",
        _ONE,
        change,
        _NEEDS,
        "Change a trunk",
        _TAGS,
        errors=(
            service.TenantUnknownError,
            service.CredentialsMissingError,
            service.TrunkChangedError,
            ArchivedError,
        ),
        configures=True,
        examples={"disable": {"enabled": False}},
        shows=one,
    ),
    Route(
        "GET",
        f"{_ONE}/media-refused",
        media_refused,
        _NEEDS,
        "Media that a trunk does not allow",
        _TAGS,
        errors=(UnavailableError,),
    ),
    Route(
        "POST",
        f"{_ONE}/media-refused/allow",
        allow_media,
        _NEEDS,
        "Allow media that was refused",
        _TAGS,
        errors=(service.MediaNotSeenError, service.TrunkChangedError, ArchivedError, UnavailableError),
        configures=True,
        examples={"seen": {"address": "192.0.2.77"}},
        shows=one,
        names=("address",),
    ),
    Route(
        "DELETE",
        f"{_ONE}/credentials",
        drop_credentials,
        _NEEDS,
        "Drop a trunk's credentials",
        _TAGS,
        status=204,
        errors=(service.CredentialsMissingError, service.TrunkChangedError, ArchivedError),
        configures=True,
        shows=one,
    ),
    *archiving(
        _ONE,
        archive,
        restore,
        _NEEDS,
        "a trunk",
        _TAGS,
        shows=one,
        errors=(service.TrunkChangedError,),
        restore_errors=(service.TenantUnknownError, service.TrunkChangedError),
    ),
]
