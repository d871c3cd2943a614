"""One exchange with a peer over files: the supplier is the peer, the buyer is our engine."""

import os
from collections.abc import Callable
from pathlib import Path

from gateway.as2.disposition import PROCESSED
from gateway.as2.errors import AS2Error
from gateway.as2.headers import Headers
from gateway.as2.mdn import Answer, ReceiptTerms, Written, write_mdn
from gateway.as2.mdn_reading import read_mdn
from gateway.as2.message import Keys, Packed, Payload, Policy, Terms, Unpacked, pack, unpack
from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.as2.slices import Slice
from tests.as2.exchange import BUYER, SUPPLIER, marks, spool
from tests.interop.as2.deviations import Differs
from tests.interop.as2.peer import Refused, as_file
from tests.support.identities import identity, pinned

# Line ends as the peers make them canonical: what other line ends become is told by the traps 3 and 4.
INVOICE = b"".join(b"IT1*%d*10*EA*12.75*PE*BP*B-1007~\r\n" % number for number in range(60))
BINARY = bytes(range(256)) * 20
ANY = Policy(signed=False, encrypted=False, digests=frozenset({"sha1", "sha224", "sha256", "sha384", "sha512"}))
RECEIPTS_AT = "http://127.0.0.1:1/receipts"


def taken(headers: Headers, body: bytes, kind: str = "rsa") -> Unpacked:
    """Unpack what the supplier sent."""
    keys = Keys([identity(BUYER)], [pinned(SUPPLIER, kind)])
    return unpack(headers, Slice(body), keys, ANY, random=os.urandom, new_spool=spool)


def answered(found: Unpacked) -> Written:
    """Our receipt for it, as asked."""
    signer = identity(BUYER) if found.request and found.request.signed else None
    how = ReceiptTerms("BUYER", "SUPPLIER", signer=signer, digest=found.mic.algorithm)
    return write_mdn(Answer(found.message_id, PROCESSED, found.mic), how, marks("<receipt@buyer.example>"))


def sent(data: bytes, signed: bool, recipients: bool, **changed) -> Packed:
    """Pack as the buyer for the supplier."""
    kind = changed.pop("kind", "rsa")
    terms = Terms(
        "BUYER",
        "SUPPLIER",
        signer=identity(BUYER, kind) if signed else None,
        recipients=(pinned(SUPPLIER),) if recipients else (),
        **changed,
    )
    name = f"<{os.urandom(8).hex()}@buyer.example>"
    return pack([Payload(Slice(data), "order.edi", "application/edi-x12")], terms, marks(name), spool)


def written(message: Packed, path: Path) -> Path:
    path.write_bytes(as_file(message.headers, message.body.read()))
    return path


def verdict_on(message: Packed, headers: Headers, body: bytes, signed: bool, kind: str = "rsa") -> None:
    """The receipt of the supplier for what we sent; raises Differs for any verdict but delivered."""
    keys = Keys([identity(BUYER)], [pinned(SUPPLIER, kind)])
    mdn = read_mdn(headers, Slice(body), keys, random=os.urandom, new_spool=spool)
    found = reconcile(Sent(message.message_id, message.mics, signed), mdn)
    if found.verdict is not Verdict.DELIVERED:
        raise Differs(f"verdict {found.verdict}: {found.text}")


def check(name: str, found: object, expected: object) -> None:
    """Raise Differs when something is not what it should be."""
    if found != expected:
        raise Differs(f"{name} is {found!r:.80} instead of {expected!r:.80}")


def flags(found: Unpacked) -> str:
    """s, e and c for what was signed, encrypted and compressed."""
    layers = {"s": found.signed, "e": found.encrypted, "c": found.compressed}
    return "".join(letter for letter, on in layers.items() if on)


def outcome(exchange: Callable[..., None], *given: object) -> str:
    """What went wrong in an exchange, empty when nothing did."""
    try:
        exchange(*given)
    except (Refused, Differs, AS2Error) as error:
        return f"{type(error).__name__}: {error}"
    return ""
