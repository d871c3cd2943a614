"""The end of a certificate is told in time, and nothing is stopped by it."""

from datetime import timedelta

import pytest

from gateway.trading.expiry import THRESHOLDS, expiring, warnings
from gateway.trading.loader import load_directory
from tests.support.certificates import DAY, NOW, certificate, pem
from tests.trading.test_as2 import ACME, OURS, OWN, THEIRS


def _directory(ours=365, theirs=365, acme=ACME, own=OWN):
    files = {OURS: pem(certificate("ours", end=ours)), THEIRS: pem(certificate("acme", end=theirs))}
    return load_directory({"partners/own.yaml": own, "partners/acme.yaml": acme}, files)


@pytest.mark.parametrize(
    ("days", "threshold"), [(61, None), (59, 60), (30, 60), (29, 30), (7, 30), (6, 7), (0, 7), (-1, 0), (-9, 0)]
)
def test_each_threshold_is_reached_once(days, threshold):
    found = expiring(_directory(ours=days), NOW + timedelta(seconds=1) if days < 0 else NOW)
    assert [each.threshold for each in found] == ([] if threshold is None else [threshold])
    assert threshold is None or threshold in THRESHOLDS


def test_the_words_say_whose_which_when_and_what_to_do():
    theirs, ours = expiring(_directory(ours=20, theirs=-3), NOW)
    assert theirs.words == "acme's certificate certs/partners/acme/main.pem (sign, encrypt) has expired on 2026-11-18"
    assert theirs.next_action == "ask acme for the next one, then: gateway cert import acme FILE"
    assert ours.words == "our key main (sign, encrypt) expires on 2026-12-11, in 20 days"
    assert ours.next_action.endswith("then: gateway cert rollover own")


@pytest.mark.parametrize("state", ["retiring", "revoked"])
def test_what_is_on_its_way_out_may_end(state):
    extra = f"      - {{file: {THEIRS}, state: {state}}}\n"
    acme = ACME.replace("    send:", extra + "    send:").replace(THEIRS + "}\n", THEIRS + "}\n", 1)
    found = expiring(_directory(theirs=5, acme=acme), NOW)
    assert len(found) == 1, "only the entry that is active"


def test_the_check_warns_of_dates_and_of_what_is_odd():
    own = OWN.replace("{name: main}", "{name: main, use: [sign, encrypt, tls]}")
    told = list(warnings(_directory(theirs=5, own=own), NOW))
    assert told == [
        "our key main serves TLS as well as messages; the standard asks for two; look at it with: gateway cert list",
        "acme's certificate certs/partners/acme/main.pem (sign, encrypt) expires on 2026-11-26, in 5 days;"
        " ask acme for the next one, then: gateway cert import acme FILE",
    ]
    assert list(warnings(_directory(), NOW)) == []
    future = list(warnings(_directory(), NOW - 20 * DAY))
    assert [each.partition("; ")[0] for each in future] == [
        "our key main is not valid before 2026-11-11",
        "acme: the certificate certs/partners/acme/main.pem is not valid before 2026-11-11",
    ]
