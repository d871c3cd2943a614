"""What the operator sets: the environment for places and ports, ``gateway.yaml`` for ERPs, keys and bounds.

Secrets stand in neither: ``env:NAME`` and ``file:PATH`` say where they are.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway import located
from gateway.errors import ConfigurationError, Problem
from gateway.located import Located
from gateway.tracking.approval import Person
from gateway.trading.alerts import AlertsText
from gateway.trading.approvals import ApprovalText
from gateway.trading.doors import AS2DoorText, SFTPDoorText
from gateway.trading.duration import Duration, read_duration
from gateway.trading.erps import ErpText, InboxText
from gateway.trading.kinds import Address, Hash, Name, Vault
from gateway.trading.reconciling import ReconciliationText
from gateway.trading.retention import RetentionText
from gateway.trading.routing import Routing
from gateway.trading.sinks import EventsText, WebhookText


class Environment(BaseSettings):
    """Settings of the environment: GATEWAY_CONFIG_DIR, GATEWAY_DATA_DIR and so on."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, extra="ignore")

    config_dir: Path = Field(Path(), description="Where gateway.yaml, partners/ and mappings/ lie.")
    data_dir: Path = Field(Path("data"), description="Where the ledger, the vault and private keys lie.")
    database_url: str = Field(
        "",
        description="By default SQLite in the data folder. postgresql+psycopg://USER@HOST/NAME for several processes.",
    )
    vault: Vault = Field(
        "",
        description="Where large transmissions lie: by default vault in the data folder; a folder that all machines share, or "
        "s3://BUCKET/PREFIX (extra [s3]; AWS_ENDPOINT_URL, AWS_REGION and keys stand in the environment as for other programs).",
    )
    takeover_seconds: float = Field(
        15.0, ge=1, description="On PostgreSQL: how long a worker may be silent before others take over its steps."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    operator_key: SecretStr = Field(
        SecretStr(""),
        description="The key of the operator who types commands, where a decision needs the approval of others.",
    )
    log_format: Literal["json", "console"] = Field("json", description="How log lines look.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")

    @property
    def url(self) -> str:
        """Where the ledger is."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'ledger.db'}"

    @property
    def vault_place(self) -> str:
        """Where large bytes lie: a folder, or s3://BUCKET/PREFIX."""
        return self.vault or str(self.data_dir / "vault")

    @property
    def shared(self) -> bool:
        """Whether several processes may work on this ledger."""
        return self.url.startswith("postgresql")


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Scope: TypeAlias = Literal["wms", "qms", "mes", "tms", "procurement", "planning", "finance", "master_data", "events"]


class KeyText(_Text):
    """A key of an ERP, an operator or a system around the orders; only its hash stands here. Make one with: gateway key NAME."""

    name: Name = Field(description="Whose key it is; it stands in the log, and beside what a system has said.")
    person: str | None = Field(
        None,
        min_length=1,
        max_length=60,
        description="Who uses a key with role operator; several keys may be of one person. By default the name of the key.",
    )
    roles: tuple[Name, ...] = Field((), description="Which decisions this operator may approve: see approvals.")
    role: Literal["erp", "operator", "system"] = Field(
        description="An ERP sends messages; an operator sees all documents; a system speaks at the door of its scope."
    )
    erp: Name = Field("main", description="Which ERP it belongs to.")
    scope: Scope | None = Field(None, description="For role system: at which door the key is good.")
    sha256: Hash = Field(description="SHA-256 of the key, as the command prints it.")

    @model_validator(mode="after")
    def _scoped(self) -> KeyText:
        if self.role == "system" and self.scope is None:
            raise ValueError(f"a key of a system needs a scope; add scope: {' | '.join(get_args(Scope))}")
        if self.role != "system" and self.scope is not None:
            raise ValueError("only a key with role system has a scope; take scope away, or set role: system")
        if self.role != "operator" and (self.roles or self.person is not None):
            raise ValueError(
                "only a key with role operator has a person and roles; take them away, or set role: operator"
            )
        return self

    @property
    def operator(self) -> Person:
        """Who decides with this key."""
        return Person(self.person or self.name, frozenset(self.roles), proven=True)


class LimitsText(_Text):
    """Bounds."""

    transmission_mb: int = Field(100, ge=1, le=4096, description="Largest transmission of a partner.")
    erp_message_mb: int = Field(10, ge=1, le=256, description="Largest canonical message, from an ERP or a partner.")
    order_within: Duration = Field(
        read_duration("15m"), description="How long what names an unknown order waits for it, before that is a case."
    )
    steps_at_once: int = Field(32, ge=1, le=512, description="Steps that run at a time.")


class TimeStampsText(_Text):
    """An authority (RFC 3161) that stamps the daily checkpoints of the log."""

    url: Address = Field(description="Where it is asked; redirects are not followed.")
    certificate: str = Field(description="Its root certificate as PEM; below the configuration folder unless absolute.")


class GatewayText(_Text):
    """gateway.yaml."""

    erps: dict[Name, ErpText] = Field(default_factory=dict, description="The ERPs by their names.")
    keys: tuple[KeyText, ...] = Field(
        (), description="Keys of ERPs, operators and systems; those of partners are in their files."
    )
    erp_inboxes: tuple[InboxText, ...] = Field((), description="Folders from which messages of an ERP are taken.")
    sftp: SFTPDoorText | None = Field(
        None, description="Our SFTP server; without it there is none. sftp: {} takes all defaults."
    )
    as2: AS2DoorText | None = Field(
        None, description="The door for AS2; without it there is none. as2: {} takes all defaults."
    )
    events: EventsText = Field(EventsText(), description="Events: who they come from, and the message broker.")
    webhooks: dict[Name, WebhookText] = Field(
        default_factory=dict, description="Who is told of events by HTTP, by their names."
    )
    alerts: AlertsText | None = Field(None, description="Mails about cases; without it there are none.")
    approvals: tuple[ApprovalText, ...] = Field(
        (), description="Which decisions need a second person; without any, each operator decides alone."
    )
    routing: Routing = Field(
        (),
        description="To which of several ERPs a document goes; the first row that fits wins, else the agreement's erp.",
    )
    reconciliation: ReconciliationText | None = Field(
        None, description="What is compared each night; without it nothing is. Changes count from the next start on."
    )
    limits: LimitsText = Field(LimitsText(), description="Bounds.")
    retention: RetentionText = Field(RetentionText(), description="How long bytes are kept.")
    time_stamps: TimeStampsText | None = Field(
        None, description="Who stamps the daily checkpoints of the log; without it they bear no time stamp."
    )


class Settings(_Text):
    """Everything set, frozen."""

    environment: Environment
    gateway: GatewayText

    def below_data(self, path: str) -> Path:
        """Return a path as given when absolute, else below the data folder."""
        return self.environment.data_dir / path


def load_settings(environment: Environment | None = None) -> Settings:
    """Read the environment and ``gateway.yaml``; raise ConfigurationError with every mistake of both."""
    problems: list[Problem] = []
    if environment is None:
        environment = _environment(problems)
    if not environment.config_dir.is_dir():
        reason = f"there is no folder {environment.config_dir.absolute()}"
        problems.append(Problem("environment", 1, "GATEWAY_CONFIG_DIR", reason, "make it, or name the one you mean"))
    text = _gateway_text(environment.config_dir / "gateway.yaml", problems)
    if problems:
        raise ConfigurationError(problems)
    return Settings(environment=environment, gateway=text)


def _environment(problems: list[Problem]) -> Environment:
    """Read the environment; variables with mistakes, which are added to ``problems``, count as not set."""
    try:
        return Environment()
    except ValidationError as error:
        for item in error.errors(include_url=False):
            name = f"GATEWAY_{str(item['loc'][0]).upper()}"
            reason = f"{item['msg'][:1].lower()}{item['msg'][1:]}, not {item['input']!r}"
            problems.append(Problem("environment", 1, name, reason, f"correct it, or: unset {name}"))
    return Environment.model_construct(config_dir=Path(os.environ.get("GATEWAY_CONFIG_DIR", "")))


def _gateway_text(path: Path, problems: list[Problem]) -> GatewayText:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return GatewayText()
    except UnicodeError:
        problems.append(Problem(str(path), 1, "", "it is no UTF-8", "save it as UTF-8 text"))
        return GatewayText()
    except OSError as error:
        reason = f"it can't be read ({error.strerror})"
        problems.append(Problem(str(path), 1, "", reason, "make it readable for the gateway"))
        return GatewayText()
    try:
        data = located.read(text, str(path), problems)
        made = GatewayText.model_validate({} if data.data is None else data.data)
    except ConfigurationError as error:
        problems += error.problems
        return GatewayText()
    except ValidationError as error:
        problems += data.problems(error, GatewayText)
        return GatewayText()
    problems += _clashes(made, data)
    return made


def _clashes(text: GatewayText, data: Located) -> list[Problem]:
    """Find what points nowhere and what stands twice."""
    found = []
    known = ", ".join(sorted(text.erps)) or "none"
    uses = [(("keys", index, "erp"), key.erp) for index, key in enumerate(text.keys) if key.role == "erp"]
    uses += [(("erp_inboxes", index, "erp"), inbox.erp) for index, inbox in enumerate(text.erp_inboxes)]
    uses += [(("routing", index, "erp"), row.erp) for index, row in enumerate(text.routing)]
    for place, erp in uses:
        if erp not in text.erps:
            reason = f"there is no ERP {erp!r} (there are: {known})"
            found.append(data.problem(place, reason, "add it under erps"))
    found += _reports(text, data)
    first: dict[tuple[str, str], int] = {}
    twice = [("keys", index, "sha256", key.sha256, "this key") for index, key in enumerate(text.keys)]
    twice += [("keys", index, "name", key.name, f"the name {key.name}") for index, key in enumerate(text.keys)]
    twice += [("erp_inboxes", i, "path", box.path, f"the folder {box.path}") for i, box in enumerate(text.erp_inboxes)]
    for part, index, key_name, value, words in twice:
        other = first.setdefault((f"{part}.{key_name}", value), index)
        if other != index:
            reason = f"{words} stands in {part}[{other + 1}] too"
            found.append(data.problem((part, index, key_name), reason, "let each have its own"))
    return sorted(found + _unapproved(text, data), key=lambda problem: problem.line)


def _reports(text: GatewayText, data: Located) -> list[Problem]:
    """Find reports of systems that nobody knows, and ERPs that there are not whose keys should be shown."""
    found = []
    known = ["erp", "wms", *sorted(text.erps)]
    for name, report in text.reconciliation.reports.items() if text.reconciliation else ():
        place = ("reconciliation", "reports", name)
        if name not in known:
            found.append(data.problem(place, "no such system reports", f"name one of {', '.join(known)}"))
        if report.erp is not None and report.erp not in text.erps:
            found.append(data.problem((*place, "erp"), f"there is no ERP {report.erp!r}", "add it under erps"))
    return found


def _unapproved(text: GatewayText, data: Located) -> list[Problem]:
    """Find approvals that nobody could ever give: two persons are needed, one of whom has the role."""
    found = []
    people = [key.operator for key in text.keys if key.role == "operator"]
    for index, approval in enumerate(text.approvals):
        if not any(approval.role in person.roles for person in people):
            reason = f"no operator has the role {approval.role!r}"
            found.append(data.problem(("approvals", index, "role"), reason, f"add roles: [{approval.role}] to a key"))
        elif len({person.name for person in people}) < 2:
            reason = "there is only one operator, and nobody approves what he proposed himself"
            found.append(data.problem(("approvals", index, "role"), reason, "add a key of a second person"))
    return found


def read_secret(reference: str, what: str) -> str:
    """Return the secret that ``env:NAME`` or ``file:PATH`` points to; raise ConfigurationError without showing any of it."""
    kind, _, where = reference.partition(":")
    if kind == "env":
        if value := os.environ.get(where):
            return value
        raise ConfigurationError([Problem(what, 1, "", f"the variable {where} is not set", f"export {where}=...")])
    path = Path(where)
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        reason = f"the file {where} can't be read ({error.strerror})"
        raise ConfigurationError([Problem(what, 1, "", reason, "make it readable for the gateway")]) from None
