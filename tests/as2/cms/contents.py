"""Contents for the tests of CMS, and what one asks about them."""

import hashlib
import os

CONTENT = (
    b"ISA*00*          *00*          *ZZ*MAPLESUPPLY    *ZZ*EXAMPLEWORKS   *261121*0905*U*00401*000000001*0*P*>~\r\n"
    * 40
)
SIZES = (0, 1, 15, 16, 17, 4096, 65535, 65536, 65537, 200_001)


def content(size: int) -> bytes:
    """Bytes that are alike at no two places."""
    return os.urandom(size)


def digests_of(data: bytes):
    """What ``verify`` asks for the digests of a content."""
    return lambda name: hashlib.new(name, data).digest()
