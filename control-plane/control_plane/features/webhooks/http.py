"""Routes of the tenant's webhook."""

import secrets

from pydantic import Field

from control_plane.facts.webhooks import Webhook, WebhookStore
from control_plane.fields import TenantIdText
from control_plane.inventory.references import require_tenant
from control_plane.people.permissions import Permission
from control_plane.web import Context, InvalidRequestError, NotFoundError, Route, Shape
from servicekit.publicnet import AddressForbiddenError, require_allowed


class WebhookForbiddenError(InvalidRequestError):
    error_id = "webhook-forbidden"
    title = "No tenant's system may be at this address"


class NewWebhook(Shape):
    """Where the tenant is told."""

    url: str = Field(
        pattern=r"^https?://[A-Za-z0-9.:\[\]-]{1,253}(/[\x21-\x7e]*)?$",
        max_length=500,
        examples=["https://crm.acme.example/trunkline"],
    )


class WebhookView(Shape):
    """Where the tenant is told."""

    url: str
    changed_ms: int


class WebhookCreated(WebhookView):
    """A webhook with the secret that signs what is told, shown this once."""

    secret: str


async def put_webhook(context: Context, tenant_id: TenantIdText, body: NewWebhook) -> WebhookCreated:
    """Be told by POST of each call to follow up.  The answer holds the secret of the signatures, this once.

    `X-Trunkline-Signature` is `t=<milliseconds>,v1=<hex>`: HMAC-SHA-256 of "<milliseconds>." and the body.
    What is not taken (2xx within 10 s) is told again with growing pauses, 7 times in all.  It may come twice.
    """
    await require_tenant(context.store, tenant_id)
    try:
        require_allowed(body.url, context.settings.webhook_allowed)
    except (AddressForbiddenError, ValueError):
        raise WebhookForbiddenError() from None
    made = Webhook(body.url, secrets.token_urlsafe(32), context.now_ms())
    await WebhookStore(context.store, context.cipher).put(tenant_id, made)
    return WebhookCreated(url=made.url, changed_ms=made.changed_ms, secret=made.secret)


async def webhook(context: Context, tenant_id: TenantIdText) -> WebhookView:
    """Where the tenant is told."""
    found = await WebhookStore(context.store, context.cipher).one(tenant_id)
    if found is None:
        raise NotFoundError()
    return WebhookView(url=found.url, changed_ms=found.changed_ms)


async def remove_webhook(context: Context, tenant_id: TenantIdText) -> None:
    """Be told no more.  Doing it again is fine."""
    await WebhookStore(context.store, context.cipher).remove(tenant_id)


_TAGS = ("tenants",)
_ONE = "/tenants/{tenant_id}/webhook"
_NEEDS = Permission.TENANT_WRITE

routes = [
    Route(
        "PUT",
        _ONE,
        put_webhook,
        _NEEDS,
        "Set the webhook",
        _TAGS,
        errors=(WebhookForbiddenError,),
        examples={"crm": {"url": "https://crm.acme.example/trunkline"}},
        shows=webhook,
    ),
    Route("GET", _ONE, webhook, _NEEDS, "Get the webhook", _TAGS),
    Route("DELETE", _ONE, remove_webhook, _NEEDS, "Remove the webhook", _TAGS, status=204, shows=webhook),
]
