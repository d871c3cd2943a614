"""Bearer keys: 32 random bytes, kept as SHA-256 only. Their entropy makes a slow hash needless."""

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
    return hashlib.sha256(key.encode()).hexdigest()


def presented_hash(request: web.Request) -> str:
    """Return the hash of the key that a request presents; raise NotAllowed when it presents none."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NotAllowed("A key is missing. Send it in the header: Authorization: Bearer <key>.")
    return key_hash(key.strip())
