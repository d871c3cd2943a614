"""Breakers: when they open, who probes, and that they never stop anybody for good."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.circuit import Circuits, CircuitState
from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.x12 import invoice

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LONG = timedelta(minutes=5)


def opened():
    circuits = Circuits()
    for number in range(5):
        assert circuits.wait_until("erp:main", f"d{number}", NOW) is None
        circuits.failed("erp:main", f"d{number}", NOW)
    return circuits


def test_one_document_that_fails_again_and_again_opens_nothing():
    circuits = Circuits()
    for _ in range(50):
        circuits.failed("erp:main", "poison", NOW)
    assert circuits.wait_until("erp:main", "other", NOW) is None


def test_five_different_ones_in_a_row_open_it_and_only_there():
    circuits = opened()
    assert circuits.wait_until("erp:main", "d6", NOW) == NOW + timedelta(seconds=5)
    assert circuits.wait_until("erp:west", "d6", NOW) is None
    assert circuits.states(NOW) == {"erp:main": CircuitState.OPEN}


def test_a_success_between_them_keeps_it_closed():
    circuits = Circuits()
    for number in range(20):
        circuits.failed("erp:main", f"d{number}", NOW)
        if number % 4 == 3:
            circuits.succeeded("erp:main")
    assert circuits.wait_until("erp:main", "x", NOW) is None


def test_half_open_it_is_probed_by_one_and_closed_by_its_success():
    circuits, later = opened(), NOW + timedelta(seconds=5)
    assert circuits.states(later) == {"erp:main": CircuitState.HALF_OPEN}
    assert circuits.wait_until("erp:main", "probe", later) is None
    assert circuits.wait_until("erp:main", "other", later) == later + timedelta(seconds=5)
    circuits.succeeded("erp:main")
    assert circuits.wait_until("erp:main", "other", later) is None


def test_each_probe_that_fails_opens_it_for_longer_up_to_a_bound():
    circuits, now, waits = opened(), NOW, []
    for number in range(10):
        until = circuits.wait_until("erp:main", "nobody", now)
        waits.append(until - now)
        now = until
        assert circuits.wait_until("erp:main", f"p{number}", now) is None
        circuits.failed("erp:main", f"p{number}", now)
    assert waits[:4] == [timedelta(seconds=each) for each in (5, 10, 20, 40)]
    assert max(waits) == LONG


def test_a_probe_that_fails_is_no_try_of_its_own_and_comes_again_behind_the_others():
    circuits = Circuits()
    assert [circuits.failed("x", subject, NOW) for subject in "abcde"] == [None] * 5, "each of these was a try"
    opens = circuits.wait_until("x", "f", NOW)
    assert circuits.wait_until("x", "f", opens) is None
    again = circuits.failed("x", "f", opens)
    assert again > circuits.wait_until("x", "g", opens) > opens
    assert circuits.failed("x", "late", opens) is None, "it had set out before"
    circuits.succeeded("x")
    assert circuits.failed("x", "f", again) is None


def test_what_set_out_before_it_opened_does_not_count_as_a_probe():
    circuits = opened()
    for number in range(20):
        circuits.failed("erp:main", f"late{number}", NOW)
    assert circuits.wait_until("erp:main", "x", NOW) == NOW + timedelta(seconds=5)


def test_a_probe_that_never_answers_is_replaced():
    circuits, later = opened(), NOW + timedelta(seconds=5)
    assert circuits.wait_until("erp:main", "lost", later) is None
    assert circuits.wait_until("erp:main", "next", later + timedelta(seconds=61)) is None


@given(
    st.lists(st.tuples(st.sampled_from(["ask", "fail", "work"]), st.integers(0, 9), st.integers(0, 90)), max_size=60)
)
def test_nobody_is_told_to_wait_longer_than_the_bound(steps):
    circuits, now = Circuits(), NOW
    for what, subject, seconds in steps:
        now += timedelta(seconds=seconds)
        if what == "fail":
            circuits.failed("x", str(subject), now)
        elif what == "work":
            circuits.succeeded("x")
        until = circuits.wait_until("x", str(subject), now)
        assert until is None or now < until <= now + LONG


def test_a_breaker_that_opened_by_a_clock_that_has_gone_back_since_is_probed_at_once():
    circuits = Circuits()
    for subject in "abcde":
        circuits.failed("x", subject, NOW + timedelta(days=40))
    assert circuits.wait_until("x", "f", NOW + timedelta(days=40)) is not None
    assert circuits.wait_until("x", "f", NOW) is None


async def test_while_the_erp_is_down_documents_wait_without_using_up_their_tries(tmp_path):
    async with gateway(tmp_path, supplier()) as house:
        house.erp.judge = lambda body: 503
        for number in range(1, 41):
            await house.send(invoice(number))
        await house.until(lambda: house.house.world.circuits.states(house.house.world.clock()))
        await house.until(lambda: _rests(house))
        assert len(house.erp.requests) < 40 + 12, "most of them never tried"
        async with house.session.get(f"{house.address}/readyz") as response:
            assert (await response.json())["circuits_open"] == 1
        house.erp.judge = None
        world, plain = house.house.world, house.house.world.clock
        ahead = timedelta(minutes=30)
        object.__setattr__(world, "clock", lambda: plain() + ahead)
        house.house.worker._queue._clock = world.clock
        house.house.worker._queue.look()
        await house.until(lambda: len(house.erp.bodies("invoice")) == 40, 60)
        await house.settle(60)
        assert (await house.get("/api/v1/cases"))["items"] == []
        assert (await house.get("/api/v1/outbox", SUPPLIER_KEY))["items"]


async def _rests(house):
    states = house.house.world.circuits.states(house.house.world.clock())
    return CircuitState.OPEN in states.values() and not house.house.worker.busy


async def test_a_poisoned_document_does_not_block_its_neighbours(tmp_path):
    """One that the ERP can't take, in the midst of others, from the same and from another sender."""
    async with gateway(tmp_path, supplier()) as house:
        house.erp.judge = lambda body: 500 if b'"INV7"' in body else 0
        for number in range(1, 21):
            await house.send(invoice(number))
        await house.until(lambda: len(house.erp.bodies("invoice")) == 19)
        numbers = {body["invoice_number"] for body in house.erp.bodies("invoice")}
        assert numbers == {f"INV{number}" for number in range(1, 21)} - {"INV7"}
        assert house.house.world.circuits.states(house.house.world.clock()).get("erp:main") != CircuitState.OPEN
