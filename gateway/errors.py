"""Every error of the house, as one tree.

An error is an exception: the code stops. A wrong document is not an error but a list of faults (`gateway.x12.faults`).
Each class carries the code that it puts on the wire; its docstring is the default message and says what to do next.

    GatewayError
    |- ConfigurationError          every problem of the files at once
    |- X12Error                    the bytes cannot be read as X12 at all
    |- TranslationError            profile, path, segment position and value
    |- NotAllowed                  somebody knocks where they don't belong
    |- NotFound                    what was asked for is not here
    |- Conflict                    the same key with another content
    |- TooLarge                    over a bound
    |- Purged                      the bytes were deleted after their time
    |- LifecycleError              the event may not happen in this state
    |- DeliveryError
    |  |- PartnerUnreachable       (retried)   |- ErpUnavailable  (retried)
    |  |- PartnerRefused           (parked)    |- ErpRejected     (parked)
    |- LedgerError
       |- LedgerAway, VaultAway    (retried)   |- ConcurrentChange (retried)   |- LeaseLost (dropped)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class GatewayError(Exception):
    """Something went wrong inside the gateway. Find the log line with this tracking id and report it."""

    code: ClassVar[str] = "gateway-error"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or " ".join((type(self).__doc__ or "").split())
        super().__init__(self.detail)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration file: where it stands, what is wrong, what to do."""

    file: str
    line: int
    key: str
    reason: str
    advice: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " + (f"{self.key}: " if self.key else "")
        return place + self.reason + (f"; {self.advice}" if self.advice else "")


class ConfigurationError(GatewayError):
    """The configuration has mistakes. Correct the lines named and check again with: gateway partner check."""

    code = "configuration-invalid"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems) or None)


class X12Error(GatewayError):
    """The bytes are not a readable X12 interchange. Send a file that starts with an ISA segment."""

    code = "x12-unreadable"

    def __init__(self, detail: str | None = None, *, note_code: str = "022", offset: int = 0) -> None:
        super().__init__(detail)
        self.note_code = note_code  # TA105
        self.offset = offset


class TranslationError(GatewayError):
    """The profile cannot carry this value over. Correct the value or the profile line, then replay the document."""

    code = "translation-failed"

    def __init__(
        self,
        detail: str | None = None,
        *,
        profile: str = "",
        path: str = "",
        position: int | None = None,
        value: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.profile, self.path, self.position, self.value = profile, path, position, value


class NotAllowed(GatewayError):
    """This key does not open this door. Send a valid API key in the header: Authorization: Bearer <key>."""

    code = "not-allowed"


class NotFound(GatewayError):
    """There is nothing under this id that you may see. Check the id, or list what there is."""

    code = "not-found"


class Conflict(GatewayError):
    """This key was used before with another content. Use a new key, or send the same bytes again."""

    code = "conflict"


class TooLarge(GatewayError):
    """This is larger than the agreed bound. Split it into several interchanges, or ask for a higher bound."""

    code = "too-large"


class Purged(GatewayError):
    """The bytes were purged after their time; only their proof is left. Get it with: gateway evidence export ID -o proof.zip"""

    code = "purged"


class LifecycleError(GatewayError):
    """This may not happen in the present state. Look at the timeline with: gateway trace ID."""

    code = "lifecycle-forbids"

    def __init__(self, detail: str | None = None, *, subject: str = "", state: str = "", event: str = "") -> None:
        super().__init__(detail)
        self.subject, self.state, self.event = subject, state, event


class DeliveryError(GatewayError):
    """The document could not be handed over. It stays in the ledger and can be replayed."""

    code = "delivery-failed"


class PartnerUnreachable(DeliveryError):
    """The partner's side did not answer. It is tried again by itself."""

    code = "partner-unreachable"
    retryable = True


class PartnerRefused(DeliveryError):
    """The partner's side refused the transmission. Read its answer, correct the cause, then replay."""

    code = "partner-refused"


class ErpUnavailable(DeliveryError):
    """The ERP did not answer. It is tried again by itself."""

    code = "erp-unavailable"
    retryable = True


class ErpRests(ErpUnavailable):
    """The ERP asked not to be called for a while. It is tried again after that."""

    code = "erp-rests"

    def __init__(self, detail: str, seconds: float) -> None:
        super().__init__(detail)
        self.seconds = seconds


class ErpRejected(DeliveryError):
    """The ERP refused the message. Correct the cause in the ERP or in the document, then replay."""

    code = "erp-rejected"


class LedgerError(GatewayError):
    """The ledger could not be read or written. Check the database, then start again: nothing accepted is lost."""

    code = "ledger-failed"


class LedgerAway(LedgerError):
    """The database does not answer. Start it, or correct GATEWAY_DATABASE_URL; it is tried again, and nothing is lost."""

    code = "ledger-away"
    retryable = True


class VaultAway(LedgerAway):
    """The bucket of the vault does not answer. Check it and GATEWAY_VAULT; it is tried again, and nothing is lost."""

    code = "vault-away"


class ConcurrentChange(LedgerError):
    """Another worker changed the same record. It is tried again by itself."""

    code = "concurrent-change"
    retryable = True


class LeaseLost(LedgerError):
    """Another worker took this step over. Its outcome counts; this one is dropped."""

    code = "lease-lost"
