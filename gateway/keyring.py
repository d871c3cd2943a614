"""Our private keys, read from the data folder when they are needed. No key and no passphrase leaves this room as text."""

from __future__ import annotations

import ssl
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from gateway.as2.cms import Identity, load_private_key
from gateway.as2.errors import KeyTrouble, PrivateKeyUnreadable
from gateway.errors import ConfigurationError
from gateway.trading.certificates import OwnKeyText, Pinned, Place, believed, chosen

log = structlog.get_logger("gateway.keyring")


class Keyring:
    """Joins our certificates with their keys. A key is read once, and anew when its file changes."""

    def __init__(self, data_dir: Path, secret: Callable[[str, str], str]) -> None:
        self._data_dir = data_dir
        self._secret = secret
        self._known: dict[str, tuple[tuple[str, int, int], Identity]] = {}

    def all(self, place: Place, own: Sequence[Pinned], now: datetime) -> list[Identity]:
        """Return every identity that may serve in ``place``, the likeliest first.

        One whose key can't be read is logged and left out: the others still open what comes.
        """
        found = []
        for pinned in believed(place, own, now):
            try:
                found.append(self.identity(pinned))
            except KeyTrouble as error:
                log.error("key_unusable", key=pinned.name, reason=error.detail)
        return found

    def one(self, place: Place, own: Sequence[Pinned], now: datetime) -> Identity:
        """Return the identity that we use in ``place``; raise CertificateMissing or KeyTrouble."""
        return self.identity(chosen(place, own, now))

    def identity(self, pinned: Pinned) -> Identity:
        """Return one of our certificates with its key; raise KeyTrouble when that can't be read or belongs to another."""
        text = _own(pinned)
        path = self.path(text)
        try:
            about = path.stat()
            seen = (pinned.certificate.fingerprint, about.st_mtime_ns, about.st_size)
            known = self._known.get(text.name)
            if known is not None and known[0] == seen:
                return known[1]
            data = path.read_bytes()
        except OSError as error:
            raise PrivateKeyUnreadable(
                f"The private key {path} can't be read ({error.strerror}). Bring it back, or make another: gateway cert new."
            ) from None
        made = Identity(pinned.certificate, load_private_key(data, self._passphrase(text)))
        self._known[text.name] = (seen, made)
        return made

    def path(self, text: OwnKeyText) -> Path:
        """Return where the private key lies."""
        return self._data_dir / text.key_file

    def show(self, context: ssl.SSLContext, pinned: Pinned, password: str | None) -> None:
        """Have TLS show one of our certificates; raise OSError or ssl.SSLError when its files can't be used."""
        certificate = pinned.certificate.der
        path = self.path(_own(pinned))
        # OpenSSL reads files only, and our certificate lies in the configuration folder, which this room does not know.
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            file.write(ssl.DER_cert_to_PEM_cert(certificate).encode())
            file.flush()
            context.load_cert_chain(file.name, path, password)

    def warnings(self, own: Sequence[Pinned]) -> Iterator[str]:
        """Yield what is wrong with our keys on this machine, each with what to do."""
        for pinned in own:
            if pinned.text.state == "revoked":
                continue
            path = self.path(_own(pinned))
            try:
                self.identity(pinned)
            except KeyTrouble as error:
                yield f"{pinned.name}: {error.detail}"
                continue
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                yield f"{pinned.name}: others may read the private key {path}. Keep it to yourself: chmod 600 {path}"

    def _passphrase(self, text: OwnKeyText) -> str | None:
        if text.passphrase is None:
            return None
        try:
            return self._secret(text.passphrase, f"the passphrase of the key {text.name}")
        except ConfigurationError as error:
            raise PrivateKeyUnreadable(error.detail) from None


def _own(pinned: Pinned) -> OwnKeyText:
    if not isinstance(pinned.text, OwnKeyText):
        raise PrivateKeyUnreadable(f"{pinned.name} is the certificate of a partner, and we have no key of it.")
    return pinned.text
