"""What a partner file says about SFTP: its mailbox at our server, and its own server, where we fetch and deliver.

Knows no socket. Names of algorithms are those of SSH (RFC 4250 4.11); old ones have names of ours, off by default.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from gateway.trading.duration import Duration, read_duration
from gateway.trading.kinds import NAME_PARTS, Secret, Shape

INBOUND_NAMES = ("*.edi", "*.x12", "*.txt", "*.json", "*.csv")
TEMPORARY_NAMES = ("*.part", "*.tmp", "*.filepart", "*.partial", ".*")


@dataclass(frozen=True, slots=True)
class Legacy:
    """Old algorithms that go by one name: what they are, and why somebody may still need them."""

    words: str
    kex: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()


LEGACY: Mapping[str, Legacy] = MappingProxyType(
    {
        "ssh-rsa": Legacy("RSA signatures over SHA-1, of products before about 2016", signatures=("ssh-rsa",)),
        "dh-sha1": Legacy(
            "key exchange with SHA-1",
            kex=("diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1"),
        ),
        "aes-cbc": Legacy("AES in CBC mode", ciphers=("aes256-cbc", "aes192-cbc", "aes128-cbc")),
        "3des-cbc": Legacy("triple DES in CBC mode", ciphers=("3des-cbc",)),
        "hmac-sha1": Legacy("integrity by SHA-1", macs=("hmac-sha1-etm@openssh.com", "hmac-sha1")),
    }
)
LegacyName = Literal["ssh-rsa", "dh-sha1", "aes-cbc", "3des-cbc", "hmac-sha1"]


def fingerprint(key: str) -> str:
    """Return the fingerprint of a public key in OpenSSH's one-line form: ``SHA256:`` and 43 characters of Base64."""
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _public_key(text: str) -> str:
    parts = text.split()
    try:
        blob = base64.b64decode(parts[1], validate=True)
        length = int.from_bytes(blob[:4], "big")
        known = blob[4 : 4 + length] == parts[0].encode() and len(blob) > length + 4
    except (IndexError, binascii.Error, UnicodeEncodeError):
        known = False
    if not known:
        raise ValueError(
            "this is no public key as OpenSSH writes it; write the line of the .pub file: ssh-ed25519 AAAA... name"
        )
    return text


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError("this is no address or network; write it such as 203.0.113.7 or 203.0.113.0/24") from None
    return text


UserName = Annotated[
    str,
    Shape(
        r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}",
        "a user name has letters, digits and _ . @ - only",
        "write it such as acme",
    ),
]
PublicKey = Annotated[str, AfterValidator(_public_key)]
Network = Annotated[str, AfterValidator(_network)]
HostKey = Annotated[
    str,
    Shape(
        r"SHA256:[A-Za-z0-9+/]{43}|(ssh-|ecdsa-)\S+ AAAA\S+( .*)?",
        "a host key is a fingerprint (SHA256:...) or the key itself",
        "ask the partner for it, or write what gateway sftp ping prints once the partner has confirmed it",
    ),
]
PasswordHash = Annotated[
    str,
    Shape(
        r"\$argon2id\$v=19\$[^\s$]+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+",
        "a password may not stand here, only its argon2id hash",
        "write what gateway sftp password prints",
        hidden=True,
    ),
]
RemoteFolder = Annotated[
    str,
    Shape(r"[^\x00-\x1f\x7f]{1,500}", "a folder is a path on one line", "write it such as /outgoing"),
]
Template = Annotated[
    str,
    Shape(
        r"[^/\x00-\x1f\x7f]*\{(name|stem)\}[^/\x00-\x1f\x7f]*",
        "a name made of another one holds {name} or {stem}, and no /",
        'write it such as "{name}.done" or "{stem}.trg"',
    ),
]


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SFTPAccount(_Text):
    """The partner's mailbox at our server: inbound/, outbound/, archive/ and rejected/."""

    user: UserName | None = Field(None, description="Under which name it logs in; by default the partner's name.")
    keys: tuple[PublicKey, ...] = Field((), description="Its public keys, each the line of its .pub file, old and new.")
    password: PasswordHash | None = Field(
        None, description="Hash of a password, where keys can't be had. Make it with: gateway sftp password."
    )
    addresses: tuple[Network, ...] = Field((), description="From where it may come; without any, from anywhere.")
    names: tuple[str, ...] = Field(INBOUND_NAMES, description="Which names it may upload.")
    temporary: tuple[str, ...] = Field(
        TEMPORARY_NAMES, description="Names of unfinished uploads; a rename to another name completes them."
    )
    trigger: Template | None = Field(
        None, description="An upload counts once this file comes behind it, such as {name}.done; by default at once."
    )
    largest_mb: int | None = Field(None, ge=1, le=4096, description="Largest upload; never more than limits allow.")
    unfinished_mb: int = Field(2048, ge=1, description="How much of unfinished uploads is kept.")
    unfinished_files: int = Field(1000, ge=1, description="How many unfinished uploads are kept.")
    sessions: int = Field(20, ge=1, le=1000, description="Connections at a time.")
    idle: Duration = Field(read_duration("10m"), description="A connection that asks for nothing so long is closed.")
    fetched: Literal["archive", "keep"] = Field(
        "archive",
        description="archive: a file that was fetched moves to archive/; keep: it stays until the partner deletes it.",
    )
    shown: Duration = Field(read_duration("30d"), description="How long files stay visible in archive/ and rejected/.")
    legacy: tuple[LegacyName, ...] = Field(
        (), description="Old algorithms that its product needs; offered only to its own addresses."
    )

    @model_validator(mode="after")
    def _can_be_opened(self) -> SFTPAccount:
        if not self.keys and self.password is None:
            raise ValueError("nobody could log in; add keys: [the line of its .pub file]")
        if self.legacy and not self.addresses:
            raise ValueError("old algorithms are offered only to known addresses; add addresses: [...]")
        return self


class SFTPFetch(_Text):
    """What we take from the partner's server."""

    folder: RemoteFolder = Field(description="Where the partner puts files for us.")
    patterns: tuple[str, ...] = Field(INBOUND_NAMES, description="Which names are taken.")
    every: Duration = Field(read_duration("5m"), description="How often we look.")
    settle: Duration = Field(read_duration("10s"), description="Size and time must stay the same so long.")
    trigger: Template | None = Field(
        None,
        description="A file is complete once this one lies beside it, such as {name}.done; by default once settled.",
    )
    then: Literal["delete", "move"] = Field("delete", description="What becomes of a file that we have stored.")
    move_to: RemoteFolder | None = Field(None, description="The folder for move; below the folder unless absolute.")

    @model_validator(mode="after")
    def _somewhere(self) -> SFTPFetch:
        if self.then == "move" and self.move_to is None:
            raise ValueError("files are to be moved, and it is not said where to; add move_to: archive")
        return self


class SFTPDeliver(_Text):
    """Where we put what we send."""

    folder: RemoteFolder = Field(description="Where the partner looks for files from us.")
    name: str = Field(
        "{set}_{control_number}_{timestamp}.edi",
        description="Name of a file; it may hold " + ", ".join(f"{{{part}}}" for part in NAME_PARTS) + ".",
    )
    temporary: Template = Field("{name}.part", description="Its name until it is complete.")
    trigger: Template | None = Field(None, description="An empty file that follows it, such as {name}.done.")

    @field_validator("name")
    @classmethod
    def _known_parts(cls, value: str) -> str:
        return check_name_template(value)


class SFTPServer(_Text):
    """The partner's own server."""

    host: str = Field(min_length=1, max_length=255, description="Its name or address.")
    port: int = Field(22, ge=1, le=65535, description="Its port.")
    user: UserName = Field(description="Under which name we log in.")
    host_keys: tuple[HostKey, ...] = Field(
        min_length=1, description="Its host keys or their fingerprints, old and new; any other is refused."
    )
    key: Secret | None = Field(None, description="Where our private key is: file:PATH or env:NAME.")
    password: Secret | None = Field(None, description="Where the password is, if it asks for one.")
    legacy: tuple[LegacyName, ...] = Field((), description="Old algorithms that it needs.")
    timeout: Duration = Field(read_duration("30s"), description="How long it may take to answer.")
    fetch: SFTPFetch | None = Field(None, description="What we take from there.")
    deliver: SFTPDeliver | None = Field(None, description="Where we put what we send.")

    @model_validator(mode="after")
    def _can_log_in(self) -> SFTPServer:
        if self.key is None and self.password is None:
            raise ValueError("we could not log in; add key: file:PATH (gateway sftp key makes one)")
        return self

    @property
    def pins(self) -> frozenset[str]:
        """The fingerprints of its host keys."""
        return frozenset(key if key.startswith("SHA256:") else fingerprint(key) for key in self.host_keys)


class SFTPChannel(_Text):
    """SFTP: a mailbox at our server, the partner's own server, or both."""

    account: SFTPAccount | None = Field(None, description="Its mailbox at our server.")
    server: SFTPServer | None = Field(None, description="Its own server.")
    name: str = Field(
        "{set}_{control_number}.edi",
        description="Name of a file in outbound/; it may hold " + ", ".join(f"{{{part}}}" for part in NAME_PARTS) + ".",
    )

    @field_validator("name")
    @classmethod
    def _known_parts(cls, value: str) -> str:
        return check_name_template(value)

    @model_validator(mode="after")
    def _something(self) -> SFTPChannel:
        if self.account is None and self.server is None:
            raise ValueError("there is neither account nor server; add account: {keys: [...]} or server: {host: ...}")
        return self

    @property
    def delivers(self) -> bool:
        """Whether we bring what we send; otherwise it waits in outbound/."""
        return self.server is not None and self.server.deliver is not None

    @property
    def template(self) -> str:
        """How files are called that we send."""
        if self.server is not None and self.server.deliver is not None:
            return self.server.deliver.name
        return self.name


def check_name_template(value: str) -> str:
    """Return the template of a file's name; raise ValueError when it holds unknown parts or makes two files the same."""
    for part in re.findall(r"\{(.*?)\}", value):
        if part not in NAME_PARTS:
            known = ", ".join(f"{{{name}}}" for name in NAME_PARTS)
            raise ValueError(f"a file name can't hold {{{part}}}; use {known}")
    if not {"{control_number}", "{id}"} & set(re.findall(r"\{.*?\}", value)):
        raise ValueError("two files would have the same name; put {control_number} or {id} into it")
    return value
