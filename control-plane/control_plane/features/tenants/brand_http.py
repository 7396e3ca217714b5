"""Routes of brands: a tenant's managers set theirs, and everybody sees it who is about to sign in."""

import base64

from control_plane.features.tenants import brand as service
from control_plane.features.tenants.brand_schemas import BrandSettings, BrandView, LogoView, PublicBrand
from control_plane.fields import TenantIdText
from control_plane.people.permissions import Permission
from control_plane.web import Access, Context, Route
from servicekit.problems import BodyTooLargeError, TooManyRequestsError


async def brand(context: Context, tenant_id: TenantIdText) -> BrandView:
    """How the tenant looks; what is null is as the platform's."""
    return service.to_view(await service.own(context, tenant_id))


async def set_brand(context: Context, tenant_id: TenantIdText, body: BrandSettings) -> BrandView:
    """Say how the tenant looks.  What is left out or null is the platform's; the logo stays.  It is public then."""
    return service.to_view(await service.change(context, tenant_id, body))


async def set_logo(context: Context, tenant_id: TenantIdText, file: bytes) -> BrandView:
    """Send the tenant's logo: PNG, JPEG or WebP, 128 KB at most.  What is in the file decides."""
    return service.to_view(await service.change_logo(context, tenant_id, file))


async def remove_brand(context: Context, tenant_id: TenantIdText) -> None:
    """Look as the platform does again.  Doing it again is fine."""
    await service.remove(context, tenant_id)


async def public(context: Context, brand_id: TenantIdText) -> PublicBrand:
    """How a tenant looks that has set a brand, for the page where its people sign in."""
    tenant, found = await service.of(context, brand_id)
    return PublicBrand(tenant_id=brand_id, name=found.name or tenant.tenant.name, brand=service.to_view(found))


async def logo(context: Context, brand_id: TenantIdText) -> LogoView:
    """The logo of a tenant that has set one."""
    found = await service.logo_of(context, brand_id)
    data = base64.b64encode(found.data).decode()
    return LogoView(content_type=found.content_type, sha256=found.sha256, data=data)


_TAGS = ("tenants",)
_BRAND = "/tenants/{tenant_id}/brand"
_PUBLIC = "/brands/{brand_id}"
_WRITE = Permission.TENANT_WRITE
_ACME = {"name": "Acme Care", "colour": "#0b5fff", "accent": "#ffb020"}

routes = [
    Route("GET", _BRAND, brand, Permission.TENANT_READ, "Get the brand", _TAGS),
    Route("PUT", _BRAND, set_brand, _WRITE, "Set the brand", _TAGS, shows=brand, examples={"acme": _ACME}),
    Route(
        "PUT",
        f"{_BRAND}/logo",
        set_logo,
        _WRITE,
        "Send the logo",
        _TAGS,
        shows=brand,
        errors=(service.LogoNotUsableError, BodyTooLargeError),
        most_bytes=service.MOST_BYTES,
    ),
    Route("DELETE", _BRAND, remove_brand, _WRITE, "Remove the brand", _TAGS, status=204, shows=brand),
    Route("GET", _PUBLIC, public, Access.PUBLIC, "A brand", _TAGS, errors=(TooManyRequestsError,), limited=True),
    Route(
        "GET",
        f"{_PUBLIC}/logo",
        logo,
        Access.PUBLIC,
        "A brand's logo",
        _TAGS,
        errors=(TooManyRequestsError,),
        limited=True,
    ),
]
