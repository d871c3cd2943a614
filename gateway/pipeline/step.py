"""How a step of work can end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from gateway.pipeline.ports import UnitOfWork
from gateway.pipeline.task import Task

Commit: TypeAlias = Callable[[UnitOfWork], list[Task]]


def nothing_more(_uow: UnitOfWork) -> list[Task]:
    """Commit nothing beside the end of the step."""
    return []


@dataclass(slots=True)
class Advance:
    """Done: what ``commit`` writes is committed with the end of this step and the steps that it returns.

    The list that it returns may grow until the end of the transaction (`UnitOfWork.do_last`).
    """

    commit: Commit = nothing_more


@dataclass(slots=True)
class Wait:
    """Not yet: look again at ``until``."""

    until: datetime


@dataclass(slots=True)
class Retry:
    """It failed, and may well work later."""

    detail: str


@dataclass(slots=True)
class Park:
    """A person must decide: a case is opened under ``cause``; ``commit`` is written with it."""

    cause: str
    detail: str
    commit: Commit = nothing_more


Outcome: TypeAlias = Advance | Wait | Retry | Park
