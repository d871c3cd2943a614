"""What ``gateway check --second-opinion`` adds: where pyx12 judges a file otherwise than this gateway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.x12.report import FileReport
from gateway.x12.validator import Judgment


def for_people(found: FileReport) -> Iterator[str]:
    """Yield the lines that say where the two verdicts differ, set by set."""
    from gateway.x12.second_opinion.telling import (
        lines,
        second_look,
    )  # pyx12 takes its time to load: only who asks waits.

    for comparison in second_look(_judgments(found)):
        yield from (f"  {line}" for line in lines(comparison))


def for_programs(found: FileReport) -> dict[str, Any]:
    """Return what the JSON of a file has in addition."""
    from gateway.x12.second_opinion.telling import as_dict, second_look

    return {"second_opinion": [as_dict(comparison) for comparison in second_look(_judgments(found))]}


def _judgments(found: FileReport) -> list[Judgment]:
    return [judgment for each in found.interchanges for judgment in each.documents]
