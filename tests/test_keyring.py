"""Private keys lie in the data folder, and are joined with their certificates when they are needed."""

import datetime
import os

import pytest

from gateway.as2.cms import load_certificates
from gateway.as2.errors import PrivateKeyUnreadable
from gateway.keyring import Keyring
from gateway.settings import read_secret
from gateway.trading.certificates import CertificateMissing, CertificateText, OwnKeyText, Pinned, Place
from tests.support.certificates import NOW, certificate, der, key, key_pem


def _pinned(name, **more):
    return Pinned(OwnKeyText(name=name, **more), load_certificates(der(certificate(name)))[0])


def _put(folder, name, content=None, mode=0o600):
    path = folder / "keys" / f"{name}.pem"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(key_pem(key(name)) if content is None else content)
    path.chmod(mode)
    return path


@pytest.fixture
def keyring(tmp_path):
    return Keyring(tmp_path, read_secret)


def test_a_key_is_joined_with_its_certificate(keyring, tmp_path):
    _put(tmp_path, "ours")
    made = keyring.one(Place.SIGN_OUT, [_pinned("ours")], NOW)
    assert made.private_key.private_numbers() == key("ours").private_numbers()
    assert keyring.identity(_pinned("ours")) is made, "it is read once"


def test_a_key_with_a_passphrase_opens_with_it_alone(keyring, tmp_path, monkeypatch):
    _put(tmp_path, "ours", key_pem(key("ours"), b"open sesame"))
    secret = _pinned("ours", passphrase="env:AS2_TEST_PASSPHRASE")
    with pytest.raises(PrivateKeyUnreadable, match="AS2_TEST_PASSPHRASE is not set"):
        keyring.identity(secret)
    monkeypatch.setenv("AS2_TEST_PASSPHRASE", "wrong")
    with pytest.raises(PrivateKeyUnreadable) as caught:
        keyring.identity(secret)
    assert "wrong" not in str(caught.value)
    monkeypatch.setenv("AS2_TEST_PASSPHRASE", "open sesame")
    assert keyring.identity(secret).certificate == secret.certificate


def test_while_keys_overlap_one_that_is_lost_does_not_stop_the_other(keyring, tmp_path):
    _put(tmp_path, "ours")
    both = [_pinned("gone"), _pinned("ours", state="retiring")]
    assert [each.certificate.subject for each in keyring.all(Place.DECRYPT_IN, both, NOW)] == ["CN=ours"]
    with pytest.raises(PrivateKeyUnreadable, match=r"keys/gone\.pem can't be read .*gateway cert new"):
        keyring.one(Place.SIGN_OUT, both, NOW)
    with pytest.raises(CertificateMissing):
        keyring.one(Place.SIGN_OUT, [], NOW)


def test_a_key_that_was_replaced_is_read_anew(keyring, tmp_path):
    path = _put(tmp_path, "ours", b"no key at all")
    with pytest.raises(PrivateKeyUnreadable):
        keyring.identity(_pinned("ours"))
    _put(tmp_path, "ours")
    assert keyring.identity(_pinned("ours"))
    path.write_bytes(key_pem(key("other")))
    later = (NOW + datetime.timedelta(days=1)).timestamp()
    os.utime(path, (later, later))
    with pytest.raises(PrivateKeyUnreadable, match="does not belong to the certificate"):
        keyring.identity(_pinned("ours"))


def test_of_a_partner_we_have_no_key(keyring):
    theirs = Pinned(CertificateText(file="certs/a.pem"), load_certificates(der(certificate("acme")))[0])
    with pytest.raises(PrivateKeyUnreadable, match="certificate of a partner"):
        keyring.identity(theirs)


def test_what_is_wrong_with_keys_is_told_with_what_to_do(keyring, tmp_path):
    path = _put(tmp_path, "ours", mode=0o640)
    found = list(keyring.warnings([_pinned("ours"), _pinned("gone"), _pinned("old", state="revoked")]))
    assert found[0] == f"ours: others may read the private key {path}. Keep it to yourself: chmod 600 {path}"
    assert found[1].startswith(f"gone: The private key {tmp_path / 'keys/gone.pem'} can't be read")
    assert len(found) == 2
