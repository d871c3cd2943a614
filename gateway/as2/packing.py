"""Packs payloads into an AS2 message: compress, sign, compress, encrypt, as the terms say. Twin of ``unpacking``.

Serves RFC 4130, RFC 8551, RFC 5402, and the multiple attachments profile (multipart/related). Every byte that was signed is
written once and never again: the body holds the very pieces that were hashed.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from gateway.as2.cms.compression import compress
from gateway.as2.cms.enveloping import envelope
from gateway.as2.cms.signing import Style, sign
from gateway.as2.content import Base64, Content, NewSpool, Sink
from gateway.as2.headers import Headers, field
from gateway.as2.mic import MIC, digests_of, spelled
from gateway.as2.names import write_name
from gateway.as2.parameters import parameter, quoted
from gateway.as2.receipt_request import write_options
from gateway.as2.slices import Slice
from gateway.as2.terms import (
    LARGEST,
    NO_ALGORITHM_PROTECTION,
    OLD_DIGEST_NAMES,
    QUOTE_NAMES,
    TRANSFER_ENCODING_IN_HTTP,
    Marks,
    Payload,
    Terms,
)

DEFAULT_TYPE = "application/octet-stream"
_PROTECTED, _UNPROTECTED = Style(algorithm_protection=True), Style()
_CRLF = b"\r\n"
_BINARY = ("Content-Transfer-Encoding", "binary")
_SIGNATURE_HEAD = (
    b"Content-Type: application/pkcs7-signature; name=smime.p7s; smime-type=signed-data\r\n"
    b"Content-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename=smime.p7s\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Packed:
    """A message ready to be sent, and what to keep of it until its receipt comes.

    ``headers`` are all but those of the connection, Content-Length among them. ``body`` may be read as often as wanted while
    the spools that were made are open. ``mics`` holds one MIC for each algorithm that the receipt may use, the preferred one
    first.
    """

    headers: Headers
    body: Content
    mics: tuple[MIC, ...]
    message_id: str

    @property
    def length(self) -> int:
        """Bytes of the body."""
        return len(self.body)

    @property
    def mic(self) -> MIC:
        """The MIC that we expect first."""
        return self.mics[0]


@dataclass(frozen=True, slots=True)
class Part:
    """An entity to be written: the fields of its head, and its body."""

    fields: tuple[tuple[str, str], ...]
    body: Content

    def content(self) -> Content:
        """Head, empty line and body."""
        return Content(Headers(self.fields).to_bytes() + _CRLF, *self.body.pieces).compact()


def pack(payloads: Sequence[Payload], terms: Terms, marks: Marks, new_spool: NewSpool) -> Packed:
    """Pack one payload, or several as attachments of one message.

    ``new_spool`` is called only for what is larger than 256 KiB after compression or encryption; who made the spools closes
    them when the message is sent. Raises AS2Error for names and values that can't be written, and for keys that don't fit
    the terms (KeyUnusable, AlgorithmNotAllowed).
    """
    part = _entity(payloads, terms, marks)
    hashed = part.content() if terms.signer or terms.recipients or terms.compress != "none" else part.body
    if terms.compress == "before-signing":
        part = _compressed(part, terms, new_spool)
        hashed = part.content() if terms.signer else hashed
    digests = digests_of(hashed.chunks(), {*_digests(terms), terms.digest})
    if terms.signer:
        part = signed(hashed, digests[terms.digest], terms, marks)
    if terms.compress == "after-signing":
        part = _compressed(part, terms, new_spool)
    if terms.recipients:
        part = _enveloped(part, terms, marks, new_spool)
    old = OLD_DIGEST_NAMES in terms.quirks
    mics = tuple(MIC(digests[name], name, spelled(name, old=old)) for name in _digests(terms))
    fields = [*_addressed(terms, marks), *_asking(terms), *part.fields]
    if TRANSFER_ENCODING_IN_HTTP in terms.quirks and not any(name == _BINARY[0] for name, _value in part.fields):
        fields.append(_BINARY)
    fields += [*terms.headers, ("Content-Length", str(len(part.body)))]
    headers = Headers(field(name, value) for name, value in fields)
    return Packed(headers, part.body, mics, marks.message_id)


def _digests(terms: Terms) -> tuple[str, ...]:
    """Return the algorithms that the MIC of the receipt may have, the likeliest first.

    Only who asks for a signed receipt can say which; else the partner takes the one of the signature, or what it likes.
    """
    if terms.receipt and terms.receipt.signed:
        return terms.receipt.algorithms
    return tuple(dict.fromkeys((terms.digest, *(terms.receipt.algorithms if terms.receipt else ()))))


def _entity(payloads: Sequence[Payload], terms: Terms, marks: Marks) -> Part:
    if not payloads:
        raise ValueError("nothing to pack")
    parts = [_payload(each, terms) for each in payloads]
    if len(parts) == 1:
        return parts[0]
    mark = boundary(marks)
    # The root's type is demanded of multipart/related (RFC 2387 3.1), and peers without it refuse the message.
    kind = quoted(payloads[0].content_type.partition(";")[0].strip() or DEFAULT_TYPE)
    return Part(
        (("Content-Type", f'multipart/related; boundary="{mark}"; type={kind}'), _BINARY),
        multipart(mark, [part.content() for part in parts]),
    )


def _payload(payload: Payload, terms: Terms) -> Part:
    fields = [("Content-Type", payload.content_type or DEFAULT_TYPE)]
    plain = not (terms.signer or terms.recipients or terms.compress != "none")
    if terms.transfer_encoding == "base64" and not plain:
        fields.append(("Content-Transfer-Encoding", "base64"))
        body = Content(Base64(payload.body)).compact()
    else:
        fields.append(_BINARY)
        body = Content(payload.body)
    if payload.filename:
        fields.append(("Content-Disposition", "attachment; " + parameter("filename", payload.filename)))
    return Part(tuple(field(name, value) for name, value in fields), body)


def _compressed(part: Part, terms: Terms, new_spool: NewSpool) -> Part:
    data = Sink(new_spool, LARGEST).take(compress(part.content().source()))
    inner = terms.compress == "before-signing" and terms.signer is not None
    encoded = inner and terms.transfer_encoding == "base64"
    return Part(
        (
            ("Content-Type", "application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z"),
            ("Content-Transfer-Encoding", "base64" if encoded else "binary"),
            ("Content-Disposition", "attachment; filename=smime.p7z"),
        ),
        Content(Base64(data)).compact() if encoded else Content(data),
    )


def signed(content: Content, digest: bytes, terms: Terms, marks: Marks) -> Part:
    """Return ``multipart/signed`` around an entity whose digest is known (RFC 1847 2.1, RFC 8551 3.5.3)."""
    if terms.signer is None:
        raise ValueError("nobody to sign")
    style = _UNPROTECTED if NO_ALGORITHM_PROTECTION in terms.quirks else _PROTECTED
    signature = sign(digest, terms.digest, terms.signer, scheme=terms.signature, signed_at=marks.made_at, style=style)
    mark = boundary(marks)
    micalg = spelled(terms.digest, old=OLD_DIGEST_NAMES in terms.quirks)
    return Part(
        (
            (
                "Content-Type",
                f'multipart/signed; protocol="application/pkcs7-signature"; micalg={micalg}; boundary="{mark}"',
            ),
        ),
        multipart(mark, [content, Content(_SIGNATURE_HEAD, Base64(Slice(signature)))]),
    )


def _enveloped(part: Part, terms: Terms, marks: Marks, new_spool: NewSpool) -> Part:
    content = part.content()
    made = envelope(
        content.source(),
        terms.recipients,
        random=marks.random,
        cipher=terms.cipher,
        key_transport=terms.key_transport,
        gcm_form=terms.gcm_form,
        size=len(content),
    )
    authenticated = terms.cipher.endswith("-gcm") and terms.gcm_form == "auth-enveloped"
    kind = "authEnveloped-data" if authenticated else "enveloped-data"
    return Part(
        (
            ("Content-Type", f"application/pkcs7-mime; smime-type={kind}; name=smime.p7m"),
            ("Content-Disposition", "attachment; filename=smime.p7m"),
        ),
        Content(Sink(new_spool, LARGEST).take(made)),
    )


def boundary(marks: Marks) -> str:
    """Return a boundary that stands in no data but by a chance of one in 2^128."""
    return "=_" + binascii.hexlify(marks.random(16)).decode("ascii")


def multipart(mark: str, contents: Iterable[Content]) -> Content:
    """Join entities with a boundary; nothing stands before the first or behind the last."""

    def pieces() -> Iterator[bytes | Slice | Base64]:
        between = f"--{mark}\r\n".encode("ascii")
        for content in contents:
            yield between
            yield from content.pieces
            between = f"\r\n--{mark}\r\n".encode("ascii")
        yield f"\r\n--{mark}--\r\n".encode("ascii")

    return Content(*pieces())


def _addressed(terms: Terms, marks: Marks) -> list[tuple[str, str]]:
    """The fields that say who sends what to whom; a receipt has them too."""
    always = QUOTE_NAMES in terms.quirks
    fields = [
        ("AS2-Version", terms.version),
        ("AS2-From", write_name(terms.sender, always_quote=always)),
        ("AS2-To", write_name(terms.receiver, always_quote=always)),
        ("Message-ID", marks.message_id),
        ("Date", format_datetime(marks.made_at)),
        ("Mime-Version", "1.0"),
        ("EDIINT-Features", "multiple-attachments"),
    ]
    if terms.version >= "1.3":
        fields.append(("AS2-Product", terms.product))
    if terms.subject:
        fields.append(("Subject", terms.subject))
    return fields


def _asking(terms: Terms) -> list[tuple[str, str]]:
    asked = terms.receipt
    if asked is None:
        return []
    fields = [("Disposition-Notification-To", asked.to or write_name(terms.sender))]
    if asked.signed:
        old = OLD_DIGEST_NAMES in terms.quirks
        fields.append(("Disposition-Notification-Options", write_options(asked.algorithms, old_names=old)))
    if asked.url:
        fields.append(("Receipt-Delivery-Option", asked.url))
    return fields
