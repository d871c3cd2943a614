"""One measurement of `bench.as2` in a process of its own: ours, or what nobody can do without.

    python -m bench.as2_worker KIND SIZE COMPRESS TURNS FOLDER

Prints one line of JSON: CPU seconds for one build and for one receive with its receipt, and the peak memory in KiB. Keys lie in
FOLDER; the payload is made here, in a file when it is larger than 256 KiB. What is built is read to its end, as for sending it.
"""

import hashlib
import json
import os
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.as2_payload import payload, peak_memory
from gateway.as2.cms.certificates import Identity
from gateway.as2.cms.keys import load_certificates
from gateway.as2.disposition import PROCESSED
from gateway.as2.mdn import Answer, ReceiptTerms, write_mdn
from gateway.as2.message import Keys, Marks, Packed, Payload, Policy, Terms, pack, unpack
from gateway.as2.slices import Slice
from gateway.as2.terms import AskedReceipt

BLOCK = 1 << 16
SMALL = 256 << 10
ASKED = AskedReceipt(algorithms=("sha256",))  # As a gateway asks unless told otherwise, and as pyas2lib asks here.
RSA, DIGEST = padding.PKCS1v15(), utils.Prehashed(hashes.SHA256())


@dataclass
class Side:
    """Who signs and for whom is encrypted; one side is enough, it sends to itself."""

    identity: Identity
    key: rsa.RSAPrivateKey
    compress: bool


def spool() -> BinaryIO:
    return tempfile.TemporaryFile()


def written(size: int) -> Slice:
    """The payload as it lies there before it is sent."""
    if size <= SMALL:
        return Slice(b"".join(payload(size)))
    file = spool()
    file.writelines(payload(size))
    file.flush()
    return Slice(file)


def marks() -> Marks:
    return Marks("<1@bench>", datetime.now(UTC), os.urandom)


def ours_build(data: Slice, side: Side) -> Packed:
    """Compress, sign, encrypt, and read what came out."""
    compress = "before-signing" if side.compress else "none"
    terms = Terms(
        "A", "B", signer=side.identity, recipients=(side.identity.certificate,), compress=compress, receipt=ASKED
    )
    packed = pack([Payload(data, "invoice.edi", "application/edi-x12")], terms, marks(), spool)
    for _ in packed.body.chunks():
        pass
    return packed


def ours_receive(packed: Packed, body: Slice, side: Side) -> None:
    """Open, verify, expand, and write the signed receipt; the payload then lies in memory or in a spool."""
    keys = Keys([side.identity], [side.identity.certificate])
    found = unpack(packed.headers, body, keys, Policy(), random=os.urandom, new_spool=spool)
    assert found.signed and found.payloads
    write_mdn(Answer(found.message_id, PROCESSED, found.mic), ReceiptTerms("B", "A", signer=side.identity), marks())


def limit_build(data: Slice, side: Side) -> tuple[bytes, bytes, bytes, list[bytes]]:
    """The bare work: zlib, SHA-256, one RSA signature, one RSA encryption, AES-256-CBC."""
    key, vector = os.urandom(32), os.urandom(16)
    running = hashlib.sha256()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    packing = zlib.compressobj(6)
    made = []
    for chunk in data.chunks(BLOCK):
        block = packing.compress(chunk) if side.compress else chunk
        if block:
            running.update(block)
            made.append(encryptor.update(block))
    if side.compress:
        block = packing.flush()
        running.update(block)
        made.append(encryptor.update(block))
    made.append(
        encryptor.update(bytes(16)[: -sum(map(len, made)) % 16 or 16]) if side.compress else encryptor.update(b"")
    )
    signature = side.key.sign(running.digest(), RSA, DIGEST)
    public = side.key.public_key()
    return public.encrypt(key, RSA), vector, signature, made


def limit_receive(made: tuple[bytes, bytes, bytes, list[bytes]], side: Side) -> None:
    """The bare work: one RSA decryption, AES, SHA-256, one RSA verification, zlib, and one RSA signature for the receipt."""
    wrapped, vector, signature, chunks = made
    key = side.key.decrypt(wrapped, RSA)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    running, expanding = hashlib.sha256(), zlib.decompressobj()
    for chunk in chunks:
        block = decryptor.update(chunk)
        running.update(block)
        if side.compress:
            expanding.decompress(block)
    try:
        side.key.public_key().verify(signature, running.digest(), RSA, DIGEST)
    except Exception:
        if not side.compress:  # The last block is filled up, which is no part of the limit.
            raise
    side.key.sign(hashlib.sha256(b"receipt").digest(), RSA, DIGEST)


def timed(work: Callable[[], Any], turns: int) -> tuple[float, Any]:
    """CPU seconds of one turn in the best of up to ten rows of turns: others use the machine as well."""
    row = max(1, turns // 10)
    best = float("inf")
    for _ in range(max(1, turns // row)):
        begin = time.process_time()
        for _ in range(row):
            found = work()
        best = min(best, (time.process_time() - begin) / row)
    return best, found


def stored(packed: Packed, size: int) -> Slice:
    """The body as it has come: in memory when small, else in a file."""
    if size <= SMALL:
        return Slice(packed.body.read())
    file = spool()
    for chunk in packed.body.chunks():
        file.write(chunk)
    file.flush()
    return Slice(file)


def main() -> None:
    """Measure and print."""
    kind, size, compress, turns, folder = (
        sys.argv[1],
        int(sys.argv[2]),
        sys.argv[3] == "1",
        int(sys.argv[4]),
        Path(sys.argv[5]),
    )
    key = load_pem_private_key((folder / "key.pem").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    [certificate] = load_certificates((folder / "certificate.pem").read_bytes())
    side = Side(Identity(certificate, key), key, compress)
    data = written(size)
    if kind == "ours":
        build, packed = timed(lambda: ours_build(data, side), turns)
        body = stored(packed, size)
        receive, _ = timed(lambda: ours_receive(packed, body, side), turns)
    else:
        build, made = timed(lambda: limit_build(data, side), turns)
        receive, _ = timed(lambda: limit_receive(made, side), turns)
    sys.stdout.write(json.dumps({"build": build, "receive": receive, "memory": peak_memory()}) + "\n")


if __name__ == "__main__":
    main()
