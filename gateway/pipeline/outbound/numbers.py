"""Control numbers: one sequence a partner for interchanges and one for groups, acknowledgments included."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.pipeline.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Numbers:
    """The number of an interchange, and the sequence from which its groups take theirs."""

    partner: str
    interchange: int
    range: tuple[int, int]

    def group(self, uow: UnitOfWork) -> int:
        """Take the next group number."""
        return uow.next_number(f"{self.partner}:group", *self.range)


def next_numbers(uow: UnitOfWork, partner: str, within: tuple[int, int]) -> Numbers:
    """Take the next interchange number for ``partner``."""
    return Numbers(partner, uow.next_number(f"{partner}:interchange", *within), within)
