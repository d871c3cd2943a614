"""Posts to partners: messages and receipts, to the addresses of their files alone. Knows HTTP and TLS, and nothing of AS2.

Redirects are not followed, answers are read within bounds, and a name and password go only where the file says.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import aiohttp

from gateway.as2.headers import Headers, from_pairs
from gateway.errors import ConfigurationError, PartnerRefused, PartnerUnreachable
from gateway.keyring import Keyring
from gateway.trading.as2 import AS2Channel
from gateway.trading.certificates import CertificateMissing, OwnKeyText, Pinned, Place, believed, chosen
from gateway.trading.directory import Directory, Partner

LARGEST_ANSWER = 16 << 20
_HEAD = 1 << 16
_TRY_AGAIN = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a partner's server answered."""

    status: int
    headers: Headers
    body: bytes


class Caller:
    """Posts over one session."""

    def __init__(self, session: aiohttp.ClientSession, keyring: Keyring, secret: Callable[[str, str], str]) -> None:
        self._session = session
        self._keyring = keyring
        self._secret = secret
        self._contexts: dict[tuple[object, ...], ssl.SSLContext] = {}

    async def post(
        self,
        url: str,
        headers: Headers,
        body: bytes | AsyncIterator[bytes],
        partner: Partner,
        directory: Directory,
        now: datetime,
    ) -> Answer:
        """Post and return a good answer (2xx), or a refusal that is a receipt.

        Raises PartnerUnreachable for what may work later (no answer, 408, 425, 429, 5xx), PartnerRefused for the rest.
        """
        channel = partner.text.channels.as2
        if channel is None:
            raise PartnerRefused(f"{partner.id} has no AS2 channel any more. Add it, then replay.")
        where = shown(url)
        try:
            sent = self._headers(headers, channel, partner)
            context = self.context(url, channel, partner, directory, now)
        except (ConfigurationError, CertificateMissing, ssl.SSLError, OSError, ValueError) as error:
            raise PartnerRefused(f"{where} was not called: {error} Correct that, then replay.") from None
        try:
            answer = await self._posted(url, sent, body, channel, context)
        except aiohttp.ClientConnectorCertificateError as error:
            words = f"{where} shows a certificate that is not trusted: {error.certificate_error}."
            raise PartnerUnreachable(f"{words} Ask the partner, or import it for tls. It is tried again.") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PartnerUnreachable(f"{where} did not answer: {type(error).__name__}. It is tried again.") from None
        return _judged(answer, where)

    async def _posted(
        self,
        url: str,
        headers: dict[str, str],
        body: bytes | AsyncIterator[bytes],
        channel: AS2Channel,
        context: ssl.SSLContext | bool,
    ) -> Answer:
        timeout = aiohttp.ClientTimeout(total=None, connect=30, sock_read=channel.send.answer_within.total_seconds())
        again = isinstance(body, bytes)
        chunked = True if channel.send.body == "chunked" else None
        while True:
            try:
                async with self._session.post(
                    url,
                    data=body,
                    headers=headers,
                    timeout=timeout,
                    allow_redirects=False,
                    ssl=context,
                    chunked=chunked,
                ) as response:
                    return Answer(response.status, from_pairs(response.raw_headers), await _read(response))
            except aiohttp.ServerDisconnectedError:
                # Most likely an old connection that the server had just given up: the same bytes once more, at once.
                if not again:
                    raise
                again = False

    def _headers(self, headers: Headers, channel: AS2Channel, partner: Partner) -> dict[str, str]:
        sent = dict(headers.fields)
        if channel.send.body == "chunked":
            sent.pop("Content-Length", None)
        if channel.send.login is not None:
            password = self._secret(channel.send.login.password, f"partners/{partner.id}.yaml")
            coded = base64.b64encode(f"{channel.send.login.user}:{password}".encode()).decode()
            sent["Authorization"] = f"Basic {coded}"
        return sent

    def context(
        self, url: str, channel: AS2Channel, partner: Partner, directory: Directory, now: datetime
    ) -> ssl.SSLContext | bool:
        """Return whom we believe to be the partner's server, and what we show it."""
        if not url.lower().startswith("https:"):
            return True
        pinned: list[Pinned] = []
        if channel.send.trust == "pinned":
            pinned = believed(Place.TLS_THEIRS, partner.certificates, now)
        ours = chosen(Place.TLS_OURS, directory.own_certificates, now) if channel.send.client_certificate else None
        # A context costs a hundred times what a message does; it changes with the certificates alone.
        key = (channel.send.trust, *(each.certificate.fingerprint for each in (*pinned, *([ours] if ours else []))))
        if key not in self._contexts:
            self._contexts[key] = self._made(channel.send.trust, pinned, ours)
        return self._contexts[key]

    def _made(self, trust: str, pinned: list[Pinned], ours: Pinned | None) -> ssl.SSLContext:
        if trust == "pinned":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False  # It is the certificate itself that is known, whatever name it bears.
            chain = [ssl.DER_cert_to_PEM_cert(each.certificate.der) for each in pinned]
            context.load_verify_locations(cadata="".join(chain))
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        else:
            context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if ours is not None:
            text = ours.text
            assert isinstance(text, OwnKeyText), "ours have a key"
            password = self._secret(text.passphrase, f"the key {text.name}") if text.passphrase else None
            self._keyring.show(context, ours, password)
        return context


async def _read(response: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_chunked(1 << 16):
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise aiohttp.ClientPayloadError("the answer is too large")
        parts.append(chunk)
    return b"".join(parts)


def _judged(answer: Answer, where: str) -> Answer:
    if 200 <= answer.status < 300:
        return answer
    if answer.status >= 500 or answer.status in _TRY_AGAIN:
        raise PartnerUnreachable(f"{where} answered {answer.status}. It is tried again.")
    if 300 <= answer.status < 400:
        words = f"{where} answered {answer.status}, and no redirect is followed. Correct the url in the partner's file"
        raise PartnerRefused(f"{words}, then replay.")
    said = " ".join(answer.body[:300].decode("latin-1").split())
    told = "".join(sign if sign.isprintable() else " " for sign in said)
    if "disposition-notification" in answer.headers.get("content-type").lower() or (
        b"disposition-notification" in answer.body[:_HEAD].lower()
    ):
        return answer  # Some products give their error receipt a status of its own.
    raise PartnerRefused(
        f"{where} answered {answer.status}: {told or 'nothing more'}. Ask the partner why, then replay."
    )


def shown(url: str) -> str:
    """Return an address as people may read it, without query and user."""
    address = urlsplit(url)
    return f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
