"""What must be true of documents, in plain Python: no ledger, no steps, only what was done and what follows from it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

WITHIN = timedelta(hours=2)
RESENDS = 1
_GRAVITY = {"accepted": 1, "accepted_with_errors": 2, "rejected": 3}
VERDICTS = {"A": "accepted", "E": "accepted_with_errors", "R": "rejected"}


@dataclass
class Theirs:
    """An invoice of the partner: its state, under which keys the ERP has it, and which cases are open about it.

    ``under_way``: somebody still tries to bring it to the ERP, under ``key``.
    """

    id: str
    number: str
    text: str
    good: bool
    key: str
    state: str = "received"
    under_way: bool = False
    at_erp: set[str] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)

    def arrive(self, mood: str) -> None:
        """It was read and judged: a good one goes to the ERP, a bad one to a person."""
        if self.good:
            self.state, self.under_way = "translated", True
            self.knock(mood)
        else:
            self.state = "rejected"
            self.cases.add("document-rejected")

    def knock(self, mood: str) -> None:
        """The ERP was asked to take it."""
        if mood == "ok":
            self.state, self.under_way = "delivered", False
            self.at_erp.add(self.key)
        elif mood == "refuses":
            self.state, self.under_way = "parked", False
            self.cases.add("erp-rejected")

    def give_up(self) -> None:
        """All the tries that were agreed are used up."""
        self.state, self.under_way = "parked", False
        self.cases.add("delivery-exhausted")

    def replay(self, effect: str, batch: str, mood: str) -> bool:
        """Replay it; return False where the effect must be refused."""
        fits = {
            "continue": self.state in ("parked", "rejected"),
            "recompute": self.state in ("delivered", "translated", "parked"),
            "erp-same-key": self.state == "delivered",
            "erp-new-key": self.state == "delivered",
            "partner": False,
            "acknowledgments": True,
        }
        if not fits[effect]:
            return False
        if effect == "continue":
            self.cases.clear()
            if self.state == "rejected":
                self.arrive(mood)
            else:
                self.under_way = True
                self.knock(mood)
        elif effect in ("erp-same-key", "erp-new-key"):
            self.key = f"{self.id}-{batch}" if effect == "erp-new-key" else self.key
            self.state, self.under_way = "translated", True
            self.knock(mood)
        return True


@dataclass
class Ours:
    """A purchase order of ours that the partner has: what it said of it, and what it owes us."""

    id: str
    number: str
    group: str
    due_at: datetime
    acknowledgment: str = "waiting"
    promise: str = "waiting"
    resends_left: int = RESENDS
    cases: set[str] = field(default_factory=set)

    def answered(self, verdict: str) -> str:
        """The partner's 997 came; return what that one is called itself."""
        state, late = VERDICTS[verdict], self.acknowledgment == "overdue"
        known = self.acknowledgment == state
        if self.acknowledgment == "rejected" or _GRAVITY.get(self.acknowledgment, 0) > _GRAVITY[state]:
            return "duplicate" if known else state
        self.acknowledgment = state
        if self.promise == "broken":
            self.promise = "late"
            self.cases.discard("acknowledgment-overdue")
        elif self.promise == "waiting":
            self.promise = "kept"
        if known:
            return "duplicate"
        if state == "rejected":
            self.cases.add("acknowledgment-rejected")
            return state
        return "late" if late else state

    def look(self, now: datetime) -> None:
        """Its time may be over: it goes out once more, or a person is told."""
        if self.promise != "waiting" or self.due_at > now:
            return
        if self.resends_left:
            self.resends_left, self.due_at = self.resends_left - 1, now + WITHIN
        else:
            self.promise, self.acknowledgment = "broken", "overdue"
            self.cases.add("acknowledgment-overdue")

    def send_again(self, now: datetime) -> None:
        """A person sent it once more: what did not come is owed anew."""
        self.cases.clear()
        if self.acknowledgment == "overdue":
            self.acknowledgment = "waiting"
        if self.promise == "broken":
            self.promise, self.resends_left = "waiting", RESENDS
        if self.promise == "waiting":
            self.due_at = now + WITHIN
