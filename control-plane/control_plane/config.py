"""Settings of the control plane's processes: API, fact consumers, workers, administration."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from servicekit.publicnet import Networks, networks_in
from servicekit.settings import ServiceSettings


class ControlPlaneSettings(ServiceSettings):
    """See the field descriptions; each is TRUNKLINE_<NAME> in the environment."""

    store_url: str = Field(
        description="sqlite:////absolute/path.db, or cassandra://host1,host2,host3/keyspace?dc=datacenter1"
    )
    store_user: str = Field("", description="user of the Cassandra cluster, empty where it asks for none")
    store_password: SecretStr | None = Field(None, description="password of that user")
    objects_url: str = Field(
        description="file:///absolute/folder, or s3://bucket[/prefix]?endpoint=https://...&region=...&sse=aws:kms&..."
    )
    objects_access_key: SecretStr | None = Field(
        None, description="access key of S3; without it (a role, a profile) the usual AWS chain finds one"
    )
    objects_secret_key: SecretStr | None = Field(None, description="secret key of S3, together with the access key")
    master_key_file: Path = Field(description="file with the key that encrypts secrets at rest (made by bootstrap)")
    leads_key_file: Path | None = Field(
        None,
        description="key that seals leads' numbers in Redis; by default leads.key beside the master key",
    )
    jwt_key_file: Path | None = Field(
        None, description="file with the key that signs access tokens; by default jwt.pem beside the master key"
    )
    platform_domain: str = Field("trunkline.test", description="DNS domain under which tenants and sites are named")

    api_host: str = Field("127.0.0.1", description="address on which the API listens")
    api_port: int = Field(8080, ge=0, le=65535, description="port of the API")
    api_public_url: str = Field("", description="how clients reach the API, such as https://hq.example.com")
    branch_api_host: str = Field("127.0.0.1", description="address of the mutual-TLS listener for branches")
    branch_api_port: int = Field(0, ge=0, le=65535, description="port of the mutual-TLS listener, 0 for none")
    branch_api_names: str = Field(
        "", description="names and addresses by which branches reach it, such as hq.example.com,203.0.113.9"
    )
    pki_dir: Path | None = Field(None, description="folder of the platform's certificate authority")

    admin_user: str = Field("admin", description="name of the first HQ administrator")
    admin_password: SecretStr | None = Field(None, description="password of the first HQ administrator")

    access_token_seconds: int = Field(900, ge=30, le=86_400, description="life of an access token")
    refresh_token_seconds: int = Field(604_800, ge=60, description="life of a refresh token")
    sign_in_attempts: int = Field(5, ge=1, description="wrong passwords per user and address before a pause")
    sign_in_pause_seconds: int = Field(60, ge=1, description="how long that pause is")
    account_attempts: int = Field(
        20, ge=1, description="wrong passwords per user from all new addresses together before few get through"
    )
    account_pause_seconds: int = Field(600, ge=1, description="how long few get through then")
    # A branch's agents share one address, and all sign in when the shift begins.
    auth_requests_per_minute: int = Field(300, ge=1, description="requests per address to the sign-in routes")
    trusted_proxies: frozenset[str] = Field(
        frozenset(), description='addresses whose X-Forwarded-For is believed, as JSON: ["127.0.0.1"]'
    )

    currency: str = Field(
        "CNY", pattern="^[A-Z]{3}$", description="currency of the trunks' rates and of what calls cost, ISO 4217"
    )
    keep_calls_days: int | None = Field(
        None, ge=1, description="days that call records are kept where the tenant has no rule; unset: for ever"
    )
    keep_audit_days: int | None = Field(
        None, ge=1, description="days that the audit trail is kept where the tenant has no rule; unset: for ever"
    )
    keep_recordings_days: int | None = Field(
        None, ge=1, description="days that recordings are kept where the tenant has no rule; unset: for ever"
    )

    most_connections: int = Field(1000, ge=10, description="connections that each listener takes at once")
    max_body_bytes: int = Field(262_144, ge=1024, description="largest request body the API takes")
    stale_call_seconds: float = Field(30, gt=0, description="silence after which a node's calls are hidden")
    takeover_seconds: float = Field(10, ge=1, description="silence of a consumer after which others take its facts")
    recording_overdue_seconds: float = Field(300, gt=0, description="after a call's end, when a gap is an alarm")
    download_link_seconds: int = Field(300, ge=10, le=3600, description="life of a link to a recording")
    worker_queues: str = Field("default,recordings", description="queues a worker takes from, comma-separated")
    worker_concurrency: int = Field(2, ge=1, le=256, description="tasks a worker runs at once")
    worker_stop_seconds: float = Field(60, ge=0, description="seconds a worker may end its tasks in after SIGTERM")
    visibility_seconds: int = Field(10, ge=3, description="silence of a worker after which others take its tasks")

    voice_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="engine that speaks prompts' text, as the media nodes' TRUNKLINE_VOICE_URL; empty for espeak-ng",
    )
    webhook_networks: str = Field(
        "", description="networks besides public ones where tenants' webhooks may be, such as 10.8.0.0/16,10.9.1.7/32"
    )

    reconcile_seconds: float = Field(30, gt=0, description="how often snapshots are rebuilt though nothing changed")

    @field_validator("webhook_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        networks_in(value)
        return value

    @field_validator("platform_domain")
    @classmethod
    def _lower(cls, value: str) -> str:
        return value.lower().strip(".")

    @model_validator(mode="after")
    def _both_keys(self) -> Self:
        if (self.objects_access_key is None) != (self.objects_secret_key is None):
            raise ValueError("TRUNKLINE_OBJECTS_ACCESS_KEY and TRUNKLINE_OBJECTS_SECRET_KEY are given together")
        return self

    @property
    def webhook_allowed(self) -> Networks:
        """`webhook_networks` as networks."""
        return networks_in(self.webhook_networks)

    @property
    def objects_credentials(self) -> tuple[str, str] | None:
        """Access key and secret key of S3, None for the AWS chain's."""
        if self.objects_access_key is None or self.objects_secret_key is None:
            return None
        return self.objects_access_key.get_secret_value(), self.objects_secret_key.get_secret_value()

    @property
    def store_login(self) -> dict[str, str]:
        """User and password for `open_store`."""
        secret = self.store_password
        return {"user": self.store_user, "password": secret.get_secret_value() if secret else ""}

    @property
    def signing_key_file(self) -> Path:
        """Where the token key is."""
        return self.jwt_key_file or self.master_key_file.with_name("jwt.pem")

    @property
    def leads_key(self) -> Path:
        """Where the key of leads' numbers is."""
        return self.leads_key_file or self.master_key_file.with_name("leads.key")

    @property
    def public_url(self) -> str:
        """How clients reach the API."""
        return self.api_public_url or f"http://{self.api_host}:{self.api_port}"
