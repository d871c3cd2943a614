"""How we talk to each kind of database: what a new connection is told before anybody works with it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json, to_json

# A server that is away must be noticed soon; what stands in the address itself counts more.
_POSTGRES = {
    "application_name": "partner-gateway",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
    # A transaction that waits this long for another one is given up and done again.
    "options": "-c timezone=UTC -c lock_timeout=20s -c idle_in_transaction_session_timeout=60s",
}


def make_engine(url: str) -> sa.Engine:
    """Make an engine; SQLite is put into WAL mode with full durability and explicit transactions."""
    made = sa.make_url(url)
    sqlite = made.get_backend_name() == "sqlite"
    arguments: dict[str, Any] = {"check_same_thread": False} if sqlite else {}
    if made.get_backend_name() == "postgresql":
        arguments = {name: value for name, value in _POSTGRES.items() if name not in made.query}
    engine = sa.create_engine(
        made, connect_args=arguments, json_serializer=_to_json, json_deserializer=from_json, **_pool(sqlite)
    )
    if sqlite:
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    elif made.get_backend_name() == "postgresql":
        sa.event.listen(engine, "connect", _prepare_postgres)
    return engine


def _pool(sqlite: bool) -> dict[str, Any]:
    # The threads of the ledger bound how many connections there are; the pool keeps one for each writer and reader. One that is
    # opened anew costs the server a process, and each statement its preparation.
    return {} if sqlite else {"pool_size": 12, "max_overflow": 20, "pool_timeout": 20, "pool_use_lifo": True}


def _to_json(value: Any) -> str:
    # Six small objects a document are written as JSON; this is three times as fast as the standard library.
    return to_json(value).decode()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # Transactions begin where we say so, not where the driver guesses.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=200",
        "cache_size=-65536",
        "wal_autocheckpoint=4000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes the lock at once: one that reads first could find that somebody else wrote in between.
    writes = connection.get_execution_options().get("writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgres(connection: Any, _record: Any) -> None:
    from gateway.ledger.postgres.text import TextDumper

    connection.adapters.register_dumper(str, TextDumper)
    # The hot path prepares its statements itself (`postgres.pipeline`). The driver, once it had prepared some of its own, would
    # throw away all that the session has after a ROLLBACK or DROP.
    connection.prepare_threshold = None
