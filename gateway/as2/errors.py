"""What can be wrong with an AS2 message, as one class each with its disposition. RFC 4130 7.4, RFC 8098 3.2.6, rfc4130bis.

The docstring of a class is what a partner may read in an MDN: it gives nothing away. ``detail`` is for our own people.

    AS2Error                            processed/error: unexpected-processing-error
    |- MalformedCMS                     processed/error: unexpected-processing-error
    |- MalformedMIME                    processed/error: unexpected-processing-error
    |- NotAReceipt                      processed/error: unexpected-processing-error
    |- UnsupportedFormat                failed/failure: unsupported format
    |- UnsupportedMICAlgorithms         failed/failure: unsupported MIC-algorithms
    |- SenderEqualsReceiver             failed/failure: sender-equals-receiver
    |- DecryptionFailed                 processed/error: decryption-failed
    |  |- NotARecipient
    |- DecompressionFailed              processed/error: decompression-failed
    |  |- DecompressionTooLarge
    |- AuthenticationFailed             processed/error: authentication-failed
    |  |- NoSigner  ForeignSigner  SignatureInvalid
    |- IntegrityCheckFailed             processed/error: integrity-check-failed
    |- InsufficientMessageSecurity      processed/error: insufficient-message-security
    |  |- AlgorithmNotAllowed
    |- DuplicateDocument                processed/warning: duplicate-document
    |- UnknownTradingRelationship       processed/error: unknown-trading-relationship
    |- InvalidMessageID                 processed/error: invalid-message-id
    |  |- MessageIDReused
    |- DuplicateFilename  IllegalFilename
    |- KeyTrouble                       what is wrong with keys and certificates of our own making
       |- CertificateUnreadable  PrivateKeyUnreadable  KeyUnusable
"""

from __future__ import annotations

from typing import ClassVar

from gateway.errors import GatewayError


class AS2Error(GatewayError):
    """The message could not be processed. Ask the receiver to look into its log, then send again."""

    code = "as2-error"
    disposition_type: ClassVar[str] = "processed"
    modifier: ClassVar[str] = "error: unexpected-processing-error"
    layers: tuple[str, ...] = ()  # What had been taken off when it failed, outermost first; for our own people.

    @property
    def disposition(self) -> str:
        """Type and modifier as they stand behind the disposition mode of an MDN, such as ``processed/error: ...``."""
        return f"{self.disposition_type}/{self.modifier}"

    @property
    def public(self) -> str:
        """What the partner may read: the general sentence of this class, never the detail."""
        return " ".join((type(self).__doc__ or "").split())


class MalformedCMS(AS2Error):
    """The cryptographic message cannot be read. Check that it arrives whole and unchanged, then send again."""

    code = "as2-malformed-cms"


class MalformedMIME(AS2Error):
    """The parts of the message cannot be told apart. Check its headers and boundaries, then send again."""

    code = "as2-malformed-mime"


class NotAReceipt(AS2Error):
    """This is no receipt that can be read. Send a multipart/report with a message/disposition-notification in it."""

    code = "as2-not-a-receipt"


class UnsupportedFormat(AS2Error):
    """The format of the message is not supported. Send it signed, encrypted or compressed as S/MIME, or plain."""

    code = "as2-unsupported-format"
    disposition_type = "failed"
    modifier = "failure: unsupported format"


class UnsupportedMICAlgorithms(AS2Error):
    """None of the MIC algorithms asked for is supported. Ask for sha-256, sha-384 or sha-512."""

    code = "as2-unsupported-mic-algorithms"
    disposition_type = "failed"
    modifier = "failure: unsupported MIC-algorithms"


class SenderEqualsReceiver(AS2Error):
    """AS2-From and AS2-To are the same. Put the name of the receiver into AS2-To."""

    code = "as2-sender-equals-receiver"
    disposition_type = "failed"
    modifier = "failure: sender-equals-receiver"


class DecryptionFailed(AS2Error):
    """The message could not be decrypted. Check that it is encrypted for our present certificate, then send again."""

    code = "as2-decryption-failed"
    modifier = "error: decryption-failed"


class NotARecipient(DecryptionFailed):
    """The message could not be decrypted. Check that it is encrypted for our present certificate, then send again."""

    code = "as2-not-a-recipient"


class DecompressionFailed(AS2Error):
    """The message could not be decompressed. Check that it is compressed with zlib and arrives whole, then send again."""

    code = "as2-decompression-failed"
    modifier = "error: decompression-failed"


class DecompressionTooLarge(DecompressionFailed):
    """The message grows beyond the agreed bound when decompressed. Split it, or ask for a higher bound."""

    code = "as2-decompression-too-large"


class AuthenticationFailed(AS2Error):
    """The sender could not be authenticated. Check that the certificate you sign with is the one we know, then send again."""

    code = "as2-authentication-failed"
    modifier = "error: authentication-failed"


class NoSigner(AuthenticationFailed):
    """The signature names no signer. Sign the message with the certificate that we know, then send again."""

    code = "as2-no-signer"


class ForeignSigner(AuthenticationFailed):
    """The signer is not one that we know for this sender. Send us the certificate first, or sign with the one we know."""

    code = "as2-foreign-signer"


class SignatureInvalid(AuthenticationFailed):
    """The signature does not fit the certificate that we know. Check the key you sign with, then send again."""

    code = "as2-signature-invalid"


class IntegrityCheckFailed(AS2Error):
    """The content is not the one that was signed. Check that nothing changes it on its way, then send again."""

    code = "as2-integrity-check-failed"
    modifier = "error: integrity-check-failed"


class InsufficientMessageSecurity(AS2Error):
    """The message is less protected than was agreed. Sign and encrypt it as the agreement says, then send again."""

    code = "as2-insufficient-message-security"
    modifier = "error: insufficient-message-security"


class AlgorithmNotAllowed(InsufficientMessageSecurity):
    """The message uses an algorithm that was not agreed. Use AES and SHA-256 or better, then send again."""

    code = "as2-algorithm-not-allowed"


class DuplicateDocument(AS2Error):
    """A document with this content came before, and was not processed again. Nothing needs to be done."""

    code = "as2-duplicate-document"
    modifier = "warning: duplicate-document"


class UnknownTradingRelationship(AS2Error):
    """We have no agreement under these two names. Check AS2-From and AS2-To, capitals included, then send again."""

    code = "as2-unknown-trading-relationship"
    modifier = "error: unknown-trading-relationship"


class InvalidMessageID(AS2Error):
    """The Message-ID cannot be used. Send one of at most 998 characters without spaces."""

    code = "as2-invalid-message-id"
    modifier = "error: invalid-message-id"


class MessageIDReused(InvalidMessageID):
    """Another message came under this Message-ID before. Send this one under a new Message-ID."""

    code = "as2-message-id-reused"


class DuplicateFilename(AS2Error):
    """A file with this name came before. Send the file under another name."""

    code = "as2-duplicate-filename"
    modifier = "error: duplicate-filename"


class IllegalFilename(AS2Error):
    """The file name cannot be used. Send a name without path, of letters, digits, dot, dash and underscore."""

    code = "as2-illegal-filename"
    modifier = "error: illegal-filename"


class KeyTrouble(AS2Error):
    """A key or certificate cannot be used. Look at it with: gateway cert list, and import it anew."""

    code = "as2-key-trouble"

    @property
    def public(self) -> str:
        """What the partner may read: our keys are our own business."""
        return AS2Error().public


class CertificateUnreadable(KeyTrouble):
    """The certificate cannot be read. Import an X.509 certificate as PEM or DER, or a PKCS#7 or PKCS#12 file that holds one."""

    code = "as2-certificate-unreadable"


class PrivateKeyUnreadable(KeyTrouble):
    """The private key cannot be read. Import it as PEM, DER or PKCS#12, and give the passphrase that belongs to it."""

    code = "as2-private-key-unreadable"


class KeyUnusable(KeyTrouble):
    """The key is of a kind that cannot do this. Use an RSA key to encrypt, and an RSA or elliptic curve key to sign."""

    code = "as2-key-unusable"
