"""What a message is packed with, and what is asked of one that is unpacked. Data only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gateway.as2.algorithms import CIPHERS, STRONG_DIGESTS
from gateway.as2.cms.certificates import Certificate, Identity
from gateway.as2.cms.enveloping import BY_RSA, KeyTransport, Random
from gateway.as2.cms.signing import Scheme
from gateway.as2.slices import Slice

# Names of deviations for one partner's product; what they are for stands with the partner's settings.
QUOTE_NAMES = "quote-names"
NO_ALGORITHM_PROTECTION = "no-algorithm-protection"
OLD_DIGEST_NAMES = "old-digest-names"
TRANSFER_ENCODING_IN_HTTP = "transfer-encoding-in-http"
NO_CANONICAL_MIC = "no-canonical-mic"
REFUSE_SPACES_IN_MESSAGE_ID = "refuse-spaces-in-message-id"

PRODUCT = "partner-gateway"
LARGEST = 1 << 32  # Bytes that a message may have in any of its layers, unless a policy says otherwise.
ALL_CIPHERS = frozenset(CIPHERS)
DEEPEST = 8  # Layers around a payload. The deepest that makes sense has four.


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload: its bytes without any transfer encoding, its file name or None, its Content-Type or an empty text."""

    body: Slice
    filename: str | None = None
    content_type: str = ""

    def read(self) -> bytes:
        """Return all bytes; for what is known to be small."""
        return self.body.read()


@dataclass(frozen=True, slots=True)
class AskedReceipt:
    """The receipt that we ask for: signed or not, digests for its MIC in order of preference, and for later ones, where to."""

    signed: bool = True
    algorithms: tuple[str, ...] = ("sha256", "sha384", "sha512")
    to: str = ""  # Disposition-Notification-To; by default our AS2 name. Peers only look whether it is there.
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How a message to one partner is made.

    ``signer`` None leaves it unsigned, no ``recipients`` leave it unencrypted. ``signature`` None follows the kind of the key.
    ``gcm_form`` is for ciphers of that mode. ``quirks`` are names of this module.
    """

    sender: str
    receiver: str
    signer: Identity | None = None
    digest: str = "sha256"
    signature: Scheme | None = None
    recipients: tuple[Certificate, ...] = ()
    cipher: str = "aes256-cbc"
    key_transport: KeyTransport = BY_RSA
    gcm_form: Literal["auth-enveloped", "enveloped"] = "auth-enveloped"
    compress: Literal["none", "before-signing", "after-signing"] = "none"
    transfer_encoding: Literal["binary", "base64"] = "binary"
    receipt: AskedReceipt | None = AskedReceipt()
    quirks: frozenset[str] = frozenset()
    subject: str = ""
    product: str = PRODUCT
    version: str = "1.2"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Marks:
    """What makes this message another than the last: handed in, because nothing here knows a clock or chance.

    ``random`` gives that many random bytes: for keys, and for boundaries.
    """

    message_id: str
    made_at: datetime
    random: Random


@dataclass(frozen=True, slots=True)
class Keys:
    """With what a message of one partner is opened: our identities, old and new, and the partner's pinned certificates."""

    own: Sequence[Identity] = ()
    trusted: Sequence[Certificate] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What must be true of a message. ``digests`` are allowed for signatures and MICs, ``ciphers`` for content.

    ``mic`` is the digest of the MIC where neither the message nor its signature names one. ``largest`` bounds every layer.
    """

    signed: bool = True
    encrypted: bool = True
    compressed: Literal["required", "optional", "refused"] = "optional"
    digests: frozenset[str] = STRONG_DIGESTS
    ciphers: frozenset[str] = ALL_CIPHERS
    mic: str = "sha256"
    largest: int = LARGEST
    deepest: int = DEEPEST
    quirks: frozenset[str] = frozenset()


ANYTHING = Policy(signed=False, encrypted=False)
