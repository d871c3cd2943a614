"""Loads partner files and shows every mistake at once, with file, line and what to do. Opens no file: texts come in.

A file with mistakes is not left aside: what can be read of it is checked on, so that one round of corrections is enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gateway import located
from gateway.errors import ConfigurationError, Problem
from gateway.located import Located
from gateway.trading import clashes, pinning
from gateway.trading.agreement import Agreement, AgreementText, Terms, settle
from gateway.trading.directory import Directory, Partner
from gateway.trading.partner import OwnText, PartnerText

OWN_FILE = "partners/own.yaml"

NOTHING: Mapping[str, bytes] = MappingProxyType({})

Text = TypeVar("Text", bound=BaseModel)


@dataclass(slots=True)
class Survey:
    """What the partner files say, mistakes included. ``agreements`` are those that could be understood, of broken files too."""

    directory: Directory = field(default_factory=Directory)
    problems: list[Problem] = field(default_factory=list)
    agreements: list[tuple[Located, Agreement]] = field(default_factory=list)


def load_directory(files: Mapping[str, str], certificates: Mapping[str, bytes] = NOTHING) -> Directory:
    """Make the directory from partner files: path (such as ``partners/acme.yaml``) -> text.

    ``certificates`` are the files below certs/ by their paths. Raises ConfigurationError with every mistake of every file.
    """
    found = survey(files, certificates)
    if found.problems:
        raise ConfigurationError(found.problems)
    return found.directory


def survey(files: Mapping[str, str], certificates: Mapping[str, bytes] = NOTHING) -> Survey:
    """Read partner files, and name every mistake of every file."""
    found = Survey()
    own_file: Located | None = None
    others: list[Located] = []
    for path, text in sorted(files.items()):
        try:
            data = located.read(text, path, found.problems)
        except ConfigurationError as error:
            found.problems += error.problems
            continue
        if path == OWN_FILE:
            own_file = data
        else:
            others.append(data)
    own = _read(OwnText, own_file, found.problems) if own_file is not None else None
    ours = pinning.pin_own(own_file, certificates) if own_file is not None else pinning.Pins()
    found.problems += ours.problems
    shared = _terms(own_file)
    partners = []
    for data in others:
        whole = _read(PartnerText, data, found.problems)
        agreements = _settled(data, shared)
        found.agreements += [(data, agreement) for agreement in agreements]
        theirs = pinning.pin_partner(data, certificates)
        found.problems += [*clashes.within(data, agreements), *theirs.problems, *pinning.fits(data, own_file)]
        if whole is not None:
            by_key = {(agreement.document, agreement.direction): agreement for agreement in agreements}
            partners.append(Partner(_inheriting(whole, shared), by_key, data, theirs.pinned))
    found.problems += clashes.across(others, own_file)
    if others and OWN_FILE not in files:
        advice = "write it: name, and identities with qualifier and id"
        found.problems.append(Problem(OWN_FILE, 1, "", "the file is missing, so nobody knows who we are", advice))
    found.problems.sort(key=lambda problem: (problem.file, problem.line))
    if not found.problems:
        found.directory = Directory.of(own, partners, ours.pinned)
    return found


def _read(model: type[Text], data: Located, problems: list[Problem]) -> Text | None:
    """Read a whole file; None when it has mistakes, which are added to ``problems``."""
    try:
        return model.model_validate({} if data.data is None else data.data)
    except ValidationError as error:
        problems += data.problems(error, model)
        return None


def _terms(data: Located | None) -> Terms | None:
    """Return the ``defaults`` of a file; None where there are none, or none that can be understood."""
    said: Any = data.data.get("defaults") if data is not None and isinstance(data.data, dict) else None
    try:
        return None if said is None else Terms.model_validate(said)
    except ValidationError:
        return None  # Its mistakes are named where the whole file is read.


def _inheriting(text: PartnerText, shared: Terms | None) -> PartnerText:
    """Lay the partner's defaults over ours: they hold for envelopes, which are judged before any agreement is known."""
    if shared is None:
        return text
    said = dict(shared) | {name: value for name, value in text.defaults or () if value is not None}
    return text.model_copy(update={"defaults": Terms.model_construct(**said)})


def _settled(data: Located, shared: Terms | None) -> list[Agreement]:
    """Settle each agreement of a file that can be understood by itself."""
    defaults = _terms(data)
    made = []
    numbers: tuple[int, int] | None = None
    for index, item in clashes.entries(data, "agreements"):
        try:
            text = AgreementText.model_validate(item)
        except ValidationError:
            continue  # Likewise.
        agreement = settle(str(data.data.get("partner", "")), index, text, defaults, shared)
        if text.control_numbers is not None:
            numbers = numbers or agreement.control_numbers
        made.append(agreement)
    # A partner has one sequence of numbers, so a range that one agreement names holds for all; a second one is a clash.
    return made if numbers is None else [_with_numbers(agreement, numbers, data) for agreement in made]


def _with_numbers(agreement: Agreement, numbers: tuple[int, int], data: Located) -> Agreement:
    said = data.data["agreements"][agreement.index].get("control_numbers")
    return agreement if said is not None else replace(agreement, control_numbers=numbers)
