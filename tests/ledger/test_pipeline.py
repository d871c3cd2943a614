"""The pipeline to PostgreSQL: what goes in comes out again, and an error leaves a connection that serves the next one."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ledger.postgres.pipeline import Pipeline

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


class Colour(StrEnum):
    RED = "red"


@pytest.fixture
def connection(on_postgres):
    with on_postgres.engine.connect() as connection:
        yield connection


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(TEXT, st.integers(-(2**63), 2**63 - 1), st.booleans(), TIMES, st.binary(max_size=20), st.lists(TEXT, max_size=4))
def test_what_goes_in_comes_out_again(connection, text, number, truth, time, data, several):
    sql = "SELECT $1::text, $2::bigint, $3::boolean, $4::timestamptz, $5::bytea, $6::text[], $7::text"
    with Pipeline(connection) as pipeline:
        (row,) = pipeline.fetch(sql, [text, number, truth, time, data, several, None])
    assert row == (text, number, truth, time, data, several, None)


def test_days_and_exact_numbers_come_out_again(connection):
    values = [date(2026, 2, 28), Decimal("-1234567890.000100")]
    with Pipeline(connection) as pipeline:
        assert pipeline.fetch("SELECT $1::date, $2::numeric", values) == [tuple(values)]


def test_an_enum_of_strings_is_a_string_and_what_nobody_stores_is_refused(connection):
    with Pipeline(connection) as pipeline:
        assert pipeline.fetch("SELECT $1::text", [Colour.RED]) == [("red",)]
        with pytest.raises(TypeError, match="no value of type complex is stored"):
            pipeline.send("SELECT $1::text", [1j])


def test_an_error_that_nobody_waited_for_is_raised_at_the_end_and_the_connection_goes_on(connection):
    for _turn in range(2):
        with pytest.raises(psycopg.errors.DivisionByZero), Pipeline(connection) as pipeline:
            pipeline.send("SELECT 1 / $1::int", [0])
            pipeline.send("SELECT $1::int + 1", [1])
        with Pipeline(connection) as pipeline:
            assert pipeline.fetch("SELECT $1::int + 1", [1]) == [(2,)]
            assert pipeline.fetch("SELECT 1 / $1::int", [1]) == [(1,)]


def test_an_error_of_an_earlier_statement_is_raised_by_the_next_one_that_wants_rows(connection):
    with pytest.raises(psycopg.errors.UndefinedTable), Pipeline(connection) as pipeline:
        pipeline.send("DELETE FROM nowhere", [])
        pipeline.fetch("SELECT 1", [])
    with Pipeline(connection) as pipeline:
        assert pipeline.fetch("SELECT 1", []) == [(1,)]


def test_what_the_driver_does_on_the_same_connection_forgets_no_statement(connection):
    """After a DROP the driver throws away all prepared statements of the session, as soon as one of them is its own."""
    with Pipeline(connection) as pipeline:
        assert pipeline.fetch("SELECT $1::int", [1]) == [(1,)]
    for _time in range(8):
        connection.exec_driver_sql("select 2")
    connection.exec_driver_sql("create temporary table passing (n int)")
    connection.exec_driver_sql("drop table passing")
    connection.exec_driver_sql("select 2")
    with Pipeline(connection) as pipeline:
        assert pipeline.fetch("SELECT $1::int", [1]) == [(1,)]


def test_more_than_the_network_takes_at_once_blocks_nobody(connection):
    """The server answers meanwhile: it must be heard while we still send."""
    with Pipeline(connection) as pipeline:
        for _piece in range(40):
            pipeline.send("SELECT $1::text", ["x" * 200_000])
        assert pipeline.fetch("SELECT count(*) FROM generate_series(1, 3)", []) == [(3,)]
