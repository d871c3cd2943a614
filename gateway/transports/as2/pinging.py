"""Sends a partner a test message and says step by step what works: from the files over name, line and TLS to the MIC."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from gateway.as2.disposition import Modifier
from gateway.as2.errors import AS2Error, NotAReceipt
from gateway.as2.mdn import MDN
from gateway.as2.mdn_reading import read_mdn
from gateway.as2.message import Packed, Payload, pack
from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.as2.slices import Slice
from gateway.as2.terms import AskedReceipt, Keys, Marks
from gateway.errors import ConfigurationError, GatewayError
from gateway.trading.as2 import AS2Channel
from gateway.trading.certificates import CertificateMissing, Place, believed
from gateway.trading.directory import Directory, Partner
from gateway.transports.as2.answering import new_message_id
from gateway.transports.as2.building import Builder
from gateway.transports.as2.calling import Answer, Caller, shown
from gateway.transports.as2.parties import random

_SECONDS = 20.0
_TEXT = b"This is a test of the AS2 connection by partner-gateway. Nothing needs to be done with it.\r\n"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried: whether it worked, what was seen, and where it didn't, what to do."""

    name: str
    works: bool
    seen: str
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class Pinger:
    """Pings partners. What is sent reaches them as a message with a file of ``text/plain``, unless a payload is given."""

    builder: Builder
    caller: Caller

    async def ping(
        self, partner: Partner, directory: Directory, now: datetime, payload: bytes | None = None
    ) -> AsyncIterator[Step]:
        """Yield step after step; the first one that fails is the last one."""
        channel = partner.text.channels.as2
        if channel is None or channel.send.url is None:
            words = f"add channels.as2.send.url to partners/{partner.id}.yaml"
            yield Step("files", False, f"{partner.id} has no AS2 address", words)
            return
        try:
            packed = self._packed(partner, channel, directory, payload, now)
        except (AS2Error, CertificateMissing, ConfigurationError) as error:
            yield Step("files", False, error.detail, "gateway cert list")
            return
        yield Step("files", True, f"the test message {packed.message_id} has {packed.length} bytes")
        async for step in self._line(channel, partner, directory, now):
            yield step
            if not step.works:
                return
        try:
            headers, body = packed.headers, packed.body.read()
            answer = await self.caller.post(channel.send.url, headers, body, partner, directory, now)
        except GatewayError as error:
            words = "look at the partner's url, login and certificate for tls in its file, then ask the partner"
            yield Step("HTTP", False, error.detail.replace(", then replay", ""), words)
            return
        yield Step("HTTP", True, f"answered {answer.status}")
        for step in self._judged(packed, answer, partner, directory, now):
            yield step

    def _packed(
        self, partner: Partner, channel: AS2Channel, directory: Directory, payload: bytes | None, now: datetime
    ) -> Packed:
        """Make a message on the partner's terms, but with its receipt in the answer, so that all can be told at once."""
        terms = self.builder.terms(partner, directory, now)
        asked = AskedReceipt(channel.receipt.signed, channel.receipt.algorithms)
        terms = replace(terms, receipt=asked, subject="AS2 connection test")
        sent = Payload(Slice(_TEXT), "as2-connection-test.txt", "text/plain")
        if payload is not None:
            sent = Payload(Slice(payload), "as2-connection-test.edi", channel.send.content_type)
        marks = Marks(new_message_id(self.builder.new_id, terms.sender), now, random)
        return pack([sent], terms, marks, self.builder.new_spool)

    async def _line(
        self, channel: AS2Channel, partner: Partner, directory: Directory, now: datetime
    ) -> AsyncIterator[Step]:
        """Try the name, the line and TLS by themselves, so that it is plain which of them fails."""
        url = channel.send.url or ""
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            words = f"correct the host of channels.as2.send.url, or the name server of this machine ({host})"
            yield Step("DNS", False, f"{host} is not found: {error.strerror or error}", words)
            return
        addresses = sorted({str(each[4][0]) for each in found})
        yield Step("DNS", True, f"{host} is {', '.join(addresses)}")
        try:
            await _opened(host, port, None)
        except (OSError, TimeoutError) as error:
            words = f"ask the partner whether port {port} is open for us, and look at our own firewall"
            yield Step("TCP", False, f"{host} port {port} can't be reached: {_words(error)}", words)
            return
        yield Step("TCP", True, f"port {port} is open")
        if not secure:
            return
        try:
            context = self.caller.context(url, channel, partner, directory, now)
            said = await _opened(host, port, context if isinstance(context, ssl.SSLContext) else None)
        except (OSError, TimeoutError, ValueError, GatewayError) as error:
            words = "ask the partner for its TLS certificate and pin it: gateway cert import PARTNER FILE --use tls"
            yield Step("TLS", False, _words(error), words)
            return
        yield Step("TLS", True, said)

    def _judged(
        self, packed: Packed, answer: Answer, partner: Partner, directory: Directory, now: datetime
    ) -> list[Step]:
        keys = Keys(
            self.builder.keyring.all(Place.DECRYPT_IN, directory.own_certificates, now),
            [each.certificate for each in believed(Place.VERIFY_MDN, partner.certificates, now)],
        )
        try:
            mdn = read_mdn(answer.headers, Slice(answer.body), keys, random=random, new_spool=self.builder.new_spool)
        except NotAReceipt:
            words = "ask the partner to answer with a synchronous MDN, or whether this address is the one for AS2"
            return [Step("receipt", False, f"{shown(partner_url(partner))} answered without a receipt", words)]
        except AS2Error as error:
            return [Step("receipt", False, f"its receipt proves nothing: {error.detail}", "gateway cert list")]
        return list(_steps(packed, mdn, asked_signed(partner)))


def asked_signed(partner: Partner) -> bool:
    """Tell whether receipts of a partner are to be signed."""
    channel = partner.text.channels.as2
    return channel is not None and channel.receipt.signed


def partner_url(partner: Partner) -> str:
    """Return the address of a partner, or an empty text."""
    channel = partner.text.channels.as2
    return (channel.send.url if channel is not None else None) or ""


_OF_SIGNATURE = (Modifier.AUTHENTICATION_FAILED, Modifier.INTEGRITY_CHECK_FAILED)


def _steps(packed: Packed, mdn: MDN, signed: bool) -> list[Step]:
    """Say what the receipt tells about what happened over there, in the order in which it happened."""
    verdict = reconcile(Sent(packed.message_id, packed.mics, signed), mdn)
    who = f"signed by {mdn.signer.certificate.subject}" if mdn.signer is not None else "not signed"
    steps = [Step("receipt", True, f"{who}: {str(mdn.disposition).partition('; ')[2]}")]
    modifier = mdn.disposition.modifier
    if modifier is Modifier.DECRYPTION_FAILED:
        words = "compare the certificate that the partner has of itself with ours: gateway cert list; import its present one"
        return [*steps, Step("decryption", False, "the partner can't decrypt what we send", words)]
    if modifier in _OF_SIGNATURE:
        words = "send the partner our present certificate, and compare its fingerprint: gateway cert list"
        return [*steps, Step("decryption", True, ""), Step("signature", False, "the partner doesn't believe it", words)]
    if verdict.verdict in (Verdict.ERROR, Verdict.FAILED):
        said = " ".join(mdn.text.split())[:300]
        words = "ask the partner what it expects, and compare names and settings; its words stand above"
        return [*steps, Step("message", False, said or verdict.text, words)]
    if verdict.verdict is Verdict.UNSIGNED:
        words = "ask the partner to sign its receipts, or agree on unsigned ones: channels.as2.receipt.signed"
        return [*steps, Step("signature of the receipt", False, "the receipt is not signed", words)]
    if not verdict.delivered:
        return [*steps, Step("MIC", False, verdict.text, "gateway as2 unpack shows the MIC in all three forms")]
    good = [Step(name, True, "the partner says so") for name in ("decryption", "signature")]
    return [*steps, *good, Step("MIC", True, f"{mdn.mic}, as ours" if mdn.mic else "as ours")]


async def _opened(host: str, port: int, context: ssl.SSLContext | None) -> str:
    """Open a connection, close it again, and say what was seen."""
    name = host if context is not None else None
    async with asyncio.timeout(_SECONDS):
        _reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=name)
    try:
        tls = writer.get_extra_info("ssl_object")
        return f"{tls.version()}, {tls.cipher()[0]}" if tls is not None else "open"
    finally:
        writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(2):
                await writer.wait_closed()


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return f"nothing came within {_SECONDS:.0f} s"
    return str(getattr(error, "strerror", None) or getattr(error, "detail", None) or error)
