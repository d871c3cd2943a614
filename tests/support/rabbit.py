"""A real RabbitMQ, of Debian's package ``rabbitmq-server``: nobody's service, but a process of the tests on loopback.

It has a node name, ports, data, log and cookie of its own, and an epmd of its own that runs in the foreground; both are ended by
their process ids. It takes seconds to start, so the tests of a run share one, and each has a line of its own to it, to be cut.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from uuid import uuid4

import aio_pika
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity

from tests.support.postgres_keeper import free_port

_PATIENCE = 120.0
_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # The one on the PATH changes user and knows one node only.
HAS_RABBIT = _PROGRAM.exists() and shutil.which("epmd") is not None
SECRET = "p@ss:w/rd"


def _allowed(user: str, vhost: str, configure: str = ".*", read: str = ".*") -> dict[str, str]:
    return {"user": user, "vhost": vhost, "configure": configure, "write": ".*", "read": read}


# Who there is: guest as always, one with a hard password and a virtual host, one who may only write.
_DEFINITIONS = {
    "vhosts": [{"name": "/"}, {"name": "plant 2"}],
    "users": [
        {"name": "guest", "password": "guest", "tags": "administrator"},
        {"name": "gate", "password": SECRET, "tags": ""},
        {"name": "writer", "password": SECRET, "tags": ""},
    ],
    "permissions": [_allowed("guest", "/"), _allowed("gate", "plant 2"), _allowed("writer", "/", "", "")],
}


class RabbitServer:
    """A server on ports of its own; it may be killed and started again, and keeps what it has."""

    def __init__(self, folder: Path, certificate: Path, key: Path) -> None:
        assert HAS_RABBIT, "install rabbitmq-server; let it start no service"
        self._folder, self.certificate, self._key = folder, certificate, key
        self.port, self.secure_port, self._between, self._names = (free_port() for _ in range(4))
        self._processes: list[subprocess.Popen[bytes]] = []
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plugins").write_text("[].\n")
        (folder / "definitions.json").write_text(json.dumps(_DEFINITIONS))

    def start(self) -> None:
        """Start it, and wait until it listens."""
        folder = self._folder
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{self.port}",
            f"listeners.ssl.1 = 127.0.0.1:{self.secure_port}",
            f"ssl_options.certfile = {self.certificate}",
            f"ssl_options.keyfile = {self._key}",
            "ssl_options.verify = verify_none",
            f"load_definitions = {folder / 'definitions.json'}",
            "log.console = true",
            "log.console.level = info",
            "log.file = false",
        ]
        (folder / "rabbit.conf").write_text("\n".join(lines) + "\n")
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
        environment |= {"ERL_EPMD_PORT": str(self._names), "ERL_EPMD_ADDRESS": "127.0.0.1"}
        how = {
            "RUNNING_UNDER_SYSTEMD": "true",  # Then the script becomes the server, and its process id is the server's.
            "RABBITMQ_NODENAME": f"gateway-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._between),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbit.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none",
        }
        with (folder / "output").open("ab") as log:
            mark = log.tell()
            for command in (["epmd", "-port", str(self._names), "-address", "127.0.0.1"], [str(_PROGRAM)]):
                started = subprocess.Popen(
                    ["setpriv", "--pdeathsig", "KILL", *command],  # Should the tests be killed, so is it.
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=environment | how,
                )  # fmt: skip
                self._processes.append(started)
        until = time.monotonic() + _PATIENCE
        while b"Server startup complete" not in (folder / "output").read_bytes()[mark:]:
            assert self._processes[-1].poll() is None, (folder / "output").read_text()
            assert time.monotonic() < until, (folder / "output").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill it: what it confirmed it has on disk."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()
        self._processes.clear()


class Line:
    """One test's way to the server, with an exchange and a queue of its own. A line that is stopped is a broker that is away."""

    def __init__(self, server: RabbitServer) -> None:
        self._server = server
        self._port = free_port()
        name = uuid4().hex
        self.url = f"amqp://127.0.0.1:{self._port}"
        self.settings = {"exchange": f"gateway.{name}", "stream": f"GATEWAY-{name}"}
        self._door: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._door = await asyncio.start_server(self._join, "127.0.0.1", self._port)

    async def stop(self) -> None:
        """Cut whatever goes over it, in the middle of a word."""
        if self._door is not None:
            self._door.close()
        for writer in self._open:
            writer.transport.abort()
        await asyncio.gather(*self._passing, return_exceptions=True)
        self._door = None

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._server.port)
        self._open |= {writer, back}
        for each in (_pass(reader, back), _pass(there, writer)):
            task = asyncio.create_task(each)
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def events(self) -> list[tuple[str, dict[str, str], dict]]:
        """Return all that the queue holds, and leave it there: routing key, what stands beside the body, and CloudEvent."""
        async with await aio_pika.connect(f"amqp://127.0.0.1:{self._server.port}") as connection:
            channel = await connection.channel()
            try:
                queue = await channel.declare_queue(self.settings["stream"], passive=True)
            except ChannelNotFoundEntity:
                return []
            arrived: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
            await queue.consume(arrived.put)
            messages = [await arrived.get() for _each in range(queue.declaration_result.message_count)]
            return [(each.routing_key, told(each), json.loads(each.body)) for each in messages]

    async def until(self, count: int, seconds: float = 60) -> list[tuple[str, dict[str, str], dict]]:
        """Wait until the queue holds so many events, each counted once, and return all."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    async with asyncio.timeout(10):
                        found = await self.events()
                except (AMQPError, OSError):  # A server that has just come back does not have its queues yet.
                    continue
                if len({event["id"] for _key, _said, event in found}) >= count:
                    return found
                await asyncio.sleep(0.05)


def told(message: aio_pika.abc.AbstractIncomingMessage) -> dict[str, str]:
    """Return what a message says beside its body."""
    own = {"message-id": message.message_id, "content-type": message.content_type, "type": message.type}
    return own | dict(message.headers) | {"mode": message.delivery_mode}


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
