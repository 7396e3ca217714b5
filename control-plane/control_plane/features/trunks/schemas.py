"""Wire shapes of trunks.  A carrier's password goes in and never comes out."""

from typing import Annotated, Literal

from pydantic import Field

from control_plane.fields import (
    CountryCode,
    DigestRealm,
    DigestUser,
    DisplayName,
    Host,
    NumberPrefix,
    Port,
    Slug,
    Source,
    TenantIdText,
    TrunkIdText,
)
from control_plane.web import Shape
from control_plane.web.shapes import SECRET


class GatewayShape(Shape):
    """One address of the carrier, or a name that its DNS knows (RFC 3263)."""

    host: Host
    port: Port | None = Field(
        None, description="null: for a name what its SRV records say, for an address 5060, over TLS 5061"
    )
    transport: Literal["udp", "tcp", "tls"] | None = Field(
        None, description="null: for a name without a port what its NAPTR or SRV records say, else `udp`"
    )


class RateShape(Shape):
    """What calls to a prefix cost; the longest prefix counts. `+` alone is anywhere."""

    prefix: NumberPrefix
    cost_per_minute: float = Field(ge=0, le=10_000)
    cost_class: Slug


class NewCredentials(Shape):
    """The digest identity that the carrier gave HQ."""

    username: DigestUser
    realm: DigestRealm
    password: str = Field(min_length=1, max_length=128, pattern="^[ -~]+$", json_schema_extra=SECRET)


class CredentialsView(Shape):
    """The digest identity without its password."""

    username: str
    realm: str


Gateways = Annotated[list[GatewayShape], Field(min_length=1, max_length=8)]
Rates = Annotated[list[RateShape], Field(min_length=1, max_length=2000)]
MOST_SOURCES = 64
Sources = Annotated[list[Source], Field(max_length=MOST_SOURCES)]
TenantIds = Annotated[list[TenantIdText], Field(max_length=500)]
Channels = Annotated[int, Field(ge=1, le=10_000)]
NoReply = Annotated[int, Field(ge=500, le=30_000, description="silence of a gateway before the next one is tried")]

Media = Literal["optional", "rtp", "srtp"]
DtmfWay = Literal["auto", "rfc4733", "inband", "info"]
MediaAddress = Annotated[str, Field(pattern=r"^[0-9a-fA-F.:]{2,45}$", examples=["192.0.2.77"])]
NoRing = Annotated[
    int,
    Field(ge=1000, le=60_000, description="a gateway's time to ring or be heard; then the next is tried"),
]


class NewTrunk(Shape):
    """A trunk to be.

    `gateways` are tried in order; `sources`: where the carrier's calls to us come from; `media_networks`: where its
    media comes from and goes to, empty for the addresses of its gateways and sources.
    """

    trunk_id: TrunkIdText
    name: DisplayName
    gateways: Gateways
    domain: Host | None = Field(
        None, description="host in From and P-Asserted-Identity; by default the first gateway's"
    )
    credentials: NewCredentials | None = Field(None, description="leave out where the carrier knows us by address")
    registers: bool = Field(False, description="whether we register at the carrier; needs credentials")
    sources: Sources = Field(default_factory=list)
    media_networks: Sources = Field(default_factory=list)
    no_reply_ms: NoReply = 3000
    no_ring_ms: NoRing = 6000
    country_code: CountryCode | None = Field(
        None, description="as where the carrier writes numbers; null: as where the number called is"
    )
    trusts_identity: bool = Field(
        True, description="whether the carrier vouches for P-Asserted-Identity, Diversion and their kin (RFC 3325)"
    )
    media: Media = Field(
        "optional",
        description="`optional`: SRTP where the carrier can (RFC 8643); `rtp`: it is offered no keys; "
        "`srtp`: it must encrypt (SDES)",
    )
    dtmf: DtmfWay = Field(
        "auto",
        description="how keys go: `auto`: as events (RFC 4733) where the carrier takes them, else as sound; "
        "`rfc4733`, `inband`, `info` (SIP INFO): so and no other way",
    )
    rates: Rates
    max_channels: Channels = 30
    priority: int = Field(100, ge=0, le=1000, description="lower first among trunks of equal cost")
    enabled: bool = True
    tenant_ids: TenantIds = Field(default_factory=list, description="whose calls it may carry; empty for everyone's")


class TrunkPatch(Shape):
    """What is to change; what is absent or null stays, but null takes a country away."""

    name: DisplayName | None = None
    gateways: Gateways | None = None
    domain: Host | None = None
    credentials: NewCredentials | None = None
    registers: bool | None = None
    sources: Sources | None = None
    media_networks: Sources | None = None
    no_reply_ms: NoReply | None = None
    no_ring_ms: NoRing | None = None
    country_code: CountryCode | None = None
    trusts_identity: bool | None = None
    media: Media | None = None
    dtmf: DtmfWay | None = None
    media_learnt: Sources | None = None
    rates: Rates | None = None
    max_channels: Channels | None = None
    priority: int | None = Field(None, ge=0, le=1000)
    enabled: bool | None = None
    tenant_ids: TenantIds | None = None


class TrunkView(Shape):
    """A trunk as it is."""

    trunk_id: str
    name: str
    gateways: list[GatewayShape]
    domain: str
    credentials: CredentialsView | None
    registers: bool
    sources: list[str]
    media_networks: list[str]
    no_reply_ms: int
    no_ring_ms: int
    country_code: str | None
    trusts_identity: bool
    media: str
    dtmf: str
    media_learnt: list[str] = Field(description="addresses of its media that were seen and then allowed")
    rates: list[RateShape]
    max_channels: int
    priority: int
    enabled: bool
    tenant_ids: list[str]
    created_ms: int
    archived_ms: int | None


class RefusedMediaView(Shape):
    """An address that the carrier named for its media; calls with it were refused, the last at `at_ms`."""

    address: str
    at_ms: int
    edges: list[str] = Field(description="the edges that saw it")


class RefusedMediaList(Shape):
    """The newest first, and eight of each edge at most, of the last day."""

    items: list[RefusedMediaView]


class AllowMedia(Shape):
    """The operator's yes to an address that was seen."""

    address: MediaAddress
