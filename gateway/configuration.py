"""The files that people edit, read and checked as a whole: partners, guides and profiles. A change is live within seconds.

A broken change is refused: what was in force stays in force, the mistakes are logged and stand in ``/readyz``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import structlog

from gateway import located
from gateway.canonical.message import BY_SET
from gateway.canonical.values import Part
from gateway.errors import ConfigurationError, Problem
from gateway.inventory import take_inventory
from gateway.located import Located
from gateway.mapping.loader import Mapping as ProfileMapping
from gateway.mapping.loader import ProfileLibrary
from gateway.shipped import base_folder, fetch_shipped, shipped_profiles
from gateway.tracking.inventory import Inventory
from gateway.trading.agreement import Agreement
from gateway.trading.directory import Directory
from gateway.trading.loader import survey
from gateway.x12.guide import Guide, load_guide
from gateway.x12.standards import set_definition

log = structlog.get_logger("gateway.configuration")

POLL_SECONDS = 1.0
_CERTIFICATE_BYTES = 1 << 20  # What is larger is no certificate.


@dataclass(slots=True)
class Files:
    """What the configuration folder holds: path below it -> text."""

    partners: dict[str, str] = field(default_factory=dict)
    mappings: dict[str, str] = field(default_factory=dict)
    certificates: dict[str, bytes] = field(default_factory=dict)
    settings: bytes = b""  # gateway.yaml as it was at the start: a change of it counts from the next one on.

    @classmethod
    def read(cls, folder: Path) -> Files:
        """Read all YAML files; raise ConfigurationError for one that is no UTF-8."""
        problems: list[Problem] = []
        files = cls.survey(folder, problems)
        if problems:
            raise ConfigurationError(problems)
        return files

    @classmethod
    def survey(cls, folder: Path, problems: list[Problem]) -> Files:
        """Read all YAML files that can be read; the others are added to ``problems``."""
        files = cls()
        for part, into in (("partners", files.partners), ("mappings", files.mappings)):
            for path in sorted((folder / part).rglob("*.y*ml")):
                name = path.relative_to(folder).as_posix()
                if path.suffix != ".yaml":
                    problems.append(Problem(name, 1, "", "a file that ends in .yml is not read", "let it end in .yaml"))
                    continue
                try:
                    into[name] = path.read_text(encoding="utf-8")
                except UnicodeError:
                    problems.append(Problem(name, 1, "", "it is no UTF-8", "save it as UTF-8 text"))
                except OSError as error:
                    reason = f"it can't be read ({error.strerror})"
                    problems.append(Problem(name, 1, "", reason, "make it readable for the gateway"))
        files.certificates.update(_certificates(folder))
        with contextlib.suppress(OSError):
            files.settings = (folder / "gateway.yaml").read_bytes()
        return files


def _certificates(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files below certs/. One that can't be read is as if it were not there: whoever names it is told."""
    for path in sorted((folder / "certs").rglob("*")):
        with contextlib.suppress(OSError):
            if path.is_file() and path.stat().st_size <= _CERTIFICATE_BYTES:
                yield path.relative_to(folder).as_posix(), path.read_bytes()


class Configuration:
    """One consistent state of the files. Fulfils `gateway.pipeline.ports.Configuration`."""

    def __init__(
        self, directory: Directory, profiles: ProfileLibrary, guides: Mapping[str, Guide], files: Files
    ) -> None:
        self.directory = directory
        self.profiles = profiles
        self.guides = guides
        self.files = files

    @cached_property
    def inventory(self) -> Inventory:
        """Everything that is in force, file for file."""
        files = self.files
        return take_inventory(
            self.directory, base_folder(), files.settings, files.partners | files.mappings, files.certificates
        )

    @property
    def digest(self) -> str:
        """What names this state of the files."""
        return self.inventory.digest

    def mapping(self, name: str, version: str) -> ProfileMapping:
        """Return a compiled profile."""
        return self.profiles.mapping(name, version)

    def guide(self, name: str) -> Guide:
        """Return a guide."""
        return self.guides[name]


def profile_library(files: Files, before: ProfileLibrary | None = None) -> ProfileLibrary:
    """Return the profiles that ``files`` and the package hold; what did not change since ``before`` stays compiled."""

    def fetch(name: str) -> tuple[str, str] | None:
        path = f"mappings/{name}.yaml"
        return (files.mappings[path], path) if path in files.mappings else fetch_shipped(name)

    return ProfileLibrary(fetch, before, shipped_profiles())


def load_configuration(
    folder: Path, erps: frozenset[str] | None = None, before: Configuration | None = None
) -> Configuration:
    """Read and check everything in ``folder``; raise ConfigurationError with every mistake of every file.

    ``erps`` are the names that agreements may use. Profiles that did not change since ``before`` are not compiled again.
    """
    problems: list[Problem] = []
    files = Files.survey(folder, problems)
    if before is not None:
        files.settings = before.files.settings
    found = survey(files.partners, files.certificates)
    problems += found.problems
    profiles = profile_library(files, before.profiles if before is not None else None)
    guides = _guides(files, problems)
    for data, agreement in found.agreements:
        problems += _check_agreement(data, agreement, profiles, guides, erps)
    problems += _check_profiles(files, profiles)
    if problems:
        # A profile that two agreements use has its mistakes once.
        problems = sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line))
        raise ConfigurationError(problems)
    whole = {name: guide for name, guide in guides.items() if guide is not None}
    return Configuration(found.directory, profiles, whole, files)


def _guides(files: Files, problems: list[Problem]) -> dict[str, Guide | None]:
    """Load all guides; one with mistakes, which are added to ``problems``, is None."""
    guides: dict[str, Guide | None] = {}
    for path, text in files.mappings.items():
        if not path.endswith(".guide.yaml"):
            continue
        name = path.removeprefix("mappings/").removesuffix(".guide.yaml")
        guides[name] = None
        try:
            data = located.read(text, path)
            guide = load_guide(data)
        except ConfigurationError as error:
            problems += error.problems
            continue
        if guide.name != name:
            reason = f"{guide.name!r} is not the name of the file"
            problems.append(data.problem(("guide",), reason, f"write guide: {name}"))
        guides[name] = guide
    return guides


def _check_profiles(files: Files, profiles: ProfileLibrary) -> Iterator[Problem]:
    """Check the profiles of the folder that no agreement uses yet. A file without ``profile:`` only shares its parts.

    Those that came with the package have been checked there; to compile them all would take longer than all the rest.
    """
    for path, text in files.mappings.items():
        name = path.removeprefix("mappings/").removesuffix(".yaml")
        if path.endswith(".guide.yaml") or (text, path) == fetch_shipped(name):
            continue
        try:
            data = located.read(text, path).data
            if isinstance(data, dict) and "profile" in data:
                profiles.mapping(name)
        except ConfigurationError as error:
            yield from error.problems


def _check_agreement(
    data: Located,
    agreement: Agreement,
    profiles: ProfileLibrary,
    guides: Mapping[str, Guide | None],
    erps: frozenset[str] | None,
) -> Iterator[Problem]:
    """Check what an agreement points to: set, profile, guide, ERP."""

    def problem(key: str, reason: str, advice: str) -> Problem:
        return data.problem(("agreements", agreement.index, key), reason, advice)

    document = agreement.document
    if set_definition(document, agreement.version) is None:
        yield problem("document", f"set {document} is not defined", "name one of: gateway x12 sets")
        return
    if document not in BY_SET:
        advice = f"name one of {', '.join(sorted(BY_SET))}; acknowledgments need no agreement"
        yield problem("document", f"set {document} has no canonical message", advice)
        return
    try:
        mapping = profiles.mapping(agreement.profile, agreement.version)
        if mapping.profile.set_id != document:
            reason = f"profile {agreement.profile} is for set {mapping.profile.set_id}"
            yield problem("profile", reason, f"name a profile for {document}")
    except ConfigurationError as error:
        missing = [each for each in error.problems if each.reason == f"there is no profile {agreement.profile}"]
        for each in missing:
            yield problem("profile", each.reason, each.advice)
        yield from (each for each in error.problems if each not in missing)
    guide = guides.get(agreement.guide or "")
    if agreement.guide is not None and agreement.guide not in guides:
        yield problem("guide", f"there is no guide {agreement.guide}", f"make mappings/{agreement.guide}.guide.yaml")
    elif guide is not None and guide.set_id != document:
        yield problem("guide", f"guide {guide.name} is for set {guide.set_id}", f"name a guide for {document}")
    if erps is not None and agreement.erp not in erps and agreement.direction == "inbound":
        known = ", ".join(sorted(erps)) or "none"
        reason = f"there is no ERP {agreement.erp!r} (there are: {known})"
        yield problem("erp", reason, "add it under erps in gateway.yaml")


class LiveConfiguration:
    """Keeps the configuration in step with its folder."""

    def __init__(self, folder: Path, erps: frozenset[str]) -> None:
        self._folder = folder
        self._erps = erps
        Part.complete()
        self._seen = self._fingerprint()
        self._current = load_configuration(folder, erps)
        self.broken: ConfigurationError | None = None

    def __call__(self) -> Configuration:
        """Return what is in force."""
        return self._current

    def refresh(self) -> bool:
        """Take over a change of the files; tell whether there was one. A broken one is kept out and said."""
        seen = self._fingerprint()
        if seen == self._seen:
            return False
        self._seen = seen
        try:
            self._current = load_configuration(self._folder, self._erps, self._current)
        except ConfigurationError as error:
            self.broken = error
            log.error("configuration_refused", problems=[str(problem) for problem in error.problems])
        else:
            self.broken = None
            log.info("configuration_changed", partners=len(self._current.directory.partners))
        return True

    async def watch(self) -> None:
        """Look for changes until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await asyncio.to_thread(self.refresh)

    def _fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for part, pattern in (("partners", "*.y*ml"), ("mappings", "*.y*ml"), ("certs", "*")):
            for path in (self._folder / part).rglob(pattern):
                try:
                    about = path.stat()
                except FileNotFoundError:
                    continue
                found.append((str(path), about.st_mtime_ns, about.st_size))
        return tuple(sorted(found))
