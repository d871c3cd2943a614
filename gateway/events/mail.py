"""Hands mails to a mail server (RFC 5321), encrypted as agreed. Knows no case and no ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

import aiosmtplib
import structlog

from gateway.errors import GatewayError

log = structlog.get_logger("gateway.events")

_LONGEST = 300  # What a server says is cut behind so many characters.


class MailServerAway(GatewayError):
    """The mail server takes no mail. Start it, or correct alerts.mail in gateway.yaml; it is tried again by itself."""

    code = "mail-server-away"
    retryable = True


class MailRefused(GatewayError):
    """The mail server refused this mail. Correct the addresses under alerts in gateway.yaml; it is tried again by itself."""

    code = "mail-refused"
    retryable = True


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. ``name`` makes its Message-ID: the same name is the same mail."""

    name: str
    to: tuple[str, ...]
    subject: str
    body: str


class Mailer(Protocol):
    """Takes mails to where they are taken."""

    @property
    def address(self) -> str:
        """Where that is, for people."""

    async def send(self, mail: Mail, at: datetime) -> None:
        """Hand over one mail; raise MailServerAway, or MailRefused for one that is at fault itself."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """One mail server; each mail has a connection of its own, because mails are few."""

    host: str
    port: int
    tls: str
    sender: str
    certificate: str | None
    user: str | None
    password: str | None
    timeout_seconds: float

    @property
    def address(self) -> str:
        """Where it is, for people."""
        return f"{self.host}:{self.port}"

    async def send(self, mail: Mail, at: datetime) -> None:
        """Hand over one mail; it is taken once the server has said so for one addressee at least."""
        try:
            refused, _ = await aiosmtplib.send(
                self.message(mail, at),
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.tls == "implicit",
                start_tls=self.tls == "starttls",
                cert_bundle=self.certificate,
                timeout=self.timeout_seconds,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise MailRefused(" and ".join(_said(each) for each in error.recipients)) from None
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            raise MailRefused(_said(error)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise MailServerAway(f"The mail server {self.address} says {_said(error)}") from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            words = " ".join(str(error).split())[:_LONGEST] or type(error).__name__
            raise MailServerAway(f"The mail server {self.address} can't be used: {words}") from None
        for address, (code, words) in refused.items():
            log.warning("mail_refused_for_one", to=address, reason=f"{code} {words}"[:_LONGEST])

    def message(self, mail: Mail, at: datetime) -> EmailMessage:
        """Return the mail as RFC 5322 has it, marked as written by a machine (RFC 3834)."""
        made = EmailMessage()
        made["From"] = self.sender
        made["To"] = ", ".join(mail.to)
        made["Subject"] = mail.subject
        made["Date"] = format_datetime(at)
        made["Message-ID"] = f"<{mail.name}@{self.sender.rpartition('@')[2]}>"
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(mail.body)
        return made


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {' '.join(error.message.split())}"[:_LONGEST]
