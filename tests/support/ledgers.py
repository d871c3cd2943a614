"""A ledger that is ready, on either kind of database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.ledger.engine import make_engine
from gateway.ledger.migrate import upgrade
from gateway.ledger.opening import open_ledger
from gateway.ledger.sql_ledger import SqlLedger
from tests.support.postgres import fresh_database

KINDS = ("sqlite", "postgresql")


@asynccontextmanager
async def ready_ledger(kind: str, folder: Path) -> AsyncIterator[SqlLedger]:
    """Open an empty ledger; what it keeps is gone afterwards."""
    if kind == "sqlite":
        engine = make_engine(f"sqlite:///{folder / 'ledger.db'}")
        upgrade(engine)
        made = open_ledger(engine)
        yield made
        await made.close()
    else:
        with fresh_database() as address:
            made = open_ledger(make_engine(address))
            yield made
            await made.close()
