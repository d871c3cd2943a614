"""Unpacks an AS2 message: decrypts, verifies, decompresses, in whatever order the layers come. Twin of ``packing``.

Serves RFC 4130, RFC 8551, RFC 5402. What a layer is tells its content (the OID it begins with), not the type around it. Each
layer is a stretch of the one before or a new spool; nothing that was signed is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from gateway.as2.cms.compression import decompress
from gateway.as2.cms.enveloping import Random
from gateway.as2.cms.opening import Opened, open_envelope
from gateway.as2.cms.signature import Signature, read_signature
from gateway.as2.cms.sniffing import HEAD, Kind, sniff
from gateway.as2.cms.verifying import Verified, verify
from gateway.as2.content import NewSpool, Sink
from gateway.as2.errors import (
    DecompressionTooLarge,
    DecryptionFailed,
    IntegrityCheckFailed,
    MalformedCMS,
    MalformedMIME,
    UnsupportedFormat,
)
from gateway.as2.headers import Headers
from gateway.as2.mic import Form, Hashed, digest_of
from gateway.as2.mime import Entity, boundary_of, read_entity, split
from gateway.as2.slices import Slice
from gateway.as2.stream import Stream
from gateway.as2.terms import Keys, Policy
from gateway.as2.transfer import decoded, is_encoded, looks_like_base64

_CMS_TYPES = re.compile(r"(?:application/(?:x-)?pkcs7-|application/octet-stream|application/cms|$)")
_TEXT = bytes(range(32, 127)) + b"\t\r\n"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer that was taken off: ``enveloped``, ``auth-enveloped``, ``signed`` or ``compressed``, and how it was made."""

    kind: Kind
    text: str

    def __str__(self) -> str:
        return f"{self.kind} {self.text}".rstrip()


@dataclass(frozen=True)
class Opening:
    """A message with every layer taken off: the entity inside, who signed, and over which bytes its MIC is taken.

    ``form`` is the one in which the signature fits; None where nothing was signed. ``encrypted`` and ``compressed``
    say what was taken off.
    """

    entity: Entity
    hashed: Hashed
    layers: tuple[Layer, ...] = ()
    signer: Verified | None = None
    form: Form | None = None
    warnings: tuple[str, ...] = ()

    @property
    def encrypted(self) -> bool:
        """True when it was encrypted, whichever way."""
        return any(layer.kind in ("enveloped", "auth-enveloped") for layer in self.layers)

    @property
    def compressed(self) -> bool:
        """True when it was compressed."""
        return any(layer.kind == "compressed" for layer in self.layers)


@dataclass(slots=True)
class Tools:
    """What a layer is taken off with."""

    keys: Keys
    policy: Policy
    random: Random
    new_spool: NewSpool
    garbage_is_undecrypted: bool = field(default=False)

    def sink(self) -> Sink:
        """Return where a layer's content goes, bounded as the policy says."""
        return Sink(self.new_spool, self.policy.largest)


def take_off(headers: Headers, body: Slice, tools: Tools) -> Opening:
    """Take off layer after layer until something is left that is none, and return it. Raises AS2Error."""
    opening = Opening(Entity(headers, body, body), Hashed(body))
    for _layer in range(tools.policy.deepest + 1):
        try:
            following = _below(opening, tools)
        except (MalformedMIME, MalformedCMS) as error:
            raise _same(error, tools) from None
        if following is None:
            return opening
        opening = following
    raise MalformedMIME(
        f"The message has more than {tools.policy.deepest} layers of encryption, signature and compression. Send it with fewer."
    )


def _same(error: MalformedMIME | MalformedCMS, tools: Tools) -> MalformedMIME | MalformedCMS | DecryptionFailed:
    """Nobody may learn from an answer whether what was decrypted made sense: that would tell one padding from another."""
    if tools.garbage_is_undecrypted:
        return DecryptionFailed(f"It was decrypted, but what came out makes no sense: {error.detail}")
    return error


def _below(opening: Opening, tools: Tools) -> Opening | None:
    entity = opening.entity
    if entity.content_type.main == "multipart/signed":
        return _signed(opening, tools)
    body = binary_body(entity, tools)
    kind = sniff(body.at(0, HEAD))
    if kind is None:
        if tools.garbage_is_undecrypted and not entity.has_head and tools.policy.signed and opening.signer is None:
            raise MalformedMIME("it has no headers")
        if entity.content_type.main.endswith("pkcs7-mime") and opening.signer is None:
            raise MalformedCMS
        return None
    if opening.signer and not _CMS_TYPES.match(entity.content_type.main):
        return None  # A signed payload may itself be such a file; only what calls itself a layer is one.
    if tools.garbage_is_undecrypted:
        _check_end(body)
    if kind == "compressed":
        return _compressed(opening, body, tools)
    if kind == "signed":
        return _opaque(opening, body, tools)
    return _enveloped(opening, body, kind, tools)


def binary_body(entity: Entity, tools: Tools) -> Slice:
    """Return the body without its transfer encoding; base64 counts where it is said, or where a CMS type holds nothing else."""
    start = entity.body.at(0, 2048)
    encoding = entity.encoding
    if start[:1] == b"\x30" and sniff(start):
        return entity.body  # Said to be base64 by some, and binary all the same.
    if not is_encoded(encoding):
        main = entity.content_type.main
        if "pkcs7" not in main or not looks_like_base64(start):
            return entity.body
        encoding = "base64"
    return tools.sink().take(decoded(entity.body.chunks(), encoding))


def _enveloped(opening: Opening, body: Slice, kind: Kind, tools: Tools) -> Opening:
    sink = tools.sink()
    found: Opened = open_envelope(
        body.source(), tools.keys.own, sink.file, random=tools.random, allow=tools.policy.ciphers
    )
    if not found.cipher.endswith("-gcm"):
        tools.garbage_is_undecrypted = True
    entity = read_entity(sink.gathered())
    layer = Layer(kind, f"{found.cipher} {found.key_transport} for {found.fingerprint[:16]}")
    return _inside(opening, entity, layer)


def _compressed(opening: Opening, body: Slice, tools: Tools) -> Opening:
    sink = Sink(tools.new_spool, tools.policy.largest, DecompressionTooLarge)
    decompress(body.source(), sink.file, limit=tools.policy.largest)
    return _inside(opening, read_entity(sink.gathered()), Layer("compressed", "zlib"))


def _inside(opening: Opening, entity: Entity, layer: Layer) -> Opening:
    """Go one layer in. Without a signature the MIC is over what is inside, head included; a signature fixes it for good."""
    hashed = opening.hashed if opening.signer else hashed_entity(entity)
    return replace(opening, entity=entity, hashed=hashed, layers=(*opening.layers, layer))


def hashed_entity(entity: Entity) -> Hashed:
    """Return what a MIC over the whole entity is taken over."""
    return Hashed(entity.whole, entity.body.start - entity.whole.start)


def _signed(opening: Opening, tools: Tools) -> Opening:
    entity = opening.entity
    boundary = boundary_of(entity.content_type, entity.body)
    parts = split(entity.body, boundary)
    if len(parts) < 2:
        raise MalformedMIME("The multipart/signed has no signature part. Check that the message arrives whole.")
    if tools.garbage_is_undecrypted:
        _check_epilogue(entity.body, parts[-1])
    # The boundary may stand within signed data by accident; the signature is always the last part, and covers all before it.
    content = parts[0] if len(parts) == 2 else _joined(parts)
    signature = read_signature(binary_body(_signature_part(parts[-1]), tools).source())
    if signature.encapsulated:
        raise UnsupportedFormat("The signature holds a content of its own. Send a detached one in multipart/signed.")
    inner = read_entity(content)
    hashed = hashed_entity(inner)
    proved, form = verified(signature, hashed, tools)
    return _with_signer(opening, inner, hashed, proved, form)


def _signature_part(part: Slice) -> Entity:
    entity = read_entity(part)
    if not entity.content_type.main:
        return replace(entity, headers=Headers([*entity.headers, ("Content-Type", "application/pkcs7-signature")]))
    if "pkcs7" not in entity.content_type.main and not is_encoded(entity.encoding):
        return replace(entity, headers=Headers([("Content-Type", "application/pkcs7-signature")]))
    return entity


def _joined(parts: list[Slice]) -> Slice:
    first, last = parts[0], parts[-2]
    return first.part(0, last.end - first.start)


def verified(signature: Signature, hashed: Hashed, tools: Tools) -> tuple[Verified, Form]:
    """Return who signed and in which form the content fits; the forms are tried in order, and hashed only when needed.

    Raises what ``verify`` raises for the bytes as sent when no form fits.
    """
    failure: IntegrityCheckFailed | None = None
    seen: set[bytes] = set()
    for form in hashed.forms():
        taken: dict[str, bytes] = {}

        def digests(name: str, form: Form = form, taken: dict[str, bytes] = taken) -> bytes:
            if name not in taken:
                taken[name] = digest_of(hashed.chunks(form), name)
            if taken[name] in seen:
                raise IntegrityCheckFailed  # The same bytes as in a form before: no need to ask the key again.
            return taken[name]

        try:
            return verify(signature, digests, tools.keys.trusted, allow=tools.policy.digests), form
        except IntegrityCheckFailed as error:
            failure = failure or error
            seen.update(taken.values())
    raise failure or IntegrityCheckFailed()


def _opaque(opening: Opening, body: Slice, tools: Tools) -> Opening:
    """SignedData with the content inside (application/pkcs7-mime; smime-type=signed-data)."""
    sink = tools.sink()
    signature = read_signature(body.source(), sink.file)
    if not signature.encapsulated:
        raise UnsupportedFormat("The signature stands alone, without a content. Send it in multipart/signed.")
    proved = verify(signature, signature.digest, tools.keys.trusted, allow=tools.policy.digests)
    inner = read_entity(sink.gathered())
    return _with_signer(opening, inner, hashed_entity(inner), proved, Form.AS_SENT)


def _with_signer(opening: Opening, inner: Entity, hashed: Hashed, proved: Verified, form: Form) -> Opening:
    said = f"{proved.digest} {proved.scheme} by {proved.certificate.fingerprint[:16]}"
    layers = (*opening.layers, Layer("signed", said))
    warnings = (*opening.warnings, *(f"a further signer, {other}" for other in proved.others))
    if opening.signer:  # A signature within a signed content: the outer one speaks for the message.
        return replace(opening, entity=inner, layers=layers, warnings=warnings)
    return replace(opening, entity=inner, hashed=hashed, signer=proved, form=form, layers=layers, warnings=warnings)


def _check_epilogue(body: Slice, last: Slice) -> None:
    """Refuse what is no text behind the last part of what a CBC cipher decrypted.

    Who appends blocks to a captured message could otherwise learn from our answer whether their padding was right, and with
    that read the message byte by byte.
    """
    if last.end == body.end:
        _check_text(body.part(max(0, len(body) - 4096)).chunks())
        return
    _check_text(body.part(last.end - body.start).chunks())


def _check_text(chunks: Iterator[bytes]) -> None:
    for chunk in chunks:
        if chunk.translate(None, _TEXT):
            raise MalformedMIME("it ends with bytes that are no text")


def _check_end(body: Slice) -> None:
    """Refuse what stands behind a CMS message in what a CBC cipher decrypted, blanks and line ends apart."""
    stream = Stream(body.source())
    stream.skip()
    if body.at(stream.position, 64).strip(b" \t\r\n\0"):
        raise MalformedCMS("something stands behind it")
