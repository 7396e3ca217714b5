"""Trunks come and change."""

import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from redis.exceptions import RedisError

from callmodel.directory import Rate, Trunk
from callmodel.dtmf import Dtmf
from callmodel.edgesnapshot import EdgeTrunk, Gateway, MediaProtection, TrunkCredentials, usual_port
from callmodel.ids import TenantId, TrunkId
from control_plane.features.trunks.schemas import (
    MOST_SOURCES,
    GatewayShape,
    NewCredentials,
    NewTrunk,
    RateShape,
    TrunkPatch,
)
from control_plane.features.trunks.store import TrunkRecord, TrunkStore
from control_plane.inventory.references import tenant_exists
from control_plane.inventory.uses import require_unused_trunk
from control_plane.keyring.digest import ha1_of
from control_plane.publishing.edgereports import RefusedMedia, carriers_as_seen, refused_media
from control_plane.web import ConflictError, Context, InvalidRequestError, UnavailableError


class TrunkExistsError(ConflictError):
    error_id = "trunk-exists"
    title = "There is a trunk with this id"


class TenantUnknownError(InvalidRequestError):
    error_id = "tenant-unknown"
    title = "There is no such tenant"


class TrunkChangedError(ConflictError):
    error_id = "trunk-changed"
    title = "Somebody else changed the trunk at the same time; look at it and try again"


class CredentialsMissingError(InvalidRequestError):
    error_id = "credentials-missing"
    title = "A trunk that registers needs credentials"


class MediaNotSeenError(ConflictError):
    error_id = "media-not-seen"
    title = "The carrier has not named this address, or its trunk allows it"


async def create(context: Context, new: NewTrunk) -> TrunkRecord:
    """Keep a new trunk.  Raises TrunkExistsError, TenantUnknownError, CredentialsMissingError."""
    await _check_tenants(context, new.tenant_ids)
    trunk = Trunk(
        new.trunk_id,
        new.name,
        _to_rates(new.rates),
        new.max_channels,
        new.priority,
        new.enabled,
        tuple(new.tenant_ids),
        Dtmf(new.dtmf),
    )
    peering = EdgeTrunk(
        new.trunk_id,
        to_gateways(new.gateways),
        new.domain or new.gateways[0].host,
        _to_credentials(new.credentials),
        new.registers,
        tuple(new.sources),
        new.no_reply_ms,
        tuple(new.media_networks),
        new.no_ring_ms,
        new.country_code or "",
        new.trusts_identity,
        MediaProtection(new.media),
    )
    record = TrunkRecord(trunk, peering, context.now_ms())
    _check_registration(record)
    if not await _trunks(context).add(record):
        raise TrunkExistsError()
    return record


async def find(context: Context, trunk_id: TrunkId) -> TrunkRecord:
    """Return a trunk, archived or not.  Raises NotFoundError."""
    return await _trunks(context).find(trunk_id)


async def change(context: Context, trunk_id: TrunkId, patch: TrunkPatch) -> TrunkRecord:
    """Change a trunk.

    Raises NotFoundError, ArchivedError, TenantUnknownError, CredentialsMissingError, TrunkChangedError.
    """
    before = await _trunks(context).find_living(trunk_id)
    await _check_tenants(context, patch.tenant_ids or ())
    routing: dict[str, Any] = _given(patch, "name", "max_channels", "priority", "enabled")
    peering: dict[str, Any] = _given(patch, "domain", "registers", "no_reply_ms", "no_ring_ms", "trusts_identity")
    if patch.rates is not None:
        routing["rates"] = _to_rates(patch.rates)
    if patch.tenant_ids is not None:
        routing["tenant_ids"] = tuple(patch.tenant_ids)
    if patch.dtmf is not None:
        routing["dtmf"] = Dtmf(patch.dtmf)
    if patch.gateways is not None:
        peering["gateways"] = to_gateways(patch.gateways)
    if "country_code" in patch.model_fields_set:
        peering["country_code"] = patch.country_code or ""
    if patch.media is not None:
        peering["media"] = MediaProtection(patch.media)
    if patch.sources is not None:
        peering["sources"] = tuple(patch.sources)
    if patch.media_learnt is not None:
        peering["media_learnt"] = tuple(patch.media_learnt)
    if patch.media_networks is not None:
        peering["media_networks"] = tuple(patch.media_networks)
    if patch.credentials is not None:
        peering["credentials"] = _to_credentials(patch.credentials)
    record = replace(before, trunk=replace(before.trunk, **routing), peering=replace(before.peering, **peering))
    return await _save(context, before, record)


async def media_refused(context: Context, trunk_id: TrunkId) -> list[RefusedMedia]:
    """Return where the carrier named its media and may not have it.  Raises NotFoundError, UnavailableError."""
    return await _refused_media(context, await find(context, trunk_id))


async def allow_media(context: Context, trunk_id: TrunkId, address: str) -> TrunkRecord:
    """Let the carrier have its media at an address where edges have seen it named.

    Raises NotFoundError, ArchivedError, MediaNotSeenError, TrunkChangedError, UnavailableError.
    """
    before = await _trunks(context).find_living(trunk_id)
    if address not in {each.address for each in await _refused_media(context, before)}:
        raise MediaNotSeenError(f"no edge has refused a call of {trunk_id} with its media there")
    learnt = (*before.peering.media_learnt, address)
    if len(learnt) > MOST_SOURCES:
        raise MediaNotSeenError("the trunk has learnt as many addresses as it may: give it media_networks")
    return await _save(context, before, replace(before, peering=replace(before.peering, media_learnt=learnt)))


async def _refused_media(context: Context, record: TrunkRecord) -> list[RefusedMedia]:
    try:
        return refused_media(record.peering, await carriers_as_seen(context.redis))
    except RedisError:
        raise UnavailableError("edges tell of carriers through Redis") from None


async def drop_credentials(context: Context, trunk_id: TrunkId) -> None:
    """Forget a trunk's credentials.

    Raises NotFoundError, ArchivedError, TrunkChangedError, CredentialsMissingError for one that registers.
    """
    record = await _trunks(context).find_living(trunk_id)
    await _save(context, record, replace(record, peering=replace(record.peering, credentials=None)))


async def archive(context: Context, trunk_id: TrunkId) -> None:
    """Take a trunk out of use; doing it again is fine.  Raises NotFoundError, InUseError, TrunkChangedError."""
    before = await find(context, trunk_id)
    if before.archived_ms is None:
        await require_unused_trunk(context, trunk_id)
        await _save(context, before, replace(before, archived_ms=context.now_ms()))


async def restore(context: Context, trunk_id: TrunkId) -> TrunkRecord:
    """Take a trunk back into use, as it was.  Raises NotFoundError, TenantUnknownError, TrunkChangedError."""
    before = await find(context, trunk_id)
    await _check_tenants(context, before.trunk.tenant_ids)
    return await _save(context, before, replace(before, archived_ms=None))


async def _save(context: Context, before: TrunkRecord, after: TrunkRecord) -> TrunkRecord:
    _check_registration(after)
    if not await _trunks(context).save(before, after):
        raise TrunkChangedError()
    return after


def _check_registration(record: TrunkRecord) -> None:
    if record.peering.registers and record.peering.credentials is None:
        raise CredentialsMissingError("set credentials, or registers to false, first")


def _trunks(context: Context) -> TrunkStore:
    return TrunkStore(context.store, context.cipher)


async def _check_tenants(context: Context, tenant_ids: Sequence[TenantId]) -> None:
    for tenant_id in tenant_ids:
        if not await tenant_exists(context.store, tenant_id):
            raise TenantUnknownError(f"there is no tenant {tenant_id}")


def _given(patch: TrunkPatch, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(patch, name)) is not None}


def _to_rates(rates: Sequence[RateShape]) -> tuple[Rate, ...]:
    return tuple(Rate(rate.prefix, rate.cost_per_minute, rate.cost_class) for rate in rates)


def to_gateways(gateways: Sequence[GatewayShape]) -> tuple[Gateway, ...]:
    """Return gateways as edges are told of them."""
    return tuple(_to_gateway(gateway) for gateway in gateways)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _to_gateway(gateway: GatewayShape) -> Gateway:
    """Return a gateway with what is usual where nothing was said; of a name without a port DNS says the rest."""
    if gateway.port is None and not _is_address(gateway.host):
        return Gateway(gateway.host, None, gateway.transport)
    transport = gateway.transport or "udp"
    return Gateway(gateway.host, gateway.port or usual_port(transport), transport)


def _to_credentials(given: NewCredentials | None) -> TrunkCredentials | None:
    if given is None:
        return None
    return TrunkCredentials(given.username, given.realm, ha1_of(given.username, given.realm, given.password))
