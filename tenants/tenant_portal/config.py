"""Settings of the portal; each is TRUNKLINE_<NAME> in the environment."""

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from servicekit.settings import ServiceSettings

_HERE = Path(__file__).resolve().parent
_IN_WHEEL = _HERE / "console"
CONSOLE = _IN_WHEEL if _IN_WHEEL.exists() else _HERE.parent / "console" / "dist"
"""What the console's build makes: in a wheel inside of the package, in the checkout beside it."""


class IceServer(BaseModel):
    """A STUN or TURN server as browsers take it (RTCIceServer)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    urls: list[str] = Field(min_length=1, max_length=10)
    username: str | None = None
    credential: SecretStr | None = None


class PortalSettings(ServiceSettings):
    """See the field descriptions."""

    portal_host: str = Field("127.0.0.1", description="address on which the portal listens for browsers")
    portal_port: int = Field(8090, ge=0, le=65535, description="port of the portal")
    portal_public_url: str = Field(
        "", pattern=r"^(https?://[^/\s]+)?$", description="how browsers reach it, such as https://desk.example.com"
    )
    portal_tls_cert: Path | None = Field(None, description="certificate chain, where no proxy in front ends TLS")
    portal_tls_key: Path | None = Field(None, description="its key")
    portal_api_urls: str = Field(
        "http://127.0.0.1:8080", description="the control plane's APIs, several by commas: the next when one is gone"
    )
    portal_api_from: str = Field(
        "", description="address from which the portal asks the API, which names it in TRUNKLINE_TRUSTED_PROXIES"
    )
    portal_phone_edges: str = Field(
        "", description="where browsers register, such as wss://edge.example.com:5443; several by commas"
    )
    portal_ice_servers: list[IceServer] = Field(
        [], description='STUN and TURN servers for browsers, as JSON: [{"urls": ["turn:turn.example.com"]}]'
    )
    portal_console_dir: Path = Field(CONSOLE, description="folder of the built console")
    trusted_proxies: frozenset[str] = Field(
        frozenset(), description='addresses whose X-Forwarded-For is believed, as JSON: ["127.0.0.1"]'
    )
    portal_idle_seconds: int = Field(3600, ge=30, description="silence of a browser after which its session ends")
    portal_session_seconds: int = Field(57_600, ge=60, description="after which one signs in again in any case")
    portal_max_upload_bytes: int = Field(67_108_864, ge=1024, description="largest request body that is passed on")
    portal_sockets_per_session: int = Field(8, ge=1, le=100, description="event sockets (open tabs) of a session")
    most_connections: int = Field(4000, ge=10, description="connections that the listener takes at once")

    @field_validator("portal_api_urls")
    @classmethod
    def _http(cls, value: str) -> str:
        return _addresses(value, ("http", "https"), needed=True)

    @field_validator("portal_phone_edges")
    @classmethod
    def _websocket(cls, value: str) -> str:
        return _addresses(value, ("ws", "wss"), needed=False)

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.portal_tls_cert is None) != (self.portal_tls_key is None):
            raise ValueError("TRUNKLINE_PORTAL_TLS_CERT and TRUNKLINE_PORTAL_TLS_KEY are given together")
        return self

    @property
    def api_urls(self) -> list[str]:
        return [each.rstrip("/") for each in _parts(self.portal_api_urls)]

    @property
    def phone_edges(self) -> list[str]:
        return _parts(self.portal_phone_edges)

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the portal by https."""
        return self.portal_public_url.startswith("https://") or self.portal_tls_cert is not None


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _addresses(value: str, schemes: tuple[str, ...], *, needed: bool) -> str:
    parts = _parts(value)
    # They stand in a header of every page: nothing but a host and a port may be in them.
    sound = all(urlsplit(each).scheme in schemes and urlsplit(each).hostname for each in parts)
    if (needed and not parts) or not sound or any(character in value for character in " ;'\"\\\r\n"):
        raise ValueError(f"give addresses that begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    return value
