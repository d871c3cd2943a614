"""Which algorithms of SSH we speak: modern ones, and old ones by name where a partner's file asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from asyncssh.encryption import get_encryption_algs
from asyncssh.kex import get_kex_algs
from asyncssh.mac import get_mac_algs
from asyncssh.public_key import get_public_key_algs

from gateway.trading.sftp import LEGACY, Legacy

_KEX = (
    "mlkem768x25519-sha256",
    "sntrup761x25519-sha512",
    "sntrup761x25519-sha512@openssh.com",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
)
# GCM first: processors have instructions for it, and it carries its own integrity.
_CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
)
_MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "umac-128-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
_SIGNATURES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "rsa-sha2-256",
    "rsa-sha2-512",
)


def algorithms(legacy: Iterable[str] = ()) -> dict[str, Any]:
    """Return the options of asyncssh that name what may be agreed on; ``legacy`` are names of `LEGACY`."""
    old = [LEGACY[name] for name in legacy]
    return {
        "kex_algs": _chosen((*_KEX, *_of(old, "kex")), get_kex_algs()),
        "encryption_algs": _chosen((*_CIPHERS, *_of(old, "ciphers")), get_encryption_algs()),
        "mac_algs": _chosen((*_MACS, *_of(old, "macs")), get_mac_algs()),
        "signature_algs": _chosen((*_SIGNATURES, *_of(old, "signatures")), get_public_key_algs()),
        "compression_algs": ["none"],  # Compression before login has been a way in; EDI is small.
    }


def _of(old: list[Legacy], kind: str) -> list[str]:
    return [name for each in old for name in getattr(each, kind)]


def _chosen(wanted: Iterable[str], known: Iterable[bytes]) -> list[str]:
    """Return what is wanted and known to this installation, in the order of our wishes."""
    available = {name.decode() for name in known}
    return [name for name in wanted if name in available]
