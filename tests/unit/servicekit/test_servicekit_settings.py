"""Settings: which source wins, and error texts that help and keep secrets."""

from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from servicekit.settings import ServiceSettings, SettingsError, load


class Settings(ServiceSettings):
    node_id: str = Field(description="name of this node, such as node-1")
    api_key: SecretStr | None = Field(None, description="key of the API")
    ports: tuple[int, ...] = ()


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("RUN_DIR", "NODE_ID", "CONFIG", "REDIS_URL", "LOG_LEVEL", "HEALTH_PORT", "API_KEY", "API_KEY_FILE"):
        monkeypatch.delenv(f"TRUNKLINE_{name}", raising=False)
    monkeypatch.setenv("TRUNKLINE_RUN_DIR", str(tmp_path))
    monkeypatch.setenv("TRUNKLINE_NODE_ID", "node-1")


def test_defaults(tmp_path: Path):
    settings = load(Settings)
    assert (settings.run_dir, settings.health_port, settings.shutdown_seconds) == (tmp_path, 0, 10)
    assert settings.redis_url == "redis://127.0.0.1:6379/0"


def test_file_fills_in_and_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    config = tmp_path / "trunkline.toml"
    lines = ['node_id = "from-file"', 'log_level = "debug"', "health_port = 9000", "other_room = 1", "ports = [1, 2]"]
    config.write_text("\n".join(lines))
    monkeypatch.setenv("TRUNKLINE_CONFIG", str(config))
    monkeypatch.setenv("TRUNKLINE_HEALTH_PORT", "9001")
    settings = Settings.load()
    assert (settings.node_id, settings.log_level, settings.health_port) == ("node-1", "DEBUG", 9001)
    assert settings.ports == (1, 2)


def test_arguments_win_over_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert Settings(run_dir=tmp_path, node_id="given").node_id == "given"


def test_all_wrong_variables_are_told_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TRUNKLINE_NODE_ID")
    monkeypatch.setenv("TRUNKLINE_HEALTH_PORT", "http")
    with pytest.raises(SettingsError) as error:
        load(Settings)
    lines = str(error.value).splitlines()
    assert "TRUNKLINE_NODE_ID is missing; it should be: name of this node, such as node-1" in lines
    assert any(line.startswith("TRUNKLINE_HEALTH_PORT is wrong") and "valid integer" in line for line in lines)


@pytest.mark.parametrize(("name", "value"), [("REDIS_URL", "http://:hunter2@host"), ("PORTS", "hunter2"),
                                             ("LOG_LEVEL", "hunter2"), ("HEALTH_PORT", "hunter2")])  # fmt: skip
def test_error_names_the_variable_and_not_its_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(f"TRUNKLINE_{name}", value)
    with pytest.raises(SettingsError) as error:
        load(Settings)
    assert name in str(error.value).upper() and "hunter2" not in str(error.value)
    assert "hunter2" not in str(error.value.__cause__)


def test_secret_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("TRUNKLINE_API_KEY_FILE", str(tmp_path / "key"))
    settings = load(Settings)
    assert settings.api_key is not None and settings.api_key.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(("variable", "content"), [("CONFIG", None), ("CONFIG", "not toml"), ("API_KEY_FILE", None)])
def test_file_that_can_not_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, content: str | None
):
    if content:
        (tmp_path / "file").write_text(content)
    monkeypatch.setenv(f"TRUNKLINE_{variable}", str(tmp_path / "file"))
    with pytest.raises(SettingsError, match=f"TRUNKLINE_{variable} names .*file"):
        load(Settings)
