"""Unpacks an AS2 message: decrypts, verifies, decompresses, in whatever order the layers come. Twin of ``packing``.

Serves RFC 4130, RFC 8551, RFC 5402. What a layer is tells its content (the OID it begins with), not the type around it. Each
layer is a stretch of the one before or a new spool; nothing that was signed is written anew.
"""

from __future__ import annotations

import re
from dataclasses import replace

from gateway.as2.cms.compression import decompress
from gateway.as2.cms.opening import Opened, open_envelope
from gateway.as2.cms.signature import Signature, read_signature
from gateway.as2.cms.sniffing import Kind
from gateway.as2.cms.verifying import Verified, verify
from gateway.as2.content import Sink
from gateway.as2.errors import (
    AS2Error,
    DecompressionFailed,
    DecompressionTooLarge,
    DecryptionFailed,
    IntegrityCheckFailed,
    MalformedCMS,
    MalformedMIME,
    UnsupportedFormat,
)
from gateway.as2.headers import Headers
from gateway.as2.layers import Layer, Opening, Tools, binary_body, check_end, check_epilogue, hashed_entity, kind_of
from gateway.as2.mic import Form, Hashed, digest_of
from gateway.as2.mime import Entity, boundary_of, read_entity, split
from gateway.as2.slices import Slice
from gateway.as2.transfer import is_encoded


def take_off(headers: Headers, body: Slice, tools: Tools) -> Opening:
    """Take off layer after layer until something is left that is none, and return it.

    Raises AS2Error, which then tells the layers that were taken off before it.
    """
    entity = Entity(headers, body, body)
    if "content-type" not in headers:
        inside = read_entity(body)  # Some peers put the head of the entity into the body of the request.
        entity = inside if "content-type" in inside.headers else entity
    opening = Opening(entity, Hashed(body))
    try:
        for _layer in range(tools.policy.deepest + 1):
            following = _below(opening, tools)
            if following is None:
                return opening
            opening = following
        raise MalformedMIME(f"The message has more than {tools.policy.deepest} layers around its payload. Send fewer.")
    except AS2Error as error:
        shown = _shown(error, tools)
        shown.layers = tuple(str(layer) for layer in opening.layers)
        raise shown from None


_CMS_TYPES = re.compile(r"(?:application/(?:x-)?pkcs7-|application/octet-stream|application/cms|$)")
# What an attacker can cause by appending or replacing blocks of a captured message.
_OF_GARBAGE = (MalformedMIME, MalformedCMS, DecompressionFailed)


def _shown(error: AS2Error, tools: Tools) -> AS2Error:
    """Nobody may learn from an answer whether what was decrypted made sense: that would tell one padding from another."""
    if tools.may_be_garbage and isinstance(error, _OF_GARBAGE) and not isinstance(error, DecompressionTooLarge):
        return DecryptionFailed(f"It was decrypted, but what came out makes no sense: {error.detail}")
    return error


def _below(opening: Opening, tools: Tools) -> Opening | None:
    entity = opening.entity
    main = entity.content_type.main
    if main == "multipart/signed":
        return _signed(opening, tools)
    kind = kind_of(entity)
    if kind is None:
        unsigned = opening.signer is None
        if tools.may_be_garbage and unsigned and tools.policy.signed and not entity.has_head:
            raise MalformedMIME("It has no headers. Send an entity of MIME within the encryption.")
        if main.endswith("pkcs7-mime") and unsigned:
            raise MalformedCMS
        return None
    if opening.signer and not _CMS_TYPES.match(main):
        return None  # A signed payload may itself be such a file; only what calls itself a layer is one.
    body = binary_body(entity, tools)
    if tools.may_be_garbage:
        check_end(body)
    if kind == "compressed":
        return _compressed(opening, body, tools)
    if kind == "signed":
        return _opaque(opening, body, tools)
    return _enveloped(opening, body, kind, tools)


def _enveloped(opening: Opening, body: Slice, kind: Kind, tools: Tools) -> Opening:
    sink = tools.sink()
    found: Opened = open_envelope(
        body.source(), tools.keys.own, sink.file, random=tools.random, allow=tools.policy.ciphers
    )
    if not found.cipher.endswith("-gcm"):
        tools.may_be_garbage = True
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


def _signed(opening: Opening, tools: Tools) -> Opening:
    entity = opening.entity
    boundary = boundary_of(entity.content_type, entity.body)
    parts = split(entity.body, boundary)
    if len(parts) < 2:
        raise MalformedMIME("The multipart/signed has no signature part. Check that the message arrives whole.")
    if tools.may_be_garbage:
        check_epilogue(entity.body, parts[-1])
    # The boundary may stand within signed data by accident; the signature is always the last part, and covers all before it.
    content = parts[0] if len(parts) == 2 else _joined(entity.body, parts)
    detached = binary_body(_signature_part(parts[-1]), tools)
    signature = read_signature(detached.source())
    if signature.encapsulated:
        raise UnsupportedFormat("The signature holds a content of its own. Send a detached one in multipart/signed.")
    try:
        inner = read_entity(content)
        hashed = hashed_entity(inner)
        proved, form = verified(signature, hashed, tools)
    except IntegrityCheckFailed:
        longer = _with_carriage_return(entity.body, content)
        if longer is None:
            raise
        inner = read_entity(longer)
        hashed = hashed_entity(inner)
        proved, form = verified(signature, hashed, tools)
    return replace(_with_signer(opening, inner, hashed, proved, form), signature=opening.signature or detached)


def _with_carriage_return(body: Slice, content: Slice) -> Slice | None:
    """Return the content with the CR behind it, which belongs to it where boundaries end with LF alone; None where they don't."""
    start, end = content.start - body.start, content.end - body.start
    if body.at(end, 1) == b"\r" and body.at(max(0, start - 2), min(2, start))[-2:] != b"\r\n":
        return body.part(start, end + 1)
    return None


def _signature_part(part: Slice) -> Entity:
    entity = read_entity(part)
    if not entity.content_type.main:
        return replace(entity, headers=Headers([*entity.headers, ("Content-Type", "application/pkcs7-signature")]))
    if "pkcs7" not in entity.content_type.main and not is_encoded(entity.encoding):
        return replace(entity, headers=Headers([("Content-Type", "application/pkcs7-signature")]))
    return entity


def _joined(body: Slice, parts: list[Slice]) -> Slice:
    return body.part(parts[0].start - body.start, parts[-2].end - body.start)


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
    try:
        return _opened(opening, body, tools)
    except AS2Error as error:
        if tools.may_be_garbage:  # The signature is the last thing in it, where an attacker would put other blocks.
            raise MalformedCMS(error.detail) from None
        raise


def _opened(opening: Opening, body: Slice, tools: Tools) -> Opening:
    sink = tools.sink()
    signature = read_signature(body.source(), sink.file)
    if not signature.encapsulated:
        raise UnsupportedFormat("The signature stands alone, without a content. Send it in multipart/signed.")
    proved = verify(signature, signature.digest, tools.keys.trusted, allow=tools.policy.digests)
    inner = read_entity(sink.gathered())
    signed = _with_signer(opening, inner, hashed_entity(inner), proved, Form.AS_SENT)
    return replace(signed, signature=opening.signature or body)


def _with_signer(opening: Opening, inner: Entity, hashed: Hashed, proved: Verified, form: Form) -> Opening:
    said = f"{proved.digest} {proved.scheme} by {proved.certificate.fingerprint[:16]}"
    layers = (*opening.layers, Layer("signed", said))
    warnings = (*opening.warnings, *(f"a further signer, {other}" for other in proved.others))
    if opening.signer:  # A signature within a signed content: the outer one speaks for the message.
        return replace(opening, entity=inner, layers=layers, warnings=warnings)
    return replace(opening, entity=inner, hashed=hashed, signer=proved, form=form, layers=layers, warnings=warnings)
