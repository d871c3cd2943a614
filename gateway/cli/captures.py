"""``gateway as2 unpack``: opens a captured AS2 request, answer or file, and says layer by layer what it is."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import typer
from rich.markup import escape

from gateway.as2.algorithms import DIGESTS
from gateway.as2.capture import read_capture
from gateway.as2.cms import Identity, load_certificates, load_private_key
from gateway.as2.errors import AS2Error
from gateway.as2.explain import explain
from gateway.as2.headers import Headers
from gateway.as2.message import Keys, Payload, Policy, Unpacked, unpack
from gateway.as2.slices import Slice
from gateway.cli.console import AS_JSON, chunks_of, configuration, err, out, partner_named, write_json
from gateway.errors import GatewayError, NotFound
from gateway.keyring import Keyring
from gateway.settings import load_settings, read_secret
from gateway.stamps import utc_now
from gateway.trading.certificates import Place, believed
from gateway.transports.as2.parties import policy_for
from gateway.transports.as2.spooling import Spools

_LARGEST = 1 << 33
_PREVIEW = 400
_ABSENT = "(absent)"
# Whoever looks into a message wants to see it, not to be told that it should have been better.
_ANYTHING = Policy(signed=False, encrypted=False, digests=frozenset(DIGESTS), largest=_LARGEST)


@dataclass(frozen=True, slots=True)
class _Opener:
    """With what a capture is opened; ``agreed`` is what the partner's agreement asks of it, where a partner was named."""

    keys: Keys
    agreed: Policy | None = None


@dataclass(slots=True)
class _Found:
    """What a capture is: its head, and what was opened or why not. ``refused`` is what the agreement says against it."""

    headers: Headers
    result: Unpacked | AS2Error
    refused: AS2Error | None = None
    files: list[str] = field(default_factory=list)


def unpack_capture(
    file: Path = typer.Argument(
        ..., help="HTTP head and body, an .as2 file, a bare CMS file or a receipt; - for stdin."
    ),
    partner: str | None = typer.Option(
        None, "--partner", "-p", help="Open with our keys, prove with its certificates."
    ),
    key: list[Path] = typer.Option(
        [], "--key", "-k", help="A private key to decrypt with; more than one may be given."
    ),
    cert: list[Path] = typer.Option([], "--cert", "-c", help="The certificate of each --key, in the same order."),
    partner_cert: list[Path] = typer.Option([], "--partner-cert", help="A certificate that may have signed."),
    passphrase: str | None = typer.Option(None, "--passphrase", help="That of the keys: env:NAME or file:PATH."),
    to: Path | None = typer.Option(None, "--out", "-o", help="Folder for the payloads; nothing in it is overwritten."),
    as_json: bool = AS_JSON,
) -> None:
    """Open a captured AS2 message and show headers, layers, signer, MIC in all three forms, payload, and what to do.

    Exit code: 0 opened, 1 it could not be opened or proved, 2 the file or a key can't be read.
    """
    opener = _of_partner(partner) if partner is not None else _of_files(key, cert, partner_cert, passphrase)
    with tempfile.TemporaryFile() as spool, Spools(_spool) as spools:
        for chunk in chunks_of(file):
            spool.write(chunk)
        found = _opened(Slice(cast("BinaryIO", spool)), opener, spools)
        if to is not None and isinstance(found.result, Unpacked):
            found.files = [_written(to, payload, number) for number, payload in enumerate(found.result.payloads, 1)]
        if as_json:
            write_json(_as_json(file, found))
        else:
            _show(found)
    if isinstance(found.result, AS2Error):
        raise typer.Exit(1)


def _spool() -> BinaryIO:
    return cast("BinaryIO", tempfile.TemporaryFile())


def _of_partner(name: str) -> _Opener:
    settings = load_settings()
    found = configuration(settings)
    partner, now = partner_named(found, name), utc_now()
    channel = partner.text.channels.as2
    if channel is None:
        raise NotFound(
            f"{name} has no AS2 channel. Add channels.as2 to partners/{name}.yaml, or give --key and --cert."
        )
    keyring = Keyring(settings.environment.data_dir, read_secret)
    for line in keyring.warnings(found.directory.own_certificates):
        err.print(line, markup=False)
    keys = Keys(
        keyring.all(Place.DECRYPT_IN, found.directory.own_certificates, now),
        [each.certificate for each in believed(Place.VERIFY_IN, partner.certificates, now)],
    )
    return _Opener(keys, policy_for(channel, _LARGEST))


def _of_files(keys: list[Path], certs: list[Path], partner_certs: list[Path], passphrase: str | None) -> _Opener:
    if len(keys) != len(certs):
        raise typer.BadParameter("each --key needs its --cert")
    secret = read_secret(passphrase, "--passphrase") if passphrase is not None else None
    own = [
        Identity(load_certificates(_bytes(cert))[0], load_private_key(_bytes(key), secret))
        for key, cert in zip(keys, certs, strict=True)
    ]
    return _Opener(Keys(own, [each for path in partner_certs for each in load_certificates(_bytes(path))]))


def _bytes(path: Path) -> bytes:
    return b"".join(chunks_of(path))


def _opened(data: Slice, opener: _Opener, spools: Spools) -> _Found:
    headers = Headers()
    try:
        headers, body = read_capture(data, spools, _LARGEST)
        whole = headers
        if "message-id" not in headers:  # A bare file has none; that is no reason not to look into it.
            whole = Headers([*headers, ("Message-ID", _ABSENT)])
        result = unpack(whole, body, opener.keys, _ANYTHING, random=os.urandom, new_spool=spools)
    except AS2Error as error:
        return _Found(headers, error)
    found = _Found(headers, result)
    if opener.agreed is not None and result.mdn is None:
        try:
            unpack(whole, body, opener.keys, opener.agreed, random=os.urandom, new_spool=spools)
        except AS2Error as error:
            found.refused = error
    return found


def _show(found: _Found) -> None:
    for name, value in found.headers:
        out.print(f"  {_plain(name)}: {_plain(value)}", markup=False)
    if found.headers:
        out.print()
    *lines, last = explain(found.result)
    for line in lines:
        out.print(line, markup=False)
    if isinstance(found.result, Unpacked):
        for number, payload in enumerate(found.result.payloads, 1):
            out.print(f"{f'begins {number}:':<14}", markup=False)
            for line in _begin(payload):
                out.print(f"    {line}", markup=False)
    for name in found.files:
        out.print(f"{'written:':<14}{name}", markup=False)
    if found.refused is not None:
        out.print(f"{'agreement:':<14}[bold]refused[/], {escape(found.refused.detail)}")
    out.print(last, markup=False)


def _begin(payload: Payload) -> Iterator[str]:
    """Yield the first lines of a payload; X12 without line breaks is shown by segments."""
    begin = payload.body.at(0, _PREVIEW).decode("utf-8", "replace")
    if begin.startswith("ISA") and len(begin) > 106 and "\n" not in begin[:300]:
        begin = begin.replace(begin[105], begin[105] + "\n")
    for line in begin.splitlines()[:8]:
        yield _plain(line)


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text)[:300]


def _written(folder: Path, payload: Payload, number: int) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(payload.filename or f"payload-{number}").name
    stem, ending = Path(name).stem, Path(name).suffix
    for again in range(1000):
        path = folder / (name if again == 0 else f"{stem}-{again}{ending}")
        try:
            with path.open("xb") as file:
                file.writelines(payload.body.chunks())
        except FileExistsError:
            continue
        return str(path)
    raise GatewayError(f"{folder} holds a thousand files called {name} already. Name another folder.")


def _as_json(file: Path, found: _Found) -> dict[str, Any]:
    data: dict[str, Any] = {"file": str(file), "headers": list(found.headers), "written": found.files}
    data |= _of_error(found.result) if isinstance(found.result, AS2Error) else _of_message(found.result)
    data["refused"] = _of_error(found.refused)["error"] if found.refused is not None else None
    data["to_do"] = explain(found.result)[-1].partition(":")[2].strip()
    return data


def _of_error(error: AS2Error) -> dict[str, Any]:
    said = {"code": error.code, "detail": error.detail, "disposition": error.disposition, "public": error.public}
    return {"opened": False, "layers": list(error.layers), "error": said}


def _of_message(found: Unpacked) -> dict[str, Any]:
    signer, mdn = found.signer, found.mdn
    return {
        "opened": True,
        "error": None,
        "message_id": found.message_id if found.message_id != _ABSENT else None,
        "layers": [str(layer) for layer in found.layers],
        "signed": found.signed,
        "encrypted": found.encrypted,
        "compressed": found.compressed,
        "signer": {
            "subject": signer.certificate.subject,
            "fingerprint": signer.certificate.fingerprint,
            "digest": signer.digest,
            "scheme": signer.scheme,
            "signed_at": signer.signed_at,
        }
        if signer is not None
        else None,
        "warnings": list(found.warnings),
        "mics": {str(form): str(mic) for form, mic in found.mics.items()},
        "mic": str(found.mic),
        "payloads": [_of_payload(payload) for payload in found.payloads],
        "receipt": {
            "original_message_id": mdn.original_message_id,
            "disposition": str(mdn.disposition),
            "mic": str(mdn.mic) if mdn.mic is not None else None,
            "text": mdn.text,
            "signed": mdn.signed,
        }
        if mdn is not None
        else None,
    }


def _of_payload(payload: Payload) -> dict[str, Any]:
    running = hashlib.sha256()
    for chunk in payload.body.chunks():
        running.update(chunk)
    size, kind = len(payload.body), payload.content_type
    return {"filename": payload.filename, "content_type": kind, "size": size, "sha256": running.hexdigest()}
