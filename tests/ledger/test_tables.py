"""Tables, records and migrations say the same."""

from dataclasses import fields

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gateway.errors import LedgerError
from gateway.ledger import tables
from gateway.ledger.engine import make_engine
from gateway.ledger.lock import FolderLock
from gateway.ledger.migrate import newest, upgrade
from gateway.ledger.records import TABLE_OF


@pytest.mark.parametrize("kind", TABLE_OF, ids=lambda kind: kind.__name__)
def test_a_record_has_the_columns_of_its_table(kind):
    columns = {column.name for column in TABLE_OF[kind].c} - {"seq"}
    assert {field.name for field in fields(kind)} == columns


def test_the_migrations_make_the_tables(url):
    engine = make_engine(url)
    assert upgrade(engine) == (None, newest())
    with engine.connect() as connection:
        ours = {
            "compare_type": True,
            "include_name": lambda name, kind, _of: kind != "table" or name in tables.metadata.tables,
        }
        differences = compare_metadata(MigrationContext.configure(connection, opts=ours), tables.metadata)
        made = {index["name"] for name in tables.metadata.tables for index in sa.inspect(connection).get_indexes(name)}
    assert differences == []
    made = {name for name in made if not name.startswith("uq_")}  # PostgreSQL lists those of the constraints too.
    assert made == {index.name for table in tables.metadata.tables.values() for index in table.indexes}
    assert upgrade(engine) == (newest(), newest()), "a second time there is nothing to do"
    engine.dispose()


def test_a_database_of_a_newer_program_is_left_alone(url):
    engine = make_engine(url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    with pytest.raises(LedgerError, match=r"version 9999.*Install the newer gateway again; nothing was changed"):
        upgrade(engine)
    engine.dispose()


def test_a_second_gateway_on_the_same_folder_is_told_so(tmp_path):
    lock = FolderLock(tmp_path)
    with pytest.raises(LedgerError, match=r"Another gateway \(process \d+\) works on .*GATEWAY_DATA_DIR"):
        FolderLock(tmp_path)
    lock.release()
    FolderLock(tmp_path).release()


def test_the_database_is_as_durable_as_it_can_be(sqlite_url):
    engine = make_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2, "FULL: a commit is on the disk"
    engine.dispose()
