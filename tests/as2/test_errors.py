"""The disposition of each error is what the standard calls it (RFC 4130 7.4, rfc4130bis); its public sentence never changes."""

import pytest

from gateway.as2 import errors
from gateway.as2.errors import AS2Error

DISPOSITIONS = {
    "AS2Error": "processed/error: unexpected-processing-error",
    "MalformedCMS": "processed/error: unexpected-processing-error",
    "UnsupportedFormat": "failed/failure: unsupported format",
    "UnsupportedMICAlgorithms": "failed/failure: unsupported MIC-algorithms",
    "SenderEqualsReceiver": "failed/failure: sender-equals-receiver",
    "DecryptionFailed": "processed/error: decryption-failed",
    "NotARecipient": "processed/error: decryption-failed",
    "DecompressionFailed": "processed/error: decompression-failed",
    "DecompressionTooLarge": "processed/error: decompression-failed",
    "AuthenticationFailed": "processed/error: authentication-failed",
    "NoSigner": "processed/error: authentication-failed",
    "ForeignSigner": "processed/error: authentication-failed",
    "SignatureInvalid": "processed/error: authentication-failed",
    "IntegrityCheckFailed": "processed/error: integrity-check-failed",
    "InsufficientMessageSecurity": "processed/error: insufficient-message-security",
    "AlgorithmNotAllowed": "processed/error: insufficient-message-security",
    "DuplicateDocument": "processed/warning: duplicate-document",
    "UnknownTradingRelationship": "processed/error: unknown-trading-relationship",
    "InvalidMessageID": "processed/error: invalid-message-id",
    "DuplicateFilename": "processed/error: duplicate-filename",
    "IllegalFilename": "processed/error: illegal-filename",
}


@pytest.mark.parametrize("name", DISPOSITIONS)
def test_every_error_has_its_disposition(name):
    assert getattr(errors, name)().disposition == DISPOSITIONS[name]


@pytest.mark.parametrize("name", DISPOSITIONS)
def test_the_public_sentence_is_the_same_whatever_the_detail(name):
    kind = getattr(errors, name)
    assert kind("the key is 1234").public == kind().public == kind().detail
    assert "1234" not in kind("the key is 1234").public and kind().public.endswith(".")


@pytest.mark.parametrize("name", ["KeyTrouble", "CertificateUnreadable", "PrivateKeyUnreadable", "KeyUnusable"])
def test_trouble_with_our_own_keys_is_no_business_of_the_partner(name):
    assert getattr(errors, name)().public == AS2Error().public


def test_all_failures_of_decryption_read_the_same_outside():
    assert errors.NotARecipient("we hold no such key").public == errors.DecryptionFailed().public


def test_every_error_of_the_message_is_listed_here():
    kinds = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, AS2Error)}
    ours = {"KeyTrouble", "CertificateUnreadable", "PrivateKeyUnreadable", "KeyUnusable"}
    assert set(DISPOSITIONS) <= kinds and {getattr(errors, name)().disposition for name in ours} == {
        AS2Error().disposition
    }
