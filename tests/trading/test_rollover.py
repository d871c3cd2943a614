"""A change of certificate goes pending, active, retiring, gone; one step at a time, and both sides stay able to talk."""

import pytest

from gateway.trading.certificates import Place, believed, chosen
from gateway.trading.rollover import NothingToRoll, Step, next_steps
from tests.support.certificates import NOW
from tests.trading.test_certificates import _pinned


def test_what_is_pending_becomes_active_and_what_was_active_retires():
    old, new = _pinned("now"), _pinned("new", "pending")
    assert next_steps([old, new]) == [Step(1, "certs/new.pem", "active"), Step(0, "certs/now.pem", "retiring")]


def test_when_nothing_is_pending_what_retires_is_removed():
    assert next_steps([_pinned("now"), _pinned("old", "retiring")]) == [Step(1, "certs/old.pem", "removed")]


def test_other_uses_are_left_alone():
    signs, encrypts = _pinned("now", use=("sign",)), _pinned("newer", use=("encrypt",))
    new = _pinned("new", "pending", use=("sign",))
    assert next_steps([signs, encrypts, new]) == [
        Step(2, "certs/new.pem", "active"),
        Step(0, "certs/now.pem", "retiring"),
    ]


def test_a_step_that_would_leave_a_use_without_certificate_is_not_taken():
    both, new = _pinned("now", use=("sign", "encrypt")), _pinned("new", "pending", use=("sign",))
    with pytest.raises(NothingToRoll, match=r"certs/now\.pem is active for encrypt too.* Add one for that"):
        next_steps([both, new])


def test_without_a_change_under_way_there_is_no_step():
    for pinned in ([], [_pinned("now")], [_pinned("now"), _pinned("stolen", "revoked")]):
        with pytest.raises(NothingToRoll):
            next_steps(pinned)


@pytest.mark.parametrize("place", list(Place))
def test_throughout_a_change_both_certificates_are_believed_and_one_is_used(place):
    for old, new, used in (("active", "pending", "now"), ("retiring", "active", "new")):
        pinned = [_pinned("now", old), _pinned("new", new)]
        assert len(believed(place, pinned, NOW)) == 2
        assert chosen(place, pinned, NOW).certificate.subject == f"CN={used}"
