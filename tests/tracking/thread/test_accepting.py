"""A change that orders what the partner proposed: it agrees from then on, and tolerances still count from the first wish."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.tracking.thread.committing import ACCEPTS
from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.fold import fold
from gateway.tracking.thread.statement import Kind, Reply
from gateway.tracking.thread.states import LineState
from gateway.tracking.thread.tolerance import Judging, Terms, Tolerance
from tests.tracking.thread.saying import DUE, Saying, line

LOOSE = Terms(Judging(Tolerance(quantity_under=Decimal(5), price_percent=Decimal(2), days_late=2, days_early=2)))

proposals = st.lists(
    st.tuples(st.integers(-5, 5), st.sampled_from([90, 96, 98, 100]), st.sampled_from(["9.7", "9.9", "10", "10.1"])),
    min_size=1,
    max_size=6,
)


@given(proposals)
def test_however_often_proposals_are_accepted_what_is_noted_is_never_farther_from_the_first_wish_than_agreed(made):
    say = Saying()
    told = say.order()
    for days, quantity, price in made:
        on = DUE + timedelta(days=days)
        answer = say(Kind.ACKNOWLEDGED, line("1", quantity, price=price, on=on, reply=Reply.CHANGED))
        told.append(answer)
        thread = fold(told, LOOSE)
        if any(each.check in (Check.COPY, Check.CROSSED) for each in thread.judged[answer.id]):
            assert thread.lines["1"].wish == fold(told[:-1], LOOSE).lines["1"].wish
            told.pop()  # The same words once more, and an answer to what was ordered before, are no proposals.
            continue
        accepted = thread.lines["1"].wish
        same = (quantity, Decimal(price), on) == (accepted.quantity, accepted.price, accepted.wanted_on)
        near = abs(days) <= 2 and quantity >= 95 and Decimal("9.8") <= Decimal(price) <= Decimal("10.2")
        if same:
            assert thread.verdict(answer.id) == Verdict.CLEAN
        elif near:
            assert thread.verdict(answer.id) in (Verdict.NOTED, Verdict.CLEAN)
        if thread.verdict(answer.id) == Verdict.NOTED:
            assert near
            change = line("1", quantity, price=price, on=on, reply=Reply.CHANGED)
            told.append(say(Kind.CHANGED, change, **{ACCEPTS: answer.id}))
            line_now = fold(told, LOOSE).lines["1"]
            assert line_now.state == LineState.REVISED
            assert (line_now.ordered, line_now.price, line_now.wish.wanted_on) == (quantity, Decimal(price), on)
            assert (line_now.asked.quantity, line_now.asked.wanted_on) == (100, DUE)


def test_a_change_of_the_buyer_itself_is_the_new_measure():
    say = Saying()
    later, latest = DUE + timedelta(days=2), DUE + timedelta(days=4)
    told = [*say.order(), say(Kind.CHANGED, line("1", 100, on=later, reply=Reply.CHANGED))]
    answer = say(Kind.ACKNOWLEDGED, line("1", 100, on=latest, reply=Reply.CHANGED))
    assert fold([*told, answer], LOOSE).verdict(answer.id) == Verdict.NOTED
