"""Passwords of partners, as argon2id hashes (RFC 9106). A wrong user takes as long as a wrong password."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

_ITERATIONS, _LANES, _KIBIBYTES, _LENGTH = 3, 1, 64 << 10, 32


def hash_password(password: str) -> str:
    """Return the hash that stands in a partner's file, with salt and cost in it."""
    made = Argon2id(salt=os.urandom(16), length=_LENGTH, iterations=_ITERATIONS, lanes=_LANES, memory_cost=_KIBIBYTES)
    return made.derive_phc_encoded(password.encode())


def is_password(password: str, hashed: str | None) -> bool:
    """Tell whether a password has this hash; without a hash it takes as long, and is wrong. Blocks: call it in a thread."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), hashed or _NOBODYS)
    except (InvalidKey, ValueError):
        return False
    return hashed is not None


_NOBODYS = (
    f"$argon2id$v=19$m={_KIBIBYTES},t={_ITERATIONS},p={_LANES}$AAAAAAAAAAAAAAAAAAAAAA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
