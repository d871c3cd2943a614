"""What a partner file and own.yaml say about AS2: names, addresses, what is signed, encrypted, compressed and receipted.

Serves RFC 4130 and the points of rfc4130bis in which it differs. Which key and certificate is meant for what is told by
`gateway.trading.certificates`. Names of algorithms are those of `gateway.as2`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gateway.trading.certificates import CertificateText, OwnKeyText
from gateway.trading.duration import Duration
from gateway.trading.kinds import NAME_PARTS, Address, Secret, Shape
from gateway.trading.quirks import QUIRKS

AS2Name = Annotated[
    str,
    Shape(
        r"(?! )[^\x00-\x1f\x7f]{1,128}(?<! )",
        "an AS2 name has 1 to 128 characters on one line, and no blank at its ends",
        "write it as the partner does, upper and lower case included",
    ),
]
HeaderName = Annotated[
    str, Shape(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", "this is no name of a header", "write it such as X-Tenant")
]
HeaderValue = Annotated[
    str,
    Shape(
        r"[ -~]{1,2000}",
        "a header has printable ASCII characters on one line",
        "write it so, or env:NAME or file:PATH for a secret one",
    ),
]
Algorithm = Literal["sha256", "sha384", "sha512"]
DigestIn = Literal["sha1", "sha256", "sha384", "sha512"]

# Headers that say what a message is: one of our own making could make another message of it.
_OURS = frozenset(
    (
        *("as2-from", "as2-to", "as2-version", "message-id", "date", "host", "connection", "authorization"),
        *("content-type", "content-length", "transfer-encoding", "content-transfer-encoding", "mime-version"),
        *(
            "disposition-notification-to",
            "disposition-notification-options",
            "receipt-delivery-option",
            "ediint-features",
        ),
    )
)


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Login(_Text):
    """User and password of HTTP basic authentication (RFC 7617)."""

    user: str = Field(
        min_length=1, pattern=r"^[^:\x00-\x1f]+$", description="The user's name; a colon can't stand in it."
    )
    password: Secret = Field(description="Where the password is: env:NAME or file:PATH.")


class AS2Send(_Text):
    """What we do with what we send."""

    url: Address | None = Field(None, description="Where we post; without it nothing can be sent.")
    sign: bool = Field(True, description="Whether we sign.")
    digest: Algorithm = Field("sha256", description="The digest of our signature.")
    signature: Literal["rsa", "pss"] = Field(
        "rsa",
        description="The scheme of RSA signatures: v1.5 or PSS. A key on an elliptic curve always signs with ECDSA.",
    )
    encrypt: bool = Field(True, description="Whether we encrypt.")
    cipher: Literal["aes128-cbc", "aes192-cbc", "aes256-cbc", "aes128-gcm", "aes192-gcm", "aes256-gcm", "3des"] = Field(
        "aes256-cbc", description="The cipher; 3des only where receive.legacy names it."
    )
    key_transport: Literal["rsa", "oaep-sha1", "oaep-sha256", "oaep-sha384", "oaep-sha512"] = Field(
        "rsa", description="How the key of the message is encrypted: RSA v1.5, or OAEP with a digest."
    )
    gcm: Literal["auth-enveloped", "enveloped"] = Field(
        "auth-enveloped",
        description="AuthEnvelopedData (RFC 5083), or the older form that some products write for GCM.",
    )
    compress: Literal["none", "before-signing", "after-signing"] = Field(
        "none", description="Whether and when we compress (RFC 5402)."
    )
    transfer_encoding: Literal["binary", "base64"] = Field(
        "binary", description="How the parts of a message are written."
    )
    body: Literal["content-length", "chunked"] = Field(
        "content-length", description="How the length of the request is said; chunked only where the partner takes it."
    )
    content_type: str = Field(
        "application/edi-x12",
        pattern=r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$",
        description="Content type of the payload.",
    )
    filename: str | None = Field(
        "{set}_{control_number}.edi",
        max_length=200,
        description="File name in Content-Disposition; parts as in channels.folder.name. null sends none.",
    )
    subject: str | None = Field(
        None, max_length=200, pattern=r"^[ -~]*$", description="Subject header; it may hold the same parts."
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict, description="Headers of our own; a value of env:NAME or file:PATH is read from there."
    )
    login: Login | None = Field(None, description="Basic authentication at the partner's door.")
    trust: Literal["system", "pinned"] = Field(
        "system",
        description="Whom we believe to be the partner's server: what the system trusts, or its certificates for tls alone.",
    )
    client_certificate: bool = Field(False, description="Whether we show our certificate for tls.")
    answer_within: Duration = Field(
        timedelta(minutes=5), description="How long the answer to a request, a synchronous receipt included, may take."
    )
    retry: tuple[Duration, ...] = Field(
        (timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)),
        min_length=1,
        max_length=50,
        description="How long to wait before each further try; then a person decides.",
    )

    @field_validator("headers")
    @classmethod
    def _not_ours(cls, headers: dict[str, str]) -> dict[str, str]:
        for name in headers:
            if name.lower() in _OURS:
                raise ValueError(f"the header {name} is written by the gateway; take it out")
        return headers

    @field_validator("filename", "subject")
    @classmethod
    def _known_parts(cls, value: str | None) -> str | None:
        for part in re.findall(r"\{(.*?)\}", value or ""):
            if part not in NAME_PARTS:
                raise ValueError(f"there is no {{{part}}}; use {', '.join(f'{{{name}}}' for name in NAME_PARTS)}")
        return value


class AS2Receipt(_Text):
    """The receipt (MDN) that we ask for, and what happens without it."""

    ask: Literal["none", "sync", "async"] = Field(
        "sync", description="Whether it comes in the answer, later, or not at all."
    )
    signed: bool = Field(True, description="Whether it is to be signed.")
    algorithms: tuple[Algorithm, ...] = Field(
        ("sha256",),
        min_length=1,
        description="Digests for its MIC, the one we like best first; each is one more pass over what is sent.",
    )
    within: Duration = Field(timedelta(minutes=30), description="How long an asynchronous one may take.")
    resend: int = Field(
        2, ge=0, le=20, description="How often we send again, with the same Message-ID, when it does not come in time."
    )


class AS2Receive(_Text):
    """What must be true of what the partner sends."""

    signed: Literal["required", "optional"] = Field("required", description="Whether it must be signed.")
    encrypted: Literal["required", "optional"] = Field("required", description="Whether it must be encrypted.")
    compressed: Literal["required", "optional", "refused"] = Field("optional", description="Whether it is compressed.")
    legacy: tuple[Literal["3des", "sha1"], ...] = Field(
        ("3des",), description="Old algorithms that are still taken from this partner."
    )
    reply_to: tuple[Address, ...] = Field(
        (),
        description="Addresses to which asynchronous receipts may be posted; any query is taken behind one that has none.",
    )
    client_certificate: bool = Field(
        False, description="Whether the partner must show one of its certificates for tls; our door must ask for it."
    )
    login: Login | None = Field(None, description="Basic authentication at our door; otherwise none is looked at.")


class AS2Channel(_Text):
    """AS2 (RFC 4130), both ways."""

    names: tuple[AS2Name, ...] = Field(min_length=1, description="Its AS2 names, case-sensitive; we send to the first.")
    our_name: AS2Name | None = Field(None, description="Under which of our names we send; by default our first.")
    certificates: tuple[CertificateText, ...] = Field((), description="Its certificates, old and new side by side.")
    send: AS2Send = Field(AS2Send(), description="What we do with what we send.")
    receipt: AS2Receipt = Field(AS2Receipt(), description="The receipt (MDN) that we ask for.")
    receive: AS2Receive = Field(AS2Receive(), description="What must be true of what it sends.")
    quirks: tuple[str, ...] = Field(
        (), description="What its product needs beyond the standard, by name; see the page of quirks."
    )

    @field_validator("quirks")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in names if name not in QUIRKS]
        if unknown:
            raise ValueError(f"there is no quirk {unknown[0]}; there are {', '.join(QUIRKS)}")
        return names

    @model_validator(mode="after")
    def _old_cipher(self) -> AS2Channel:
        if self.send.encrypt and self.send.cipher == "3des" and "3des" not in self.receive.legacy:
            raise ValueError("3des is sent to a partner from whom it is not taken; add 3des to receive.legacy")
        return self

    def has_quirk(self, name: str) -> bool:
        """Tell whether the partner's product needs this; raise LookupError for a name that no table knows."""
        if name not in QUIRKS:
            raise LookupError(f"there is no quirk {name}")
        return name in self.quirks

    def allows_reply_to(self, url: str) -> bool:
        """Tell whether an asynchronous receipt may be posted to ``url``.

        Scheme, host, port and path must be those of an agreed address. A query must be the agreed one; where none is agreed,
        any may stand there, because products put the Message-ID into it.
        """
        asked = _address(url)
        return asked is not None and any(
            agreed is not None and agreed[:4] == asked[:4] and agreed[4] in ("", asked[4])
            for agreed in map(_address, self.receive.reply_to)
        )


class AS2Own(_Text):
    """Ourselves in AS2."""

    names: tuple[AS2Name, ...] = Field(
        min_length=1, description="Our AS2 names, case-sensitive; the first one is used to send."
    )
    url: Address | None = Field(
        None, description="Our address as partners reach it; asynchronous receipts are asked for there."
    )
    keys: tuple[OwnKeyText, ...] = Field((), description="Our keys and certificates, old and new side by side.")


def _address(url: str) -> tuple[str, str, int, str, str] | None:
    """Return scheme, host, port, path and query; None for what is no address, or hides another behind a user or fragment."""
    if re.search(r"[\s\\\x00-\x1f\x7f]", url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname or parts.username is not None or "#" in url:
        return None
    return parts.scheme, parts.hostname.rstrip("."), port, parts.path or "/", parts.query
