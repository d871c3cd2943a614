"""An INSERT of many rows stores what as many of one row would, and in their order."""

import pytest

from gateway.ledger.postgres.batches import batches, several
from tests.ledger.records import event


def test_rows_are_cut_into_few_sizes():
    sql = "INSERT INTO steps (id, step) VALUES ($1::VARCHAR, $2::VARCHAR)"
    assert [size for _sql, size in batches(sql, 45)] == [32, 8, 4, 1]
    assert several(sql, 2) == f"{sql}, ($3::VARCHAR, $4::VARCHAR)"


def test_what_is_done_on_a_conflict_stays_behind_the_rows():
    sql = "INSERT INTO blobs (digest) VALUES ($1) ON CONFLICT (digest) DO UPDATE SET kept_at = excluded.kept_at"
    rows, _values, conflict = several(sql, 2).partition(" ON CONFLICT ")
    assert rows == "INSERT INTO blobs (digest) VALUES ($1), ($2)"
    assert conflict == "(digest) DO UPDATE SET kept_at = excluded.kept_at"


@pytest.mark.parametrize(
    "sql", ["DELETE FROM steps WHERE id = $1", "INSERT INTO a (b) VALUES ($1) ON CONFLICT DO UPDATE SET b = $1"]
)
def test_what_cannot_take_several_rows_is_sent_once_for_each(sql):
    assert list(batches(sql, 3)) == [(sql, 1)] * 3


@pytest.mark.parametrize("count", [1, 2, 31, 45])
async def test_events_get_their_numbers_in_the_order_in_which_they_were_told(on_postgres, count):
    def tell(uow):
        for number in range(count):
            uow.add(event(f"s{number}", number=number, say=["x", None]))

    await on_postgres.tx(tell)

    def look(connection):
        rows = connection.exec_driver_sql("select subject, data from events order by seq")
        return [(subject, data) for subject, data in rows]

    found = await on_postgres.read(look)
    assert [subject for subject, _data in found] == [f"s{number}" for number in range(count)]
    assert found[-1][1] == {"number": count - 1, "say": ["x", None]}
