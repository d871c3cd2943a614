"""Bearer keys: 32 random bytes, kept as SHA-256 only. Their entropy makes a slow hash needless.

A key is looked up by its hash. How long that takes says something about hashes only, which nobody can steer without knowing
a key; no comparison of the key itself takes place.
"""

from __future__ import annotations

import hashlib
import secrets

from aiohttp import web

from gateway.errors import NotAllowed


def new_key(owner: str) -> tuple[str, str]:
    """Return a new key and its SHA-256. The key is shown once and stored nowhere."""
    key = f"gw_{owner}_{secrets.token_urlsafe(32)}"
    return key, key_hash(key)


def key_hash(key: str) -> str:
    """Return the SHA-256 under which a key is known."""
    # A header may hold any bytes; those that are no UTF-8 arrive as surrogates, and hash like every wrong key.
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def presented_hash(request: web.Request) -> str:
    """Return the hash of the key that a request presents; raise NotAllowed when it presents none."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NotAllowed("A key is missing. Send it in the header: Authorization: Bearer <key>.")
    return key_hash(key.strip())
