"""The signature of Standard Webhooks, and how an address is shown to people. Knows nothing of what is signed.

Whoever posts to others signs alike: what partners get, and what subscribers to events get.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlsplit


def signed_headers(secret: str, message_id: str, timestamp: str, body: bytes) -> dict[str, str]:
    """Return the three headers of Standard Webhooks; raise ValueError for a secret that is no base64 behind ``whsec_``."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """Return the ``webhook-signature`` of Standard Webhooks; a secret written ``whsec_...`` is base64 behind that."""
    key = base64.b64decode(secret[6:], validate=True) if secret.startswith("whsec_") else secret.encode()
    digest = hmac.new(key, b".".join((message_id.encode(), timestamp.encode(), body)), hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def shown(url: str) -> str:
    """Return an address as people may read it: a key that stands in its query or before its host is not for them."""
    address = urlsplit(url)
    return f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
