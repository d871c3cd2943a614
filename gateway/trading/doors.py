"""Our own doors on ports of their own, as gateway.yaml says it: AS2 and SFTP. Knows no server."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from gateway.trading.duration import Duration, read_duration
from gateway.trading.kinds import Secret


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TlsText(_Text):
    """TLS of a door of ours."""

    certificate: str = Field(
        description="Our certificate and its chain as PEM; below the configuration folder unless absolute."
    )
    key: str = Field(description="Its private key as PEM; below the data folder unless absolute.")
    passphrase: Secret | None = Field(None, description="Where the passphrase of the key is: env:NAME or file:PATH.")


class AS2DoorText(_Text):
    """The door for AS2, on a port of its own; nothing else may stand behind that port."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(4080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    path: str = Field("/as2", pattern=r"^/[!-~]*$", description="Path to which partners post.")
    tls: TlsText | None = Field(
        None, description="Without it plain HTTP is spoken, such as behind a proxy that ends TLS."
    )
    head_kb: int = Field(64, ge=8, le=1024, description="Largest head of a request.")
    head_within: Duration = Field(read_duration("20s"), description="How long the head of a request may take.")
    idle_within: Duration = Field(read_duration("60s"), description="How long a client may send nothing.")
    connections: int = Field(512, ge=1, le=10_000, description="Connections at a time at most.")
    connections_per_address: int = Field(
        256, ge=1, le=10_000, description="Connections of one client at a time at most."
    )


class SFTPDoorText(_Text):
    """Our SFTP server, with a mailbox for each partner that has an account."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(2022, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    connections: int = Field(500, ge=1, le=20_000, description="Connections at a time, of all partners.")
    failures: int = Field(
        5, ge=1, description="Wrong logins that an address may make before it must wait, each time longer."
    )
    login_within: Duration = Field(read_duration("30s"), description="How long a client may take to log in.")
