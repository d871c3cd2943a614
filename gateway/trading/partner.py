"""A trading partner, and ourselves: ids, keys and channels, as their files say it. No secret stands in a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.trading.agreement import AgreementText, Name, Terms

Qualifier = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}$")]
InterchangeId = Annotated[str, StringConstraints(min_length=1, max_length=15, strip_whitespace=True)]
Secret = Annotated[str, StringConstraints(pattern=r"^(env|file):.+$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Identity(_Text):
    """An interchange id (ISA05/06 or ISA07/08) and the application id that goes with it (GS02 or GS03)."""

    qualifier: Qualifier = Field(description="01 DUNS, 12 phone, 14 DUNS with suffix, ZZ as agreed, ...")
    id: InterchangeId
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

    name: Name
    sha256: Hash
    expires: date | None = None


class Webhook(_Text):
    """Where we post what we send; the secret signs it (Standard Webhooks)."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
    secret: Secret = Field(description="env:NAME or file:PATH")


class RestChannel(_Text):
    """REST: the partner posts to us, and fetches from its outbox unless it gives a webhook."""

    webhook: Webhook | None = None


class FolderChannel(_Text):
    """Folders, absolute or below the data folder."""

    inbound: str | None = Field(None, description="We pick files up here; done ones go to archive/ below it.")
    outbound: str | None = Field(None, description="We put files here, whole or not at all.")
    patterns: tuple[str, ...] = Field(("*.edi", "*.x12", "*.txt", "*.json"), description="Which names are picked up.")
    name: str = Field("{set}_{control_number}.edi", description="Name of a file that we put there.")


class Channels(_Text):
    """How bytes come and go."""

    rest: RestChannel | None = None
    folder: FolderChannel | None = None


class Contact(_Text):
    """Whom to ask."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


class PartnerText(_Text):
    """A partner file: partners/NAME.yaml."""

    partner: Name = Field(description="Its name, the same as that of the file.")
    name: str = Field(min_length=1, description="Its name for people.")
    contact: Contact | None = None
    identities: tuple[Identity, ...] = Field(min_length=1, description="Under which ids it sends and receives.")
    as2_names: tuple[str, ...] = Field((), description="AS2-From and AS2-To names.")
    api_keys: tuple[ApiKey, ...] = ()
    channels: Channels = Channels()
    defaults: Terms | None = Field(None, description="What holds for all of its agreements.")
    agreements: tuple[AgreementText, ...] = ()


class OwnText(_Text):
    """Who we are: partners/own.yaml."""

    name: str = Field(min_length=1)
    identities: tuple[Identity, ...] = Field(min_length=1, description="The first one is used to send.")
    as2_names: tuple[str, ...] = ()
    contact: Contact | None = None
    defaults: Terms | None = Field(None, description="What holds for every agreement with everybody.")
