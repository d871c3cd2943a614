"""Writes the bundle of a case: every file that its events speak of, the events, and the way from them to a checkpoint."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files as package_files

from gateway.as2.cms import Certificate
from gateway.errors import GatewayError, LedgerError, Purged
from gateway.evidence.archive import Archive
from gateway.evidence.collecting import Case, data_of, purge_of
from gateway.evidence.in_force import texts_in_force
from gateway.evidence.layout import EVENTS, PURGED, SEALED, SIGNATURES, SUMS, Bundle, safe_name, sums_of
from gateway.evidence.signatures import certificates_in, part_receipt, signer_of
from gateway.pipeline.ports import Vault
from gateway.tracking.chain import StoredEvent

_NAMES = {
    "bytes": "bytes.edi",
    "message": "message.json",
    "canonical": "canonical.json",
    "request": "request.http",
    "entity": "entity.mime",
    "signature": "signature.p7s",
    "receipt": "receipt.http",
    "inventory": "inventory.json",
}


class NotSealed(GatewayError):
    """The log is not sealed up to these events. Try again in a moment; another process is sealing it."""

    code = "not-sealed"
    retryable = True


class Exporter:
    """Makes one bundle. ``authority`` is the certificate (PEM) by which time stamps are verified."""

    def __init__(self, archive: Archive, vault: Vault, authority: bytes | None = None) -> None:
        self._archive = archive
        self._vault = vault
        self._authority = authority
        self._bundle = Bundle()
        self._sealed: list[str] = []
        self._signatures: list[str] = []
        self._kept: dict[str, str] = {}  # Digest -> path.
        self._certificates: dict[str, Certificate] = {}
        self._purged: list[str] = []

    async def export(self, case: Case, asked: list[str]) -> Mapping[str, bytes]:
        """Return the files of a bundle by path. Raises NotSealed, LedgerError for bytes that are lost or were changed."""
        for seq in sorted(case.events):
            await self._put_kept(case, case.events[seq])
        events = [case.events[seq] for seq in sorted(case.events)]
        for paths in list(self._by_folder().values()):
            self._put_signatures(paths)
        bundle = self._bundle
        for kind in ("documents", "transmissions", "receipts"):
            for record in getattr(case, kind).values():
                text = json.dumps(asdict(record), indent=1, default=str, ensure_ascii=False) + "\n"
                bundle.put(f"{kind}/{safe_name(record.id)}", "record.json", text.encode())
        bundle.files[EVENTS] = b"".join(event.text + b"\n" for event in events)
        bundle.files[SEALED] = "".join(sorted(set(self._sealed))).encode()
        bundle.files[SIGNATURES] = "".join(sorted(set(self._signatures))).encode()
        if self._purged:
            bundle.files[PURGED] = "".join(sorted(set(self._purged))).encode()
        await self._put_chain(events)
        texts = package_files("gateway.evidence")
        bundle.files["verify.sh"] = (texts / "verify.sh").read_bytes()
        told = (texts / "README.txt").read_text(encoding="utf-8").replace("CASE", ", ".join(asked))
        bundle.files["README.txt"] = told.encode()
        bundle.files[SUMS] = sums_of(bundle.files)
        return bundle.files

    async def _put_kept(self, case: Case, event: StoredEvent) -> None:
        data = data_of(event)
        for role, digest in data.get("kept", {}).items():
            if digest not in self._kept:
                found = await self._read(case, digest, event)
                if found is None:
                    continue
                self._kept[digest] = self._bundle.put(
                    self._folder(case, event.subject, digest), _NAMES.get(role, f"{role}.bin"), found
                )
                if role == "inventory":
                    await self._put_configuration(case, event.seq, digest, found)
            self._sealed.append(f"{digest} {event.seq} {self._kept[digest]}\n")

    async def _read(self, case: Case, digest: str, event: StoredEvent) -> bytes | None:
        """Return bytes; of those that were purged put the proof into the case instead, and return None."""
        try:
            return await self._vault.read(digest)
        except Purged:
            purge = case.purge_of(digest) or await purge_of(self._archive, digest)
            if purge is None:
                raise LedgerError(
                    f"The bytes {digest} of event {event.seq} are gone, and no event says that they were purged."
                    " Restore them from a backup, and look with: gateway evidence check"
                ) from None
            case.events[purge.seq] = purge
            self._purged.append(f"{digest} {event.seq} {purge.seq}\n")
            return None

    def _folder(self, case: Case, subject: str, digest: str) -> str:
        if subject == "configuration":
            return f"configuration/{digest[:16]}"
        kind = next((kind for kind in ("documents", "transmissions") if subject in getattr(case, kind)), "receipts")
        return f"{kind}/{safe_name(subject)}"

    # What was in force

    async def _put_configuration(self, case: Case, seq: int, digest: str, inventory: bytes) -> None:
        """Put the profiles, guides and certificates of a configuration that this case was judged under."""
        listed = json.loads(inventory)
        owners = {document.partner for document in case.documents.values()} | {"own"}
        owners |= {each.partner for each in case.transmissions.values() if each.partner}
        for each in listed["certificates"]:
            if each["owner"] in owners:
                data = await self._vault.read(listed["files"][each["file"]])
                for certificate in certificates_in(data):
                    if certificate.fingerprint == each["fingerprint"]:
                        self._certificates[certificate.fingerprint] = certificate
        for path in await texts_in_force(listed["files"], list(case.documents.values()), self._vault):
            text = await self._vault.read(listed["files"][path])
            self._bundle.files[f"configuration/{digest[:16]}/{path}"] = text

    # Signatures

    def _by_folder(self) -> dict[str, set[str]]:
        folders: dict[str, set[str]] = {}
        for path in self._kept.values():
            folders.setdefault(path.rpartition("/")[0], set()).add(path)
        return folders

    def _put_signatures(self, paths: set[str]) -> None:
        """Name what can be proved by a signature: a message as it was opened, and receipts."""
        for path in sorted(paths):
            folder, _, name = path.rpartition("/")
            if name.startswith("entity"):
                other = f"{folder}/{name.replace('entity', 'signature').replace('.mime', '.p7s')}"
                if other in paths:
                    self._put_signature(path, other)
            elif name.startswith("receipt"):
                parts = part_receipt(self._bundle.files[path])
                if parts is not None:
                    stem = name.removesuffix(".http")
                    signed = self._bundle.put(folder, f"{stem}-signed.mime", parts[0])
                    self._put_signature(signed, self._bundle.put(folder, f"{stem}-signature.p7s", parts[1]))

    def _put_signature(self, signed: str, signature: str) -> None:
        files = self._bundle.files
        signer = signer_of(files[signed], files[signature], list(self._certificates.values()))
        if signer is None:
            return  # Of nobody whose certificate was in force; the receipt is there all the same.
        certificate = f"certificates/{signer.fingerprint}.pem"
        files[certificate] = ssl.DER_cert_to_PEM_cert(signer.der).encode()
        self._signatures.append(f"{signed} {signature} {certificate}\n")

    # The chain

    async def _put_chain(self, events: list[StoredEvent]) -> None:
        """Put the blocks of the events, and every header from each of them to the first checkpoint behind it."""
        done = 0
        for event in events:
            block = await self._archive.block_with(event.seq)
            if block is None or block.first > event.seq:
                raise NotSealed
            self._bundle.files[f"chain/{block.id}.leaves"] = block.lines
            checkpoint = await self._archive.checkpoint_over(block.number)
            if checkpoint is None:
                raise NotSealed
            self._bundle.files[f"checkpoints/{checkpoint.id}.txt"] = checkpoint.text
            if checkpoint.token is not None and self._authority is not None:
                self._bundle.files["checkpoints/authority.pem"] = self._authority
                self._bundle.files[f"checkpoints/{checkpoint.id}.tsr"] = checkpoint.token
            for number in range(max(done + 1, block.number), checkpoint.block + 1):
                found = await self._archive.block(number)
                if found is None:
                    raise LedgerError(f"Block {number} of the log is gone. Look with: gateway evidence check")
                self._bundle.files[f"chain/{found.id}.header"] = found.header
            done = max(done, checkpoint.block)
