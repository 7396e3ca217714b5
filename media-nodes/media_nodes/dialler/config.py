"""Settings of a dialler."""

from pathlib import Path

from pydantic import Field

from servicekit.settings import ServiceSettings


class DiallerSettings(ServiceSettings):
    """What a dialler is called, and where the key to leads' numbers lies."""

    dialler_id: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,40}$", description="name of this dialler, such as dialler-1"
    )
    leads_key_file: Path = Field(
        description="the key that leads' numbers are sealed with, such as /etc/trunkline/leads.key: the control "
        "plane's own"
    )

    @property
    def state_dir(self) -> Path:
        """Its copy of the directory."""
        return self.run_dir / f"dialler-{self.dialler_id}"
