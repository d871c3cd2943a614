"""Verifies a bundle as its verify.sh does, and names what is wrong, file by file and event by event."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.errors import NotFound
from gateway.evidence.authority import what_is_wrong_with
from gateway.evidence.layout import EVENTS, PURGED, SEALED, SIGNATURES, SUMS
from gateway.evidence.signatures import certificates_in, part_receipt, signer_of
from gateway.tracking.chain import numbered

_HEADER = re.compile(
    r"block (\d+)\nprevious ([0-9a-f]{64})\nroot ([0-9a-f]{64})\nevents (\d+) (\d+) (\d+)\nsealed [0-9T:.+-]+\n"
)
_NEEDED = (SUMS, EVENTS, SEALED, SIGNATURES, "README.txt", "verify.sh")


def read_bundle(path: Path) -> dict[str, bytes]:
    """Return the files of a bundle: an archive, or the folder into which it was unpacked. Raises NotFound for neither."""
    if path.is_dir():
        found = (each for each in sorted(path.rglob("*")) if each.is_file())
        return {each.relative_to(path).as_posix(): each.read_bytes() for each in found}
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, FileNotFoundError, RuntimeError, EOFError) as error:
        raise NotFound(f"{path} is no whole archive: {error}. Ask for the bundle again.") from None


def verify_bundle(files: Mapping[str, bytes]) -> list[str]:
    """Return everything that is wrong with a bundle, in words; nothing when it is whole."""
    missing = [f"{name} is missing" for name in _NEEDED if name not in files]
    if missing:
        return missing
    parts = (_sums, _events, _chain, _sealed, _purged, _signatures, _stamps)
    return [words for part in parts for words in part(files)]


def _sums(files: Mapping[str, bytes]) -> Iterator[str]:
    listed: dict[str, str] = {}
    for number, line in enumerate(_lines(files[SUMS]), 1):
        digest, gap, path = line.partition("  ")
        if not gap or not re.fullmatch("[0-9a-f]{64}", digest) or path not in files or path in listed:
            yield f"{SUMS} line {number} names no file of this bundle: {line[:120]!r}"
        listed[path] = digest
    for path, data in files.items():
        if path == SUMS:
            continue
        if path not in listed:
            yield f"{path} is not in {SUMS}"
        elif _digest(data) != listed[path]:
            yield f"{path} is not as {SUMS} says"


def _events(files: Mapping[str, bytes]) -> Iterator[str]:
    leaves = {line for name, data in files.items() if name.endswith(".leaves") for line in _lines(data)}
    for number, text in enumerate(files[EVENTS].removesuffix(b"\n").split(b"\n"), 1):
        seq = _seq(text)
        if f"{_digest(text)} {seq}" not in leaves:
            yield f"{EVENTS} line {number}: event {seq} is not the one that was sealed"


def _chain(files: Mapping[str, bytes]) -> Iterator[str]:
    named = {line for name, data in files.items() if _is(name, "checkpoints/", ".txt") for line in _lines(data)}
    for name in sorted(each for each in files if _is(each, "chain/", ".leaves")):
        header = files.get(f"{name.removesuffix('.leaves')}.header", b"").decode("utf-8", "replace")
        if f"\nroot {_digest(files[name])}\n" not in header:
            yield f"{name} does not fit its header"
    before, digest = 0, ""
    for name in sorted(each for each in files if _is(each, "chain/", ".header")):
        found = _HEADER.fullmatch(files[name].decode("utf-8", "replace"))
        if found is None or int(found[1]) != _number(name):
            yield f"{name} is no header of that block"
            continue
        number = int(found[1])
        if before and number == before + 1 and found[2] != digest:
            yield f"{name} does not hold on to block {before}: one of both was changed"
        if before and number != before + 1 and f"block {before} {digest}" not in named:
            yield f"{_header_of(before)} is named by no checkpoint"
        before, digest = number, _digest(files[name])
    if f"block {before} {digest}" not in named:
        yield f"{_header_of(before)} is named by no checkpoint"


def _sealed(files: Mapping[str, bytes]) -> Iterator[str]:
    events = {_seq(text): text for text in files[EVENTS].split(b"\n") if text}
    for number, line in enumerate(_lines(files[SEALED]), 1):
        digest, _, rest = line.partition(" ")
        seq, _, path = rest.partition(" ")
        if path not in files or seq not in events:
            yield f"{SEALED} line {number} names no file or event of this bundle: {line[:120]!r}"
            continue
        if _digest(files[path]) != digest:
            yield f"{path} is not the file that event {seq} speaks of"
        if f'"{digest}"'.encode() not in events[seq]:
            yield f"event {seq} does not speak of {path}"


def _purged(files: Mapping[str, bytes]) -> Iterator[str]:
    events = {_seq(text): text for text in files[EVENTS].split(b"\n") if text}
    for number, line in enumerate(_lines(files.get(PURGED, b"")), 1):
        parts = line.split(" ")
        if len(parts) != 3 or any(seq not in events for seq in parts[1:]):
            yield f"{PURGED} line {number} names no events of this bundle: {line[:120]!r}"
            continue
        digest, spoken, purge = parts
        if f'"{digest}"'.encode() not in events[spoken]:
            yield f"event {spoken} does not speak of {digest}"
        if f'"{digest}"'.encode() not in events[purge] or not events[purge].endswith(b',"type":"purged"}'):
            yield f"event {purge} does not say that {digest} was purged"


def _signatures(files: Mapping[str, bytes]) -> Iterator[str]:
    for number, line in enumerate(_lines(files[SIGNATURES]), 1):
        paths = line.split(" ")
        if len(paths) != 3 or any(path not in files for path in paths):
            yield f"{SIGNATURES} line {number} names no files of this bundle: {line[:120]!r}"
            continue
        signed, signature, certificate = paths
        if signer_of(files[signed], files[signature], certificates_in(files[certificate])) is None:
            yield f"{signed}: the signature {signature} is not one of {certificate}"
        if signed.endswith("-signed.mime"):
            whole = signed.removesuffix("-signed.mime") + ".http"
            parts = part_receipt(files.get(whole, b"")) or (b"", b"")
            for path, part in zip((signed, signature), parts, strict=True):
                if part != files[path]:
                    yield f"{path} is not what stands in {whole}"


def _header_of(block: int) -> str:
    return f"chain/{numbered(block)}.header"


def _stamps(files: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted(each for each in files if _is(each, "checkpoints/", ".tsr")):
        text = files.get(f"{name.removesuffix('.tsr')}.txt", b"")
        wrong = what_is_wrong_with(files[name], text, files.get("checkpoints/authority.pem", b""))
        if wrong:
            yield f"{name} is no time stamp of checkpoints/authority.pem for its checkpoint: {wrong}"


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").removesuffix("\n").split("\n") if data else []


def _seq(text: bytes) -> str:
    try:
        return str(json.loads(text)["seq"])
    except (ValueError, KeyError, TypeError):
        found = re.search(rb',"seq":(\d+),', text)
        return found[1].decode() if found else "?"


def _is(name: str, folder: str, ending: str) -> bool:
    return name.startswith(folder) and name.endswith(ending)


def _number(name: str) -> int:
    digits = name.rpartition("/")[2].partition(".")[0]
    return int(digits) if digits.isdigit() else -1


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
