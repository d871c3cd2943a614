"""A server that speaks S3 (moto, as a process of its own in the environment of the peers); it is stopped by its process id."""

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from obstore.store import S3Store

from tests.interop.as2.peer import peers_python
from tests.support.postgres_keeper import free_port

BUCKET = "gateway-tests"
_PATIENCE = 30.0


class S3Server:
    """A server on a port of its own. What it holds is in its memory: `pause` it instead of stopping it."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.endpoint = f"http://127.0.0.1:{self._port}"
        self.address = f"s3://{BUCKET}/vault"

    @property
    def variables(self) -> dict[str, str]:
        """What a program needs to speak to it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "no secret",
        }

    def start(self) -> None:
        """Start it, wait until it answers, and make the bucket."""
        with self._log.open("ab") as log:
            command = [str(peers_python()), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                self._make_bucket()
                return
            except OSError:
                assert self._process.poll() is None, self._log.read_text()
                assert time.monotonic() < until, self._log.read_text()
                time.sleep(0.05)

    def store(self, address: str) -> S3Store:
        """Give a client that works behind the gateway's back."""
        return S3Store.from_url(address, client_options={"allow_http": True})

    def _make_bucket(self) -> None:
        asked = urllib.request.Request(f"{self.endpoint}/{BUCKET}", method="PUT")
        with urllib.request.urlopen(asked, timeout=10):
            pass

    def pause(self) -> None:
        """Let it answer nobody."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Give a server whose address and keys stand in the environment, and leave no process behind."""
    server = S3Server(folder / "s3.log")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    try:
        server.start()
        with mock.patch.dict(os.environ, kept | server.variables, clear=True):
            yield server
    finally:
        server.stop()
