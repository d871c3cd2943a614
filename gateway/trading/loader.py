"""Loads partner files and shows every mistake at once, with file, line and what to do. Opens no file: texts come in."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from gateway import located
from gateway.errors import ConfigurationError, Problem
from gateway.located import Located
from gateway.trading.agreement import Agreement, settle
from gateway.trading.directory import Directory, Partner
from gateway.trading.partner import OwnText, PartnerText


def load_directory(files: Mapping[str, str]) -> Directory:
    """Make the directory from partner files: path (such as ``partners/acme.yaml``) -> text.

    Raises ConfigurationError with every mistake of every file.
    """
    problems: list[Problem] = []
    own: OwnText | None = None
    own_file: Located | None = None
    texts: list[tuple[Located, PartnerText]] = []
    for path, text in sorted(files.items()):
        try:
            data = located.read(text, path)
            if path.rpartition("/")[2] == "own.yaml":
                own, own_file = OwnText.model_validate(data.data or {}), data
            else:
                texts.append((data, PartnerText.model_validate(data.data or {})))
        except ValidationError as error:
            problems += data.problems(error)
        except ConfigurationError as error:
            problems += error.problems
    for data, partner in texts:
        problems += _of_one(data, partner)
    problems += _across(texts, own, own_file)
    if problems:
        raise ConfigurationError(problems)
    return Directory.of(own, [_partner(data, partner, own) for data, partner in texts])


def _partner(data: Located, text: PartnerText, own: OwnText | None) -> Partner:
    shared = own.defaults if own is not None else None
    agreements: dict[tuple[str, str], Agreement] = {}
    for index, agreement in enumerate(text.agreements):
        key = (agreement.document, agreement.direction)
        agreements[key] = settle(text.partner, index, agreement, text.defaults, shared)
    return Partner(text, agreements, data)


def _of_one(data: Located, partner: PartnerText) -> list[Problem]:
    """Find mistakes within one file that a schema can't see."""
    found = []
    stem = data.file.rpartition("/")[2].removesuffix(".yaml")
    if partner.partner != stem:
        advice = f"write partner: {stem}, or rename the file to {partner.partner}.yaml"
        found.append(data.problem(("partner",), f"{partner.partner!r} is not the name of the file", advice))
    seen: dict[tuple[str, str], int] = {}
    for index, agreement in enumerate(partner.agreements):
        key = (agreement.document, agreement.direction)
        if key in seen:
            reason = f"{key[0]} {key[1]} is agreed twice (first in agreement {seen[key] + 1})"
            found.append(data.problem(("agreements", index, "document"), reason, "keep one of them"))
        seen.setdefault(key, index)
        numbers = agreement.control_numbers
        if numbers is not None and numbers.last <= numbers.first:
            place = ("agreements", index, "control_numbers")
            found.append(data.problem(place, "last is not above first", "give a range such as first: 1, last: 999999"))
        found += _channel(data, partner, index)
    return found


def _channel(data: Located, partner: PartnerText, index: int) -> list[Problem]:
    """Check that what is sent has a way to go."""
    agreement = partner.agreements[index]
    if agreement.direction != "outbound":
        return []
    transport = agreement.transport or (partner.defaults.transport if partner.defaults else None)
    place = ("agreements", index, "transport")
    channels = partner.channels
    if transport == "folder" and (channels.folder is None or channels.folder.outbound is None):
        return [data.problem(place, "there is no outbound folder", "add channels: {folder: {outbound: PATH}}")]
    if transport == "rest" and channels.rest is None:
        return [data.problem(place, "there is no REST channel", "add channels: {rest: {}}")]
    return []


def _across(texts: list[tuple[Located, PartnerText]], own: OwnText | None, own_file: Located | None) -> list[Problem]:
    """Find ids and keys that two files claim."""
    found = []
    ids: dict[tuple[str, str], str] = {}
    keys: dict[str, str] = {}
    if own is not None and own_file is not None:
        ids.update({identity.key: own_file.file for identity in own.identities})
    for data, partner in texts:
        for index, identity in enumerate(partner.identities):
            other = ids.setdefault(identity.key, data.file)
            if other != data.file:
                reason = f"{identity.qualifier} {identity.id} is in {other} too"
                advice = "an id belongs to one partner; remove it from one of the files"
                found.append(data.problem(("identities", index), reason, advice))
        for index, key in enumerate(partner.api_keys):
            other = keys.setdefault(key.sha256, data.file)
            if other != data.file:
                advice = "make a key of its own with: gateway partner key " + partner.partner
                found.append(data.problem(("api_keys", index), f"this key is in {other} too", advice))
    if texts and own is None and own_file is None:
        advice = "write it: name, and identities with qualifier and id"
        found.append(Problem("partners/own.yaml", 1, "", "the file is missing, so nobody knows who we are", advice))
    return found
