"""What a message looks like while its layers are taken off, and what may stand around them. ``unpacking`` takes them off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.as2.cms.enveloping import Random
from gateway.as2.cms.sniffing import HEAD, Kind, sniff
from gateway.as2.cms.verifying import Verified
from gateway.as2.content import NewSpool, Sink
from gateway.as2.errors import MalformedCMS, MalformedMIME
from gateway.as2.mic import Form, Hashed
from gateway.as2.mime import Entity
from gateway.as2.slices import Slice
from gateway.as2.stream import Stream
from gateway.as2.terms import Keys, Policy
from gateway.as2.transfer import decoded, decoded_start, is_encoded, looks_like_base64

_TEXT = bytes(range(32, 127)) + b"\t\r\n"
_START = 2048  # Bytes from which the kind of a body is told.


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
    say what was taken off. ``signature`` is the SignedData itself, as evidence.
    """

    entity: Entity
    hashed: Hashed
    layers: tuple[Layer, ...] = ()
    signer: Verified | None = None
    form: Form | None = None
    warnings: tuple[str, ...] = ()
    signature: Slice | None = None

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
    may_be_garbage: bool = False  # A cipher that can't tell gave what is inside.

    def sink(self) -> Sink:
        """Return where a layer's content goes, bounded as the policy says."""
        return Sink(self.new_spool, self.policy.largest)


def hashed_entity(entity: Entity) -> Hashed:
    """Return what a MIC over the whole entity is taken over."""
    return Hashed(entity.whole, entity.body.start - entity.whole.start)


def _encoding(entity: Entity, start: bytes) -> str:
    """Return the encoding of a body that may be CMS: base64 counts where it is said, or where a CMS type holds nothing else."""
    if start[:1] == b"\x30" and sniff(start):
        return "binary"  # Said to be base64 by some, and binary all the same.
    if "pkcs7" in entity.content_type.main and not is_encoded(entity.encoding) and looks_like_base64(start):
        return "base64"
    return entity.encoding


def kind_of(entity: Entity) -> Kind | None:
    """Tell which layer of CMS a body is, from its first bytes; None for anything else."""
    start = entity.body.at(0, _START)
    kind = sniff(start[:HEAD])
    if kind is None and is_encoded(encoding := _encoding(entity, start)):
        return sniff(decoded_start(start, encoding)[:HEAD])
    return kind


def binary_body(entity: Entity, tools: Tools) -> Slice:
    """Return the body of a CMS part without its transfer encoding, said or not."""
    encoding = _encoding(entity, entity.body.at(0, _START))
    if not is_encoded(encoding):
        return entity.body
    return tools.sink().take(decoded(entity.body.chunks(), encoding))


def check_epilogue(body: Slice, last: Slice) -> None:
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
            raise MalformedMIME("It ends with bytes that are no text. Send nothing behind the last boundary.")


def check_end(body: Slice) -> None:
    """Refuse what stands behind a CMS message in what a CBC cipher decrypted, blanks and line ends apart."""
    stream = Stream(body.source())
    stream.skip()
    if body.at(stream.position, 64).strip(b" \t\r\n\0"):
        raise MalformedCMS("Something stands behind its end. Send nothing there.")
