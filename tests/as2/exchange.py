"""Two partners for tests of the message layer: what one packs, the other unpacks, with everything handed in."""

import datetime
import os
import tempfile

from gateway.as2.headers import Headers
from gateway.as2.mdn import MDN, Answer, ReceiptTerms, Written, write_mdn
from gateway.as2.mdn_reading import read_mdn
from gateway.as2.message import Keys, Marks, Packed, Payload, Policy, Terms, Unpacked, pack, unpack
from gateway.as2.slices import Slice
from tests.support.identities import identity, pinned

NOW = datetime.datetime(2026, 11, 21, 8, 0, tzinfo=datetime.UTC)
BUYER, SUPPLIER, STRANGER = "buyer", "supplier", "stranger"
INVOICE = b"ISA*00*          *00*          *ZZ*SUPPLIER~\nST*810*0001~\nBIG*20261121*INV-1~\nSE*3*0001~\n"
LENIENT = Policy(signed=False, encrypted=False, digests=frozenset({"sha1", "sha224", "sha256", "sha384", "sha512"}))


SPOOLS = []  # Those of the running test; ``close_spools`` ends them.


def spool():
    """A spool as the gateway makes them. The slices in it outlive any block."""
    SPOOLS.append(tempfile.TemporaryFile())  # noqa: SIM115
    return SPOOLS[-1]


def close_spools():
    while SPOOLS:
        SPOOLS.pop().close()


def marks(message_id: str = "<1@supplier.example>") -> Marks:
    return Marks(message_id, NOW, os.urandom)


def terms(**changed) -> Terms:
    """From the supplier to the buyer, signed and encrypted."""
    given = {
        "sender": "SUPPLIER",
        "receiver": "BUYER",
        "signer": identity(SUPPLIER),
        "recipients": (pinned(BUYER),),
    }
    return Terms(**(given | changed))


def packed(
    data: bytes = INVOICE, filename: str | None = "invoice.edi", message_id="<1@supplier.example>", **changed
) -> Packed:
    payload = Payload(Slice(data), filename, "application/edi-x12")
    return pack([payload], terms(**changed), marks(message_id), spool)


def received(
    headers: Headers, body: bytes, policy: Policy = LENIENT, signer: str = SUPPLIER, own: str = BUYER
) -> Unpacked:
    """Unpack as the buyer, who pinned the supplier's certificate."""
    keys = Keys([identity(own)], [pinned(signer)])
    return unpack(headers, Slice(body), keys, policy, random=os.urandom, new_spool=spool)


def unpacked(message: Packed, policy: Policy = LENIENT) -> Unpacked:
    return received(message.headers, message.body.read(), policy)


def receipt_for(message: Unpacked, answer: Answer | None = None, signer: str | None = BUYER, **changed) -> Written:
    """The buyer's receipt."""
    from gateway.as2.disposition import PROCESSED

    how = ReceiptTerms("BUYER", "SUPPLIER", signer=identity(signer) if signer else None, **changed)
    return write_mdn(answer or Answer(message.message_id, PROCESSED, message.mic), how, marks("<r1@buyer.example>"))


def read_receipt(headers: Headers, body: bytes, trusted: str = BUYER) -> MDN:
    """Read as the supplier, who pinned the buyer's certificate."""
    keys = Keys([identity(SUPPLIER)], [pinned(trusted)])
    return read_mdn(headers, Slice(body), keys, random=os.urandom, new_spool=spool)


def http(head: str) -> Headers:
    """Headers as they would come over the wire."""
    from gateway.as2.headers import parse_head

    return parse_head(head.strip().replace("\n", "\r\n").encode("latin-1"))
