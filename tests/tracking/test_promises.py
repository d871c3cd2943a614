"""Promises and the numbers of interchanges, without any ledger."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tracking.numbering import LAST, follow, read_number
from gateway.tracking.promise import OPEN, PROMISE_LIFE, Promise, PromiseEvent, PromiseState, next_action

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@given(st.lists(st.sampled_from(list(PromiseEvent)), max_size=12))
def test_a_promise_that_was_kept_is_never_broken_again_unless_what_kept_it_is_taken_back(events):
    state, kept = PromiseState.WAITING, False
    for event in events:
        if PROMISE_LIFE.allows(state, event):
            state = PROMISE_LIFE.after(state, event)
            kept = kept and event != PromiseEvent.REOPEN
        kept = kept or state in (PromiseState.KEPT, PromiseState.LATE)
        assert not (kept and state in OPEN)


def test_what_is_kept_after_its_time_is_late_and_not_kept():
    state = PROMISE_LIFE.after(PromiseState.WAITING, PromiseEvent.EXPIRE)
    assert state == PromiseState.BROKEN
    assert PROMISE_LIFE.after(state, PromiseEvent.KEEP) == PromiseState.LATE


@pytest.mark.parametrize(
    ("state", "more", "words"),
    [
        ("waiting", {}, "wait; when nothing came by 2026-11-21 09:00 UTC, a case is opened"),
        ("waiting", {"resends_left": 1}, "wait; when nothing came by 2026-11-21 09:00 UTC, it is sent again"),
        ("broken", {}, "ask the partner for it"),
        ("broken", {"owed_by": "us"}, "look in the ERP why it was not sent, and send it"),
        (
            "broken",
            {"escalates_at": NOW + timedelta(hours=3)},
            "ask the partner for it; after 2026-11-21 11:00 UTC the case",
        ),
        ("kept", {}, "nothing"),
    ],
)
def test_a_promise_says_what_is_done_next(state, more, words):
    made = {"id": "d:855", "subject": "d", "partner": "acme", "what": "855", "owed_by": "partner", "state": state}
    made |= {"made_at": NOW, "due_at": NOW + timedelta(hours=1), "tracking_id": "f" * 32} | more
    assert next_action(Promise(**made), NOW).startswith(words)


@pytest.mark.parametrize(
    ("last", "number", "missing", "backwards", "leaps"),
    [
        (None, 7, [], False, False),
        (7, 8, [], False, False),
        (7, 7, [], False, False),
        (7, 9, [8], False, False),
        (1041, 1044, [1042, 1043], False, False),
        (7, 5000, [], False, True),
        (9, 8, [], True, False),
        (LAST, 1, [], False, False),
        (LAST, 0, [], False, False),
        (LAST, 2, [1], False, False),
        (LAST - 1, 1, [LAST], False, False),
        (LAST - 500, 1, [], False, True),
    ],
)
def test_what_a_number_says_after_the_one_before(last, number, missing, backwards, leaps):
    found = follow(last, number)
    assert (list(found.missing), found.backwards, found.leaps) == (missing, backwards, leaps)


@given(st.permutations(range(1, 30)))
def test_what_was_skipped_and_came_is_all_that_was_skipped(numbers):
    """Whatever the order of arrival, what is missing in the end is nothing between the lowest and the highest."""
    last, missing = None, set()
    for number in numbers:
        found = follow(last, number)
        missing |= set(found.missing)
        missing.discard(number)
        last = found.last
    assert not {each for each in missing if each > numbers[0]}
    assert last == max(numbers)


@pytest.mark.parametrize(("text", "number"), [("000001042", 1042), ("00000104A", None), ("", None), ("1" * 12, None)])
def test_a_control_number_that_is_none_is_not_followed(text, number):
    assert read_number(text) == number
