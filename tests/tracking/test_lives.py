"""Lives are tables; what stands in no row may not happen."""

import pytest

from gateway.errors import LifecycleError
from gateway.tracking.case import CAUSES
from gateway.tracking.case_actions import ACTIONS, Action
from gateway.tracking.document import DOCUMENT_LIFE, DocumentEvent, DocumentState
from gateway.tracking.promise import PROMISE_LIFE, PromiseEvent, PromiseState
from gateway.tracking.receipt import CONFIRMED, RECEIPT_LIFE, ReceiptEvent, ReceiptState
from gateway.tracking.reconciliation import REPAIR_LIFE, RepairEvent, RepairState
from gateway.tracking.thread.states import LINE_LIFE, LineState, Trigger
from gateway.tracking.transmission import TRANSMISSION_LIFE, TransmissionEvent, TransmissionState

LIVES = [
    (
        DOCUMENT_LIFE,
        DocumentState,
        DocumentEvent,
        {DocumentState.RECEIVED, DocumentState.ACCEPTED, DocumentState.DUPLICATE},
    ),
    (TRANSMISSION_LIFE, TransmissionState, TransmissionEvent, {TransmissionState.RECEIVED, TransmissionState.WAITING}),
    (LINE_LIFE, LineState, Trigger, {LineState.UNKNOWN}),
    (PROMISE_LIFE, PromiseState, PromiseEvent, {PromiseState.WAITING}),
    (REPAIR_LIFE, RepairState, RepairEvent, {RepairState.PROPOSED}),
    (
        RECEIPT_LIFE,
        ReceiptState,
        ReceiptEvent,
        {ReceiptState.WAITING, ReceiptState.OWED, ReceiptState.GIVEN, ReceiptState.NOT_ASKED},
    ),
]
IDS = [life.name for life, *_ in LIVES]


@pytest.mark.parametrize(("life", "states", "events", "first"), LIVES, ids=IDS)
def test_every_state_is_reached_and_every_event_happens(life, states, events, first):
    assert {row.to for row in life.rows} | first == set(states)
    assert {row.event for row in life.rows} == set(events)


@pytest.mark.parametrize(("life", "states", "events", "first"), LIVES, ids=IDS)
def test_no_event_leads_from_one_state_to_two(life, states, events, first):
    seen = [(state, row.event) for row in life.rows for state in row.states]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(("life", "states", "events", "first"), LIVES, ids=IDS)
def test_what_may_not_happen_says_what_may(life, states, events, first):
    refused = 0
    for state in states:
        for event in events:
            if life.allows(state, event):
                assert life.after(state, event) in set(states)
            else:
                refused += 1
                with pytest.raises(
                    LifecycleError, match=f"{life.name} that is {state} can't be {event}; what may happen now: "
                ):
                    life.after(state, event)
    assert refused


def test_a_delivered_document_is_never_delivered_again_by_itself():
    assert not DOCUMENT_LIFE.allows(DocumentState.DELIVERED, DocumentEvent.DELIVER)
    assert DOCUMENT_LIFE.after(DocumentState.PARKED, DocumentEvent.DELIVER) == DocumentState.DELIVERED


@pytest.mark.parametrize("doubtful", [ReceiptState.UNSIGNED, ReceiptState.MIC_MISSING, ReceiptState.MIC_DIFFERS])
def test_an_answer_that_proves_nothing_is_no_delivery_and_shuts_out_no_true_one(doubtful):
    assert doubtful not in CONFIRMED
    assert RECEIPT_LIFE.after(doubtful, ReceiptEvent.CONFIRM) == ReceiptState.DELIVERED


def test_a_receipt_after_its_time_is_a_delivery_and_stays_late():
    state = ReceiptState.WAITING
    for event in (ReceiptEvent.EXPIRE, ReceiptEvent.CONFIRM):
        state = RECEIPT_LIFE.after(state, event)
    assert state == ReceiptState.LATE
    assert state in CONFIRMED


@pytest.mark.parametrize("state", sorted(CONFIRMED))
def test_what_a_partner_has_confirmed_can_not_be_taken_back(state):
    assert not [event for event in ReceiptEvent if RECEIPT_LIFE.allows(state, event)]


def test_every_cause_says_what_may_be_done_and_each_case_may_be_closed():
    assert set(ACTIONS) == set(CAUSES)
    assert all(Action.CLOSE in actions for actions in ACTIONS.values())
    for cause, row in CAUSES.items():
        if row.next_action.endswith("gateway replay ID"):
            assert Action.REPLAY in ACTIONS[cause], cause


def test_causes_are_known_by_their_code_and_begin_with_what_to_do():
    for code, row in CAUSES.items():
        assert row.code == code
        verb = row.next_action.split()[0]
        assert verb in {"add", "ask", "bring", "compare", "correct", "look", "read", "wait"}, (
            f"begin with what to do: {row}"
        )
