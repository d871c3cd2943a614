"""Changes entries of partner files so that comments, order and style of everything else stay as they were written."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from gateway import located
from gateway.configuration import Files
from gateway.errors import ConfigurationError, GatewayError, Problem
from gateway.files import write_whole
from gateway.trading.loader import survey

Change = Callable[[list[Any]], None]


class NotChanged(GatewayError):
    """The file was left as it is, because it can't be changed safely. Change it by hand as the text says."""

    code = "file-not-changed"


class PartnerFiles:
    """The partner files and certificates of a configuration folder, read once, and changed one entry at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = Files.read(folder)

    def entries(self, owner: str) -> list[dict[str, Any]]:
        """Return the entries of certificates of a partner, or of ``own``, as they stand in the file."""
        found: Any = located.read(self._text(owner), self.path(owner)).data
        for key in place_of(owner):
            found = found.get(key) if isinstance(found, dict) else None
        return list(found or [])

    def own_name(self) -> str:
        """Return our name, as own.yaml says it."""
        found = located.read(self._text("own"), self.path("own")).data
        return str(found.get("name", "own")) if isinstance(found, dict) else "own"

    def path(self, owner: str) -> str:
        """Return the path of a file below the folder."""
        return f"partners/{owner}.yaml"

    def change(self, owner: str, change: Change, certificates: dict[str, bytes] | None = None) -> None:
        """Apply ``change`` to the list of certificates of ``owner``, and write it with new ``certificates``.

        Nothing is written when that would bring a mistake into the files. Raises ConfigurationError naming it, NotChanged.
        """
        path, added = self.path(owner), certificates or {}
        text = edited(self._text(owner), path, place_of(owner), change)
        partners, known = dict(self.files.partners), dict(self.files.certificates)
        before = set(map(_apart, survey(partners, known).problems))
        partners[path] = text
        mistakes = [each for each in survey(partners, known | added).problems if _apart(each) not in before]
        if mistakes:
            raise ConfigurationError(mistakes)
        for name, data in added.items():
            write_whole(self.folder / name, data)
        write_whole(self.folder / path, text.encode())
        self.files.partners, self.files.certificates = partners, known | added

    def _text(self, owner: str) -> str:
        path = self.path(owner)
        if path not in self.files.partners:
            known = ", ".join(sorted(Path(name).stem for name in self.files.partners)) or "none"
            reason = f"there is no such file (there are: {known})"
            raise ConfigurationError([Problem(path, 1, "", reason, "write it first, with name and identities")])
        return self.files.partners[path]


def place_of(owner: str) -> tuple[str, ...]:
    """Return under which keys the certificates stand."""
    return ("as2", "keys") if owner == "own" else ("channels", "as2", "certificates")


def edited(text: str, path: str, place: tuple[str, ...], change: Change) -> str:
    """Return the text of a file with ``change`` applied to the list at ``place``; the list is made where it lacks."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    indented = re.search(r"^( *)[^\s#-][^\n]*:[ ]*\n(?:\s*#[^\n]*\n|\s*\n)*( *)- ", text, re.MULTILINE)
    if indented is None or len(indented[2]) > len(indented[1]):
        yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        document = yaml.load(text)
        change(_list_at(document, path, place))
        into = io.StringIO()
        yaml.dump(document, into)
    except YAMLError as error:
        raise NotChanged(
            f"{path} could not be read for writing ({str(error).splitlines()[0]}). Add the entry by hand."
        ) from None
    made = into.getvalue()
    # The other reader must find in the new text just what was to be changed, and nothing else.
    expected = deepcopy(located.read(text, path).data)
    change(_list_at(expected, path, place))
    if located.read(made, path).data != expected:
        raise NotChanged(f"{path} can't be written anew without changing more than the entry. Change it by hand.")
    return made


def entry(**values: Any) -> CommentedMap:
    """Make an entry that stands on one line."""
    made = CommentedMap()
    for key, value in values.items():
        if isinstance(value, list):
            value = CommentedSeq(value)
            value.fa.set_flow_style()
        made[key] = value
    made.fa.set_flow_style()
    return made


def _list_at(document: Any, path: str, place: tuple[str, ...]) -> list[Any]:
    *above, last = place
    for key in above:
        document = document.get(key) if isinstance(document, dict) else None
    if not isinstance(document, dict):
        kind = "as2: {names: [OURNAME]}" if above == ["as2"] else "channels: {as2: {names: [ITSNAME]}}"
        reason = f"it says nothing about AS2 under {'.'.join(above)}"
        raise ConfigurationError([Problem(path, 1, ".".join(above), reason, f"add {kind} first")])
    if document.get(last) is None:
        document[last] = CommentedSeq()
    found = document[last]
    if not isinstance(found, list):
        raise ConfigurationError([Problem(path, 1, ".".join(place), "a list stands here", "correct it first")])
    if isinstance(found, CommentedSeq) and not found:
        found.fa.set_block_style()
    return found


def _apart(problem: Problem) -> tuple[str, str, str]:
    """A mistake without its line, which a change may move."""
    return problem.file, problem.key, problem.reason
