"""TLS for the AS2 door: our server certificate, and those that partners may show. Follows changes without a restart."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from gateway.errors import ConfigurationError, Problem

log = structlog.get_logger("gateway.transports.as2")


class Door:
    """Holds the TLS context of new connections, and makes another one when what it depends on has changed.

    ``clients`` gives the certificates (DER) that partners have agreed to show. While there are any, the door asks every client
    for one and takes none but these; whether one *must* be shown, and by whom, is for the handler to say.
    """

    def __init__(
        self,
        certificate: Path,
        key: Path,
        passphrase: str | None = None,
        clients: Callable[[], Sequence[bytes]] = tuple,
    ) -> None:
        self._certificate, self._key, self._passphrase = certificate, key, passphrase
        self._clients = clients
        self._seen = self._look()
        self.context = self._make(self._seen[1])

    def _look(self) -> tuple[tuple[int, ...], tuple[bytes, ...]]:
        """Return what the context depends on: the times of the files, and the certificates of the clients."""
        times = tuple(path.stat().st_mtime_ns for path in (self._certificate, self._key) if path.is_file())
        return times, tuple(sorted(set(self._clients())))

    def _make(self, clients: tuple[bytes, ...]) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            # Without a passphrase OpenSSL would ask for one at the terminal, and wait.
            context.load_cert_chain(self._certificate, self._key, lambda: self._passphrase or "")
        except OSError as error:
            reason = f"certificate {self._certificate} and key {self._key} can't be used ({_words(error)})"
            advice = "name a certificate and the key that belongs to it, and give passphrase: where it has one"
            raise ConfigurationError([Problem("gateway.yaml", 1, "as2.tls", reason, advice)]) from None
        if clients:
            # Partners pin single certificates: each is trusted by itself, whoever has issued it.
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            context.verify_mode = ssl.CERT_OPTIONAL
            for each in clients:
                try:
                    context.load_verify_locations(cadata=each)
                except ssl.SSLError as error:
                    log.warning("as2_client_certificate_unusable", reason=_words(error))
        return context

    def refresh(self) -> bool:
        """Make the context anew if need be, and tell whether there is another; one that can't be made leaves the old one."""
        try:
            seen = self._look()
            if seen == self._seen:
                return False
            self._seen = seen
            self.context = self._make(seen[1])
        except (OSError, ConfigurationError) as error:
            log.error("as2_tls_unchanged", reason=str(error))
            return False
        log.info("as2_tls_changed", clients=len(seen[1]))
        return True


def _words(error: OSError) -> str:
    return getattr(error, "reason", None) or error.strerror or type(error).__name__
