"""What no schema sees: things that two agreements, or two files, claim at the same time.

It works on the files as they stand rather than on what was made of them, so that a mistake elsewhere in a file hides none here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.errors import Problem
from gateway.located import Located, Path, dotted
from gateway.tracking.promise import ABOUT_DOCUMENT, ACKNOWLEDGMENT, CONFIRMATION
from gateway.trading.agreement import Agreement


def entries(data: Located, *path: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the mappings of the list at ``path`` with their places; what is none is left out."""
    found = _at(data, *path)
    return (
        [(index, item) for index, item in enumerate(found) if isinstance(item, dict)] if isinstance(found, list) else []
    )


def within(data: Located, agreements: list[Agreement]) -> list[Problem]:
    """Find mistakes within the file of one partner; ``agreements`` are those of it that could be settled."""
    return [
        *_names(data),
        *_agreed_twice(data),
        *_promised(data),
        *(problem for agreement in agreements for problem in _channel(data, agreement)),
        *(problem for agreement in agreements for problem in _marks(data, agreement)),
        *(problem for agreement in agreements for problem in _answered(data, agreement)),
        *_ranges(data, agreements),
    ]


def across(files: list[Located], own: Located | None) -> list[Problem]:
    """Find what two files claim: names, ids, keys and folders."""
    found = []
    seen: dict[tuple[str, ...], str] = {}
    for data in ([own] if own is not None else []) + files:
        for claim in _claims(data, is_own=data is own):
            here = f"{data.file}: {dotted(claim.place)}"
            first = seen.setdefault(claim.key, here)
            if first != here:
                found.append(data.problem(claim.place, f"{claim.words} stands in {first} too", claim.advice))
    return found


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a file claims for itself alone, where, and what to do when another one claims it too."""

    key: tuple[str, ...]
    words: str
    place: Path
    advice: str


def _at(data: Located, *path: str) -> Any:
    """Return what stands at ``path``, or None."""
    found = data.data
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _word(item: dict[str, Any], key: str) -> str:
    """Return the text at a key; nothing where something else stands, which is named where the whole file is read."""
    found = item.get(key)
    return found if isinstance(found, str) else ""


def _names(data: Located) -> Iterator[Problem]:
    name, stem = _at(data, "partner"), data.file.rpartition("/")[2].removesuffix(".yaml")
    if isinstance(name, str) and name != stem:
        yield data.problem(
            ("partner",), f"{name!r} is not the name of the file", f"write partner: {stem}, or rename the file"
        )


def _agreed_twice(data: Located) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for index, item in entries(data, "agreements"):
        key = (_word(item, "document"), _word(item, "direction"))
        if all(key) and seen.setdefault(key, index) != index:
            reason = f"{key[0]} {key[1]} is agreed twice (first in agreement {seen[key] + 1})"
            yield data.problem(("agreements", index, "document"), reason, "keep one of them")


def _promised(data: Located) -> Iterator[Problem]:
    """Check that what is promised for a document can come: it flows the other way, under an agreement of its own."""
    agreed = {(_word(item, "document"), _word(item, "direction")) for _, item in entries(data, "agreements")}
    for index, item in entries(data, "agreements"):
        back = {"inbound": "outbound", "outbound": "inbound"}.get(_word(item, "direction"))
        promises = item.get("promises")
        for document in promises if isinstance(promises, dict) else ():
            if document in ABOUT_DOCUMENT:
                yield from _promised_about(data, index, document, _word(item, "direction"))
            elif back is not None and (document, back) not in agreed:
                reason = f"{document} {back} is promised, and there is no agreement for it"
                place = ("agreements", index, "promises", document)
                yield data.problem(place, reason, "add the agreement, or take the promise away")


def _promised_about(data: Located, index: int, what: str, direction: str) -> Iterator[Problem]:
    """Check that who owes something about a document is who can owe it: we for what comes in, the partner for what we send."""
    ours = what in (ACKNOWLEDGMENT, CONFIRMATION)
    if direction == ("outbound" if ours else "inbound"):
        reason = f"{what} is promised for what {'we send' if ours else 'comes in'}, and nobody owes it there"
        advice = "set acknowledgment.within for what the partner owes" if what == ACKNOWLEDGMENT else "take it away"
        yield data.problem(("agreements", index, "promises", what), reason, advice)


def _answered(data: Located, agreement: Agreement) -> Iterator[Problem]:
    """Check that what answers an invoice or acknowledgment that does not match can go out."""
    agreed = {(_word(item, "document"), _word(item, "direction")) for _, item in entries(data, "agreements")}
    for document, answer in (("810", "812"), ("855", "860")):
        bought = (agreement.document, agreement.direction, agreement.role) == (document, "inbound", "buyer")
        if bought and answer in agreement.match.answer and (answer, "outbound") not in agreed:
            place = ("agreements", agreement.index, "match", "answer")
            reason = f"an {answer} answers what does not match, and there is no agreement for it"
            yield data.problem(
                place, reason, f"add one with document: '{answer}', direction: outbound, role: buyer; or take it away"
            )


def _channel(data: Located, agreement: Agreement) -> Iterator[Problem]:
    """Check that what is sent has a way to go."""
    place = ("agreements", agreement.index, "transport")
    if agreement.direction != "outbound":
        return
    if agreement.transport == "folder" and not _at(data, "channels", "folder", "outbound"):
        yield data.problem(place, "there is no outbound folder", "add channels: {folder: {outbound: PATH}}")
    if agreement.transport == "as2" and not _at(data, "channels", "as2", "send", "url"):
        yield data.problem(place, "there is no address for AS2", "add channels: {as2: {send: {url: https://...}}}")
    if agreement.transport == "sftp" and not (_at(data, "channels", "sftp", "account") or _deliver(data)):
        advice = "add channels: {sftp: {account: {keys: [...]}}}, or sftp: {server: {deliver: {folder: PATH}}}"
        yield data.problem(place, "there is neither a mailbox nor a folder for SFTP", advice)
    if agreement.transport == "rest" and _at(data, "channels", "rest") is None:
        yield data.problem(place, "there is no REST channel", "add channels: {rest: {}}")


def _deliver(data: Located) -> Any:
    return _at(data, "channels", "sftp", "server", "deliver")


def _marks(data: Located, agreement: Agreement) -> Iterator[Problem]:
    style = agreement.style
    marks = [mark for mark in style.delimiters.all() if mark]
    place = ("agreements", agreement.index, "delimiters")
    if len(set(marks)) < len(marks):
        yield data.problem(
            place, f"two delimiters are the same: {' '.join(map(repr, marks))}", "let each be another mark"
        )
    if style.replacement and style.replacement in marks:
        place = ("agreements", agreement.index, "replacement")
        yield data.problem(place, f"{style.replacement!r} is a delimiter too", "take another character")


def _ranges(data: Located, agreements: list[Agreement]) -> Iterator[Problem]:
    """A partner has one sequence of numbers: two ranges would throw each other back, and numbers would come twice."""
    said = {index for index, item in entries(data, "agreements") if item.get("control_numbers") is not None}
    ranges = [agreement for agreement in agreements if agreement.index in said]
    for agreement in ranges[1:]:
        first = ranges[0]
        if agreement.control_numbers != first.control_numbers:
            theirs, ours = ("..".join(map(str, each.control_numbers)) for each in (first, agreement))
            reason = f"{ours} differs from {theirs} of agreement {first.index + 1}, and a partner has one sequence"
            place = ("agreements", agreement.index, "control_numbers")
            yield data.problem(place, reason, "write one range under defaults")


def _claims(data: Located, *, is_own: bool) -> Iterator[_Claim]:
    if not is_own:
        name = data.file.rpartition("/")[2].removesuffix(".yaml")
        advice = "rename one of the files: a partner has one"
        yield _Claim(("partner", name), f"a partner {name}", ("partner",), advice)
    for index, identity in entries(data, "identities"):
        qualifier, number = _word(identity, "qualifier"), _word(identity, "id").strip()
        if qualifier and number:
            advice = "an id belongs to one partner; remove one of the two"
            yield _Claim(("id", qualifier, number), f"{qualifier} {number}", ("identities", index), advice)
    where = ("as2", "names") if is_own else ("channels", "as2", "names")
    names = _at(data, *where)
    for index, name in enumerate(names if isinstance(names, list) else []):
        if isinstance(name, str):
            advice = "an AS2 name belongs to one partner; remove one of the two"
            yield _Claim(("as2", name), f"the AS2 name {name}", (*where, index), advice)
    account = _at(data, "channels", "sftp", "account")
    if isinstance(account, dict):
        user = _word(account, "user") or str(_at(data, "partner"))
        advice = "give each partner a user name of its own"
        yield _Claim(("sftp", user), f"the SFTP user {user}", ("channels", "sftp", "account"), advice)
    for index, item in entries(data, "api_keys"):
        if _word(item, "sha256"):
            advice = f"make a key of its own with: gateway partner key {_at(data, 'partner')}"
            yield _Claim(("key", _word(item, "sha256")), "this key", ("api_keys", index), advice)
    for direction in ("inbound", "outbound"):
        folder = _at(data, "channels", "folder", direction)
        if isinstance(folder, str):
            place: Path = ("channels", "folder", direction)
            advice = "give each partner, and each direction, a folder of its own"
            yield _Claim(("folder", folder.rstrip("/")), f"the folder {folder}", place, advice)
