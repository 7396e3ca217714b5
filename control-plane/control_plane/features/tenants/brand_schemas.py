"""Wire shapes of brands."""

from pydantic import Field

from control_plane.fields import DisplayName
from control_plane.web import Shape

COLOUR = r"^#[0-9a-f]{6}$"


class BrandSettings(Shape):
    """How a tenant wants to look where its people, and its client's people, sign in and work."""

    name: DisplayName | None = Field(None, description="null: the tenant's own name")
    colour: str | None = Field(None, pattern=COLOUR, description="main colour, #rrggbb in small letters")
    accent: str | None = Field(None, pattern=COLOUR, description="second colour")


class BrandView(BrandSettings):
    """A brand as it is. It is public: it stands where people sign in."""

    logo: str | None = Field(description="name of the picture's content (SHA-256); null without one")


class PublicBrand(Shape):
    """Whose brand it is, for the page where one signs in."""

    tenant_id: str
    name: str
    brand: BrandView


class LogoView(Shape):
    """A logo's picture."""

    content_type: str
    sha256: str
    data: str = Field(description="the file, base64")
