"""Runs one large message through the engine in a process of its own, and prints what memory that took at most.

python -m tests.as2.cms.large MEGABYTES FOLDER
"""

import hashlib
import os
import resource
import sys
from pathlib import Path

from gateway.as2.cms import compress, decompress, envelope, open_envelope, read_signature, sign, verify
from tests.support.identities import identity, pinned

MEGABYTE = 1 << 20
CHUNK = (b"PO1*1*40*EA*12.75*PE*BP*B-1007*VP*%d~\r\n" % 4711) * 400


class Endless:
    """A content of so many bytes that is made while it is read."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int) -> bytes:
        piece = CHUNK[: min(size, self.left)]
        self.left -= len(piece)
        return piece

    def seekable(self) -> bool:
        return False


class Hashing:
    """A sink that keeps nothing but a digest."""

    def __init__(self) -> None:
        self.digest, self.size = hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self.size += len(data)


def digest_of(source) -> bytes:
    sink = Hashing()
    while piece := source.read(65536):
        sink.write(piece)
    return sink.digest.digest()


def main(size: int, folder: Path) -> None:
    expected = digest_of(Endless(size))
    proved = verify(read_signature(sign(expected, "sha256", identity("acme"))), lambda name: expected, [pinned("acme")])
    assert proved.digest_value == expected
    for more in ({}, {"cipher": "aes256-gcm"}, {"cipher": "aes256-gcm", "gcm_form": "enveloped", "size": size}):
        with (folder / "enveloped").open("wb+") as file:
            for piece in envelope(Endless(size), [pinned("acme")], random=os.urandom, **more):
                file.write(piece)
            file.seek(0)
            sink = Hashing()
            open_envelope(file, [identity("acme")], sink, random=os.urandom)
            assert (sink.size, sink.digest.digest()) == (size, expected), more
    with (folder / "compressed").open("wb+") as file:
        for piece in compress(Endless(size), level=1):
            file.write(piece)
        file.seek(0)
        sink = Hashing()
        decompress(file, sink, limit=size)
        assert (sink.size, sink.digest.digest()) == (size, expected)
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


if __name__ == "__main__":
    main(int(sys.argv[1]) * MEGABYTE, Path(sys.argv[2]))
