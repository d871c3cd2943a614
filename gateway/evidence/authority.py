"""Asks a time stamp authority over HTTP (RFC 3161), and verifies what it answers against the certificate that was agreed."""

from __future__ import annotations

from pathlib import Path

import aiohttp
from cryptography import x509
from rfc3161_client import TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from gateway.errors import ConfigurationError, Problem
from gateway.pipeline.chain import TimeStamp
from gateway.pipeline.oversight.seal import StampRefused
from gateway.settings import TimeStampsText

_LARGEST = 1 << 17
_WITHIN_SECONDS = 30.0


def time_stamper(text: TimeStampsText | None, folder: Path) -> HttpAuthority | None:
    """Return the authority that gateway.yaml names, None where it names none; raise ConfigurationError for its certificate."""
    if text is None:
        return None
    path = folder / text.certificate
    try:
        certificate = path.read_bytes()
        x509.load_pem_x509_certificates(certificate)
    except (OSError, ValueError):
        reason = f"there is no certificate in {path}"
        advice = "put the root certificate of the authority there, as PEM"
        where = str(folder / "gateway.yaml")
        raise ConfigurationError([Problem(where, 1, "time_stamps.certificate", reason, advice)]) from None
    return HttpAuthority(text.url, certificate)


class HttpAuthority:
    """Fulfils `gateway.pipeline.chain.TimeStamper`. ``certificate`` is PEM: the root or issuer of the authority's own."""

    def __init__(self, url: str, certificate: bytes) -> None:
        self._url = url
        self.certificate = certificate

    async def stamp(self, data: bytes) -> TimeStamp:
        """Return a token that says that ``data`` was there now; raise StampRefused when there is none that holds."""
        request = TimestampRequestBuilder().data(data).cert_request(cert_request=True).build()
        token = await self._asked(request.as_bytes())
        builder = VerifierBuilder.from_request(request)
        wrong = _wrong(builder, token, data, self.certificate)
        if wrong:
            raise StampRefused(f"The answer of {self._url} is no time stamp: {wrong}. Check url and certificate.")
        return TimeStamp(self._url, token)

    async def _asked(self, body: bytes) -> bytes:
        timeout = aiohttp.ClientTimeout(total=_WITHIN_SECONDS)
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.post(self._url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                answer = await _bounded(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise StampRefused(
                f"{self._url} did not answer: {type(error).__name__}. Check it; it is asked again."
            ) from None
        if response.status != 200:
            raise StampRefused(f"{self._url} answered {response.status}. Check the address; no redirect is followed.")
        return answer


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    parts, size = [], 0
    async for chunk in response.content.iter_chunked(1 << 14):
        size += len(chunk)
        if size > _LARGEST:
            raise aiohttp.ClientPayloadError("the answer is too large")
        parts.append(chunk)
    return b"".join(parts)


def what_is_wrong_with(token: bytes, data: bytes, certificate: bytes) -> str:
    """Return why a token is no time stamp of an authority for ``data``; nothing when it is one."""
    return _wrong(VerifierBuilder(), token, data, certificate)


def _wrong(builder: VerifierBuilder, token: bytes, data: bytes, certificate: bytes) -> str:
    try:
        for each in x509.load_pem_x509_certificates(certificate):
            builder = builder.add_root_certificate(each)
        builder.build().verify_message(decode_timestamp_response(token), data)
    except (VerificationError, ValueError) as error:
        return " ".join(str(error).split())[:200] or type(error).__name__
    return ""
