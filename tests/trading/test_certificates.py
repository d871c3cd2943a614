"""Old and new certificates side by side, in each of the places that AS2 needs one."""

from datetime import date

import pytest

from gateway.as2.cms.certificates import Certificate
from gateway.trading.certificates import PLACES, CertificateMissing, CertificateText, Pinned, Place, believed, chosen
from tests.support.certificates import DAY, NOW, certificate, der

SIX = [place for place in Place if not place.name.startswith("TLS")]
ALL = [place for place in Place if PLACES[place].takes == "all"]
ONE = [place for place in Place if PLACES[place].takes == "one"]


def _pinned(name, state="active", *, use=("sign", "encrypt", "tls"), active_from=None, begin=-10, end=365):
    text = CertificateText(file=f"certs/{name}.pem", state=state, use=use, active_from=active_from)
    return Pinned(text, Certificate(der(certificate(name, "ec", begin, end))))


def _names(found):
    return [each.certificate.subject.removeprefix("CN=") for each in found]


def _one(place, *pinned, now=NOW):
    return _names([chosen(place, pinned, now)])[0]


def test_there_are_six_places_and_each_says_whose_for_what_and_how_many():
    assert {str(place): (PLACES[place].ours, PLACES[place].use, PLACES[place].takes) for place in SIX} == {
        "decrypt in": (True, "encrypt", "all"),
        "verify in": (False, "sign", "all"),
        "sign MDN": (True, "sign", "one"),
        "verify MDN": (False, "sign", "all"),
        "sign out": (True, "sign", "one"),
        "encrypt out": (False, "encrypt", "one"),
    }


@pytest.mark.parametrize("place", ALL)
def test_while_certificates_overlap_both_are_believed(place):
    pinned = [_pinned("new", "pending"), _pinned("old", "retiring"), _pinned("now"), _pinned("stolen", "revoked")]
    assert _names(believed(place, pinned, NOW)) == ["now", "old", "new"]


@pytest.mark.parametrize("place", ONE)
def test_while_certificates_overlap_one_is_used(place):
    new, now, old = _pinned("new", "pending"), _pinned("now"), _pinned("old", "retiring")
    assert _one(place, new, now, old) == "now"
    assert _one(place, new, old) == "old", "one that retires is better than none"
    for none in ([], [new], [_pinned("stolen", "revoked")]):
        with pytest.raises(CertificateMissing, match=r"is active for .*\. Add one with: gateway cert "):
            chosen(place, none, NOW)


@pytest.mark.parametrize("place", list(Place))
def test_a_certificate_serves_for_its_uses_alone(place):
    others = tuple({"sign", "encrypt", "tls"} - {PLACES[place].use})
    assert believed(place, [_pinned("other", use=others)], NOW) == []


def test_a_pending_certificate_becomes_active_on_its_day():
    new, old = _pinned("new", "pending", active_from=date(2026, 11, 22)), _pinned("now")
    assert _one(Place.ENCRYPT_OUT, old, new) == "now"
    assert _one(Place.ENCRYPT_OUT, old, new, now=NOW + DAY) == "new"
    assert _names(believed(Place.VERIFY_IN, [old, new], NOW + DAY)) == ["new", "now"], "the old one is still believed"


def test_what_has_expired_serves_when_there_is_nothing_better():
    expired, future, valid = _pinned("expired", end=-1), _pinned("future", begin=3), _pinned("valid")
    assert _one(Place.SIGN_OUT, expired, future, valid) == "valid"
    assert _one(Place.SIGN_OUT, expired) == "expired"
    assert _names(believed(Place.VERIFY_IN, [expired, valid], NOW)) == ["valid", "expired"]
    assert (expired.is_valid_at(NOW), future.is_valid_at(NOW), valid.is_valid_at(NOW)) == (False, False, True)


def test_of_two_that_are_active_the_newer_one_is_used():
    old, new = _pinned("older", begin=-300), _pinned("newer", begin=-5)
    assert _one(Place.SIGN_OUT, old, new) == _one(Place.SIGN_OUT, new, old) == "newer"
    late = _pinned("old", begin=-200, active_from=date(2026, 11, 20))
    assert _one(Place.SIGN_OUT, new, late) == "old", "the day on which it became active counts"
