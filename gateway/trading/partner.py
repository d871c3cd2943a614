"""A trading partner, and ourselves: ids, keys and channels, as their files say it. No secret stands in a file."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field, field_validator

from gateway.trading.agreement import AgreementText, Terms
from gateway.trading.as2 import AS2Channel, AS2Own
from gateway.trading.calendars import CalendarText
from gateway.trading.kinds import NAME_PARTS, Address, Hash, InterchangeId, Name, Qualifier, Secret
from gateway.trading.sftp import SFTPChannel, check_name_template


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Identity(_Text):
    """An interchange id (ISA05/06 or ISA07/08) and the application id that goes with it (GS02 or GS03)."""

    qualifier: Qualifier = Field(description="01 DUNS, 12 phone, 14 DUNS with suffix, ZZ as agreed, ...")
    id: InterchangeId = Field(description="ISA06 or ISA08, without the blanks that fill it up.")
    group: str | None = Field(None, max_length=15, description="GS02 or GS03; by default the id.")

    @property
    def key(self) -> tuple[str, str]:
        """Qualifier and id, as an ISA has them."""
        return self.qualifier, self.id

    @property
    def application(self) -> str:
        """The id of the functional group."""
        return self.group or self.id


class ApiKey(_Text):
    """A key of the partner's REST client; only its hash is here. Make one with: gateway partner key NAME."""

    name: Name = Field(description="Which of the partner's keys it is; it stands in the log.")
    sha256: Hash = Field(description="SHA-256 of the key, as the command prints it.")
    expires: date | None = Field(None, description="The last day on which it opens the door, such as 2027-03-31.")


class Webhook(_Text):
    """Where we post what we send; the secret signs it (Standard Webhooks)."""

    url: Address = Field(description="Where the documents are posted.")
    secret: Secret = Field(description="Where the secret is: env:NAME or file:PATH.")


class RestChannel(_Text):
    """REST: the partner posts to us, and fetches from its outbox unless it gives a webhook."""

    webhook: Webhook | None = Field(None, description="Without it the partner fetches from /api/v1/outbox.")


class FolderChannel(_Text):
    """Folders, absolute or below the data folder."""

    inbound: str | None = Field(None, description="We pick files up here; done ones go to archive/ below it.")
    outbound: str | None = Field(None, description="We put files here, whole or not at all.")
    patterns: tuple[str, ...] = Field(
        ("*.edi", "*.x12", "*.txt", "*.json", "*.csv"), description="Which names are picked up."
    )
    name: str = Field(
        "{set}_{control_number}.edi",
        description="Name of a file that we put there; it may hold "
        + ", ".join(f"{{{part}}}" for part in NAME_PARTS)
        + ".",
    )

    @field_validator("name")
    @classmethod
    def _known_parts(cls, value: str) -> str:
        return check_name_template(value)


class Channels(_Text):
    """How bytes come and go."""

    rest: RestChannel | None = Field(None, description="By HTTP; rest: {} for a partner who posts and fetches.")
    folder: FolderChannel | None = Field(None, description="By files in folders.")
    as2: AS2Channel | None = Field(None, description="By AS2.")
    sftp: SFTPChannel | None = Field(None, description="By SFTP.")


class Contact(_Text):
    """Whom to ask."""

    name: str | None = Field(None, description="Person or department.")
    email: str | None = Field(None, description="Address for mail.")
    phone: str | None = Field(None, description="Number to call.")


class PartnerText(_Text):
    """A partner file: partners/NAME.yaml."""

    partner: Name = Field(description="Its name, the same as that of the file.")
    name: str = Field(min_length=1, description="Its name for people.")
    contact: Contact | None = Field(None, description="Whom to ask there.")
    identities: tuple[Identity, ...] = Field(
        min_length=1, description="Under which ids it sends and receives; we send to the first."
    )
    api_keys: tuple[ApiKey, ...] = Field((), description="Its keys for the REST interface, by their hashes.")
    channels: Channels = Field(Channels(), description="How bytes come and go.")
    defaults: Terms | None = Field(None, description="What holds for all of its agreements.")
    agreements: tuple[AgreementText, ...] = Field(
        (), description="What is exchanged: one entry for each document and direction."
    )


class OwnText(_Text):
    """Who we are: partners/own.yaml."""

    name: str = Field(min_length=1, description="Our name for people.")
    identities: tuple[Identity, ...] = Field(min_length=1, description="Our ids; the first one is used to send.")
    as2: AS2Own | None = Field(None, description="Our names, address and keys for AS2.")
    contact: Contact | None = Field(None, description="Whom partners ask.")
    calendars: tuple[CalendarText, ...] = Field(
        (), description="When our plants work; the first that fits a plant counts. By default always, in UTC."
    )
    defaults: Terms | None = Field(None, description="What holds for every agreement with everybody.")
