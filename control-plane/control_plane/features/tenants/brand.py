"""How a tenant looks: its name, colours and logo where people sign in and work."""

import hashlib
from dataclasses import replace

from callmodel.ids import TenantId
from control_plane.features.tenants.brand_schemas import BrandSettings, BrandView
from control_plane.features.tenants.brand_store import Brand, BrandStore, Logo
from control_plane.features.tenants.store import TenantRecord, TenantStore
from control_plane.web import Context, InvalidRequestError, NotFoundError

MOST_BYTES = 131_072
MOST_PIXELS = 2048
PNG, JPEG, WEBP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF"


class LogoNotUsableError(InvalidRequestError):
    error_id = "logo-not-usable"
    title = "The file is no picture that browsers show"


async def change(context: Context, tenant_id: TenantId, wanted: BrandSettings) -> Brand:
    """Say how a tenant looks; the logo stays.  Raises NotFoundError."""
    brand = replace(await own(context, tenant_id), **wanted.model_dump())
    await BrandStore(context.store).keep(tenant_id, brand)
    return brand


async def change_logo(context: Context, tenant_id: TenantId, file: bytes) -> Brand:
    """Keep a logo.  Raises NotFoundError, LogoNotUsableError."""
    before = await own(context, tenant_id)
    logo = Logo(picture_type(file), hashlib.sha256(file).hexdigest(), file)
    store = BrandStore(context.store)
    # The picture first: a brand never names one that is not there.
    await store.keep_logo(tenant_id, logo)
    brand = replace(before, logo=logo.sha256)
    await store.keep(tenant_id, brand)
    return brand


async def remove(context: Context, tenant_id: TenantId) -> None:
    """Look as the platform does; doing it again is fine.  Raises NotFoundError."""
    await _tenant(context, tenant_id)
    await BrandStore(context.store).keep(tenant_id, None)


async def own(context: Context, tenant_id: TenantId) -> Brand:
    """Return how a tenant looks.  Raises NotFoundError."""
    return (await _tenant(context, tenant_id)).brand or Brand()


async def of(context: Context, tenant_id: TenantId) -> tuple[TenantRecord, Brand]:
    """Return a tenant and how it looks.

    Raises NotFoundError for one without a brand too: nobody learns which tenants there are.
    """
    tenant = await _tenant(context, tenant_id)
    if tenant.brand is None or tenant.archived_ms is not None:
        raise NotFoundError()
    return tenant, tenant.brand


async def logo_of(context: Context, tenant_id: TenantId) -> Logo:
    """Return a tenant's logo.  Raises NotFoundError."""
    _, brand = await of(context, tenant_id)
    logo = await BrandStore(context.store).logo(tenant_id) if brand.logo is not None else None
    if logo is None:
        raise NotFoundError()
    return logo


def picture_type(file: bytes) -> str:
    """Return the type of a picture, by what is in it.

    Raises LogoNotUsableError; SVG is none, as it may hold script.
    """
    if file.startswith(PNG) and file[12:16] == b"IHDR":
        width, height = int.from_bytes(file[16:20]), int.from_bytes(file[20:24])
        if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
            raise LogoNotUsableError(f"a logo has {MOST_PIXELS} pixels each way at most")
        return "image/png"
    if file.startswith(JPEG) and len(file) > 100:
        return "image/jpeg"
    if file.startswith(WEBP) and file[8:12] == b"WEBP":
        return "image/webp"
    raise LogoNotUsableError("send a PNG, a JPEG or a WebP file")


def to_view(brand: Brand) -> BrandView:
    """Return the brand as the API shows it."""
    return BrandView(name=brand.name, colour=brand.colour, accent=brand.accent, logo=brand.logo)


async def _tenant(context: Context, tenant_id: TenantId) -> TenantRecord:
    record = await TenantStore(context.store).one(tenant_id)
    if record is None:
        raise NotFoundError()
    return record
