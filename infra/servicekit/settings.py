"""Typed settings from environment variables (TRUNKLINE_...) and one TOML file; the environment wins.

Error texts name the variable and what it should look like, and never repeat a value: it may be a secret.
"""

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, get_args

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import (
    SettingsError as SourceError,
)

from servicekit import sentinel

ENV_PREFIX = "TRUNKLINE_"
CONFIG_VARIABLE = "TRUNKLINE_CONFIG"


class SettingsError(Exception):
    """The settings can not be used; the text tells the operator which variable to mend and how."""


class ServiceSettings(BaseSettings):
    """What every service needs; a room's `config.py` subclasses it with its own fields.

    `SecretStr` fields may also be given as a file: TRUNKLINE_<NAME>_FILE=/path.
    """

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="ignore", populate_by_name=True)

    run_dir: Path = Field(description="folder for sockets, caches and data, such as /run/trunkline")
    redis_url: str = Field(
        "redis://127.0.0.1:6379/0", description=f"redis://[user:password@]host:port/database, or {sentinel.SHAPE}"
    )
    redis_wait_replicas: int = Field(
        0, ge=0, le=8, description="replicas that must have a claim or a fact before it counts, 0 for a single Redis"
    )
    redis_wait_ms: int = Field(
        100, ge=1, le=3000, description="milliseconds to wait for these replicas before what was written is unsure"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    health_host: str = Field("127.0.0.1", description="address on which /healthz and /readyz listen")
    health_port: int = Field(0, ge=0, le=65535, description="port of /healthz and /readyz, 0 for none")
    shutdown_seconds: float = Field(10, ge=0, description="seconds to wait for held work at shutdown, such as 10")
    otlp_endpoint: str = Field(
        "", pattern=r"^(https?://\S+)?$", description="collector for spans and metrics, such as http://127.0.0.1:4318"
    )
    trace_sampling: float = Field(0.1, ge=0, le=1, description="share of the traces that begin here and are kept")
    metrics_seconds: float = Field(15, ge=0.1, description="seconds between two reports of metrics, such as 15")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, value: str) -> str:
        if sentinel.is_sentinel(value):
            sentinel.parse(value)
        elif not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("a Redis address starts with redis://, rediss://, unix:// or redis+sentinel://")
        return value

    @classmethod
    def load(cls) -> Self:
        """Same as `load(cls)`.

        Raises SettingsError.
        """
        return load(cls)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SecretFiles(settings_cls), _ConfigFile(settings_cls)


S = TypeVar("S", bound=ServiceSettings)


def load(settings_class: type[S]) -> S:
    """Return the settings from the environment and the file named by TRUNKLINE_CONFIG.

    Raises SettingsError with one line for each wrong or missing variable.
    """
    build: Callable[[], S] = settings_class  # every field may come from a source, which mypy can not know
    try:
        return build()
    except ValidationError as error:
        lines = [_explain(settings_class, item["loc"], item["type"], item["msg"]) for item in error.errors()]
    except SourceError as error:
        # pydantic-settings names field and source; its cause would show the value, so it is cut off.
        lines = [f"{error} (lists and tables are written as JSON)"]
    raise SettingsError("\n".join(lines))


def _explain(settings_class: type[BaseSettings], loc: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(loc[0]) if loc else ""
    if name not in settings_class.model_fields:
        return message
    field = settings_class.model_fields[name]
    variable = (field.validation_alias if isinstance(field.validation_alias, str) else ENV_PREFIX + name).upper()
    wrong = "is missing" if kind == "missing" else f"is wrong: {message.removeprefix('Value error, ')}"
    shape = f"; it should be: {field.description}" if field.description else ""
    if _is_secret(field):
        shape += f" (or a file holding it, named by {variable}_FILE)"
    return f"{variable} {wrong}{shape}"


def _is_secret(field: FieldInfo) -> bool:
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


class _ConfigFile(PydanticBaseSettingsSource):
    """The top-level keys of the TOML file named by TRUNKLINE_CONFIG."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        path = os.environ.get(CONFIG_VARIABLE)
        if not path:
            return {}
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"{CONFIG_VARIABLE} names {path}, which can not be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{CONFIG_VARIABLE} names {path}, which is not TOML: {error}") from None
        return {name: value for name, value in values.items() if name in self.settings_cls.model_fields}


class _SecretFiles(PydanticBaseSettingsSource):
    """TRUNKLINE_<NAME>_FILE for every SecretStr field, so that no secret stands in a process's environment."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = f"{ENV_PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(variable)
        if not path or not _is_secret(field):
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{variable} names {path}, which can not be read: {type(error).__name__}") from None

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}
