"""What every process of the control plane works with, opened and closed in one place."""

from collections.abc import Callable
from contextlib import AsyncExitStack

from callmodel.ids import TenantId
from control_plane.config import ControlPlaneSettings
from control_plane.keyring.signing import load_signing_key
from control_plane.migrations import MIGRATIONS
from control_plane.people.passwords import Passwords
from control_plane.retention import Retention
from control_plane.times import now_ms
from control_plane.web.context import Resources
from hotstate.acd import Acd
from hotstate.dnc import DoNotCall
from hotstate.leads import LeadQueue
from servicekit import tracing
from servicekit.crypto import TenantCipher, load_or_create_key
from servicekit.objects import open_objects
from servicekit.redisio import connect, replicas_of
from servicekit.stores import open_store

STORE_METHODS = ("upsert", "upsert_many", "get", "get_many", "page", "claim", "replace_if", "delete", "delete_if")
OBJECT_METHODS = ("put", "put_multipart", "get", "head", "delete", "list")


def open_resources(
    settings: ControlPlaneSettings,
    configuration_changed: Callable[[TenantId | None], None] = lambda _tenant_id: None,
    *,
    signs_tokens: bool = False,
) -> Resources:
    """Open store, objects, Redis and keys; brings the store to the newest schema.

    signs_tokens: open the key that signs access tokens too, which the API needs and nobody else may hold.
    Raises StoreError, SigningKeyError, KeyFileError, ValueError for what is not there or can not be used.
    """
    cipher = TenantCipher(load_or_create_key(settings.master_key_file))
    leads_cipher = TenantCipher(load_or_create_key(settings.leads_key))
    store = open_store(settings.store_url, MIGRATIONS, **settings.store_login)
    tracing.trace_methods(store, "store", STORE_METHODS)
    link_secret = bytes.fromhex(cipher.keyed_hash("platform", "links to objects"))
    objects = open_objects(settings.objects_url, link_secret, settings.public_url, settings.objects_credentials)
    tracing.trace_methods(objects, "objects", OBJECT_METHODS)
    redis = connect(settings.redis_url)
    return Resources(
        settings=settings,
        store=store,
        objects=objects,
        redis=redis,
        cipher=cipher,
        passwords=Passwords(),
        signing_key=load_signing_key(settings.signing_key_file) if signs_tokens else None,
        retention=Retention(store, settings),
        acd=Acd(redis, replicas_of(settings)),
        leads=LeadQueue(redis, leads_cipher, replicas_of(settings)),
        dnc=DoNotCall(redis, leads_cipher),
        now_ms=now_ms,
        configuration_changed=configuration_changed,
    )


async def close_resources(resources: Resources) -> None:
    """Let go of all of it; one that fails to close does not keep the others open."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(resources.redis.aclose)
        stack.push_async_callback(resources.objects.close)
        stack.push_async_callback(resources.store.close)
