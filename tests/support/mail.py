"""A mail server of others on loopback (aiosmtpd), which keeps what it takes and refuses what it is told to."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult


class Post:
    """The server: ``mails`` is what it took, each with its addressees; ``answers`` what it says to the next ones instead."""

    def __init__(self, user: str = "", password: str = "", tls: ssl.SSLContext | None = None):
        self.mails, self.answers, self.unknown = [], [], set()
        self.encrypted = []
        self._user, self._password, self._tls = user, password, tls
        self._server, self.port = None, 0

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address in self.unknown:
            return "550 there is nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.encrypted.append(session.ssl is not None)
        self.mails.append((message_from_bytes(envelope.content, policy=policy.default), envelope.rcpt_tos))
        return "250 taken"

    def _allows(self, _server, _session, _envelope, _mechanism, data):
        good = (data.login.decode(), data.password.decode()) == (self._user, self._password)
        return AuthResult(success=good, handled=False)

    def _protocol(self):
        more = {"authenticator": self._allows, "auth_required": True} if self._user else {}
        return SMTP(self, hostname="localhost", tls_context=self._tls, require_starttls=self._tls is not None, **more)

    async def start(self):
        """Listen, on the port of before."""
        self._server = await asyncio.get_running_loop().create_server(self._protocol, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        self._server.close()
        await self._server.wait_closed()

    @property
    def bodies(self) -> list[str]:
        return [mail.get_content() for mail, _to in self.mails]


@asynccontextmanager
async def post_office(**options):
    """Run one."""
    post = Post(**options)
    await post.start()
    try:
        yield post
    finally:
        await post.stop()
