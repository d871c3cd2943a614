"""What the operator sets: the environment for places and ports, ``gateway.yaml`` for ERPs, keys and bounds.

Secrets stand in neither: ``env:NAME`` and ``file:PATH`` say where they are.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway import located
from gateway.errors import ConfigurationError, Problem
from gateway.trading.agreement import Name
from gateway.trading.duration import Duration, read_duration
from gateway.trading.partner import Hash, Secret


class Environment(BaseSettings):
    """Settings of the environment: GATEWAY_CONFIG_DIR, GATEWAY_DATA_DIR and so on."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, extra="ignore")

    config_dir: Path = Field(Path(), description="Where gateway.yaml, partners/ and mappings/ lie.")
    data_dir: Path = Field(Path("data"), description="Where the ledger, the vault and private keys lie.")
    database_url: str = Field("", description="By default SQLite in the data folder.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    log_format: Literal["json", "console"] = Field("json", description="How log lines look.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")

    @property
    def url(self) -> str:
        """Where the ledger is."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'ledger.db'}"


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ErpText(_Text):
    """One ERP: where messages go."""

    kind: Literal["http", "folder"]
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")] | None = Field(None, description="For http.")
    path: str | None = Field(None, description="For folder; below the data folder unless absolute.")
    key: Secret | None = Field(None, description="The ERP's bearer key: env:NAME or file:PATH.")
    format: Literal["json", "xml"] = "json"
    timeout: Duration = Field(read_duration("20s"))
    rate: float | None = Field(None, gt=0, description="Messages a second at most.")
    at_once: int = Field(16, ge=1, le=256, description="Messages under way at a time at most.")


class KeyText(_Text):
    """A key of an ERP or an operator; only its hash stands here. Make one with: gateway key NAME."""

    name: Name
    role: Literal["erp", "operator"]
    erp: Name = Field("main", description="Which ERP it belongs to.")
    sha256: Hash


class InboxText(_Text):
    """A folder in which an ERP puts its messages as JSON files."""

    path: str
    erp: Name = "main"


class LimitsText(_Text):
    """Bounds."""

    transmission_mb: int = Field(100, ge=1, le=4096, description="Largest transmission of a partner.")
    erp_message_mb: int = Field(10, ge=1, le=256, description="Largest message of an ERP.")
    steps_at_once: int = Field(32, ge=1, le=512, description="Steps that run at a time.")


class GatewayText(_Text):
    """gateway.yaml."""

    erps: dict[Name, ErpText] = Field(default_factory=dict)
    keys: tuple[KeyText, ...] = ()
    erp_inboxes: tuple[InboxText, ...] = ()
    limits: LimitsText = LimitsText()


class Settings(_Text):
    """Everything set, frozen."""

    environment: Environment
    gateway: GatewayText

    def below_data(self, path: str) -> Path:
        """Return a path as given when absolute, else below the data folder."""
        return self.environment.data_dir / path


def load_settings(environment: Environment | None = None) -> Settings:
    """Read the environment and ``gateway.yaml``; raise ConfigurationError with every mistake."""
    if environment is None:
        try:
            environment = Environment()
        except ValidationError as error:
            raise ConfigurationError(
                [
                    Problem(
                        "environment", 1, f"GATEWAY_{str(item['loc'][0]).upper()}", item["msg"], "correct the variable"
                    )
                    for item in error.errors()
                ]
            ) from None
    path = environment.config_dir / "gateway.yaml"
    if not path.exists():
        return Settings(environment=environment, gateway=GatewayText())
    data = located.read(path.read_text(encoding="utf-8"), str(path))
    try:
        return Settings(environment=environment, gateway=GatewayText.model_validate(data.data or {}))
    except ValidationError as error:
        raise ConfigurationError(data.problems(error)) from None


def read_secret(reference: str, what: str) -> str:
    """Return the secret that ``env:NAME`` or ``file:PATH`` points to; raise ConfigurationError without showing any of it."""
    kind, _, where = reference.partition(":")
    if kind == "env":
        value = os.environ.get(where)
        if value:
            return value
        raise ConfigurationError([Problem(what, 1, "", f"the variable {where} is not set", f"export {where}=...")])
    path = Path(where)
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        reason = f"the file {where} can't be read ({error.strerror})"
        raise ConfigurationError([Problem(what, 1, "", reason, "make it readable for the gateway")]) from None
