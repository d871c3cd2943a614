"""Brings a database to the version of this program, and refuses one that is newer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.errors import LedgerError

_LOCK = 0x6761746577617900  # A number that no other program is likely to use as a lock of its own.


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "gateway.ledger:migrations")
    return config


def current(connection: sa.Connection) -> str | None:
    """Return the version of a database; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """Return the version of this program."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def upgrade(engine: sa.Engine) -> tuple[str | None, str]:
    """Bring the database up to date; return the version before and the version now.

    Raises LedgerError when the database was made by a newer program.
    """
    config = _config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Several processes start at once; one of them does it, and the others find it done.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        before = current(connection)
        if before is not None and before not in known:
            raise LedgerError(
                f"The database has version {before}, which this program does not know. Install the newer gateway again;"
                " nothing was changed."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return before, newest()
