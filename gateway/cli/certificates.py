"""``gateway cert new``, ``import``, ``list`` and ``rollover``: certificates and keys, from the first one to the change of it."""

from __future__ import annotations

import ssl
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from gateway.as2.cms import Certificate, load_certificates, load_identity
from gateway.as2.errors import KeyTrouble
from gateway.cli.certificate_list import OWN, list_all
from gateway.cli.console import check_name, configuration, err, out
from gateway.cli.making_keys import Wanted, new_pair, store_key
from gateway.cli.partner_files import PartnerFiles, entry
from gateway.errors import ConfigurationError, GatewayError, NotFound, Problem
from gateway.settings import Settings, load_settings, read_secret
from gateway.stamps import utc_now
from gateway.trading.certificates import Pinned
from gateway.trading.directory import Directory
from gateway.trading.rollover import Step, next_steps


class Use(StrEnum):
    """What a certificate is for."""

    SIGN = "sign"
    ENCRYPT = "encrypt"
    TLS = "tls"


class Kind(StrEnum):
    """Kinds of keys."""

    RSA = "rsa"
    EC = "ec"


_USES = typer.Option(None, "--use", "-u", help="What it is for; may stand several times. By default sign and encrypt.")
_PASSPHRASE = typer.Option(None, "--passphrase", help="Where the passphrase is: env:NAME or file:PATH.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Certificates and keys.")
    group.command("new")(new)
    group.command("import")(bring_in)
    group.command("list")(list_all)
    group.command("rollover")(rollover)
    app.add_typer(group, name="cert")


def new(
    name: str = typer.Argument(..., help="Name of the key, such as as2-2027."),
    use: list[Use] | None = _USES,
    kind: Kind = typer.Option(Kind.RSA, "--kind", help="RSA signs and encrypts; EC (P-256) signs."),
    bits: int = typer.Option(3072, "--bits", min=2048, max=8192, help="Size of an RSA key."),
    days: int = typer.Option(1095, "--days", min=1, max=7300, help="How long the certificate is valid."),
    common_name: str | None = typer.Option(None, "--common-name", help="Name in the certificate; by default ours."),
    passphrase: str | None = _PASSPHRASE,
) -> None:
    """Make a key of ours with a self-signed certificate. The key stays in the data folder, readable for nobody else."""
    check_name(name)
    settings = load_settings()
    uses = [str(each) for each in use or ([Use.SIGN] if kind is Kind.EC else [Use.SIGN, Use.ENCRYPT])]
    if kind is Kind.EC and Use.ENCRYPT in uses:
        raise _wrong("--kind", "a key on an elliptic curve can't encrypt", "take --kind rsa, or --use sign")
    files = PartnerFiles(settings.environment.config_dir)
    shown = common_name or files.own_name()
    secret = read_secret(passphrase, "--passphrase") if passphrase else None
    key, certificate = new_pair(Wanted(shown, None if kind is Kind.EC else bits, days, tuple(uses)), utc_now())
    state = _add_own(
        settings, files, name, uses, load_certificates(certificate)[0], certificate, key, secret, passphrase
    )
    where = settings.environment.config_dir / f"certs/own/{name}.pem"
    out.print(f"Next: give {where} to your partners" + _then(state, OWN), markup=False)


def bring_in(
    owner: str = typer.Argument(..., metavar="PARTNER", help="Whose it is: a partner, or own for a key of ours."),
    file: Path = typer.Argument(
        ..., help="A certificate as PEM, DER, PKCS#7 or PKCS#12; with own: key and certificate."
    ),
    name: str | None = typer.Option(
        None, "--name", help="Name of the file; of the key for own. By default that of FILE."
    ),
    use: list[Use] | None = _USES,
    passphrase: str | None = _PASSPHRASE,
    fingerprint: str | None = typer.Option(None, "--fingerprint", help="Which one, where FILE holds several."),
) -> None:
    """Take a partner's certificate in, pinned by its fingerprint; the first for its use is active, a further one pending."""
    settings = load_settings()
    files = PartnerFiles(settings.environment.config_dir)
    secret = read_secret(passphrase, "--passphrase") if passphrase else None
    uses = [str(each) for each in use or (Use.SIGN, Use.ENCRYPT)]
    called = name or _slug(file.stem)
    check_name(called)
    data = _bytes_of(file)
    if owner == OWN:
        identity = load_identity(data, secret)
        text = _pem(identity.certificate)
        state = _add_own(
            settings, files, called, uses, identity.certificate, text, identity.private_key, secret, passphrase
        )
        out.print("Next: gateway cert list own" + _then(state, OWN))
        return
    found = _one_of(_certificates(data, secret), fingerprint)
    known = [each for each in files.entries(owner) if _plain(each.get("fingerprint")) == found.fingerprint]
    if known:
        out.print(
            f"It is there already, as {known[0].get('file')} ({known[0].get('state', 'active')}); nothing was changed."
        )
        out.print(f"Next: gateway cert list {owner}")
        return
    path = f"certs/partners/{owner}/{called}-{found.fingerprint[:8]}.pem"
    state = _state_for(files.entries(owner), uses)
    made = entry(file=path, use=uses, state=state, fingerprint=found.fingerprint)
    files.change(owner, lambda entries: entries.append(made), {path: _pem(found)})
    _tell(found, path, state, uses)
    out.print(
        f"Next: compare the fingerprint with {owner} over another way, such as by telephone" + _then(state, owner)
    )


def rollover(
    owner: str = typer.Argument(
        ..., metavar="PARTNER", help="Whose certificate changes: a partner's, or own for ours."
    ),
    plan: bool = typer.Option(False, "--plan", help="Say what would be done, and do nothing."),
) -> None:
    """Take the next step of a change of certificate: pending becomes active, active retires, what retires is removed."""
    settings = load_settings()
    directory = configuration(settings).directory
    steps = next_steps(_pinned_of(directory, owner))
    for step in steps:
        out.print(f"{step.name}: {'would become' if plan else 'becomes'} {step.to}", markup=False)
    if plan:
        out.print(f"Next: gateway cert rollover {owner}")
        return
    PartnerFiles(settings.environment.config_dir).change(owner, lambda entries: _apply(entries, steps))
    if steps[0].to == "removed":
        words = (
            "its file and key are kept, so that what was received can still be proved"
            if owner == OWN
            else "its file is kept"
        )
        out.print(f"The change is complete; {words}.")
        out.print(f"Next: gateway cert list {owner}")
    else:
        out.print("Old and new are both believed now; the new one is used.")
        whom = "all partners use" if owner == OWN else f"{owner} uses"
        out.print(f"Next: when {whom} the new one alone, take the old one away with: gateway cert rollover {owner}")


def _apply(entries: list[Any], steps: list[Step]) -> None:
    for step in sorted(steps, key=lambda each: -each.index):
        if step.to == "removed":
            del entries[step.index]
        else:
            entries[step.index]["state"] = step.to


def _add_own(
    settings: Settings,
    files: PartnerFiles,
    name: str,
    uses: list[str],
    certificate: Certificate,
    text: bytes,
    key: Any,
    secret: str | None,
    reference: str | None,
) -> str:
    """Add a key of ours with its certificate; return its state."""
    state = _state_for(files.entries(OWN), uses)
    if any(each.get("name") == name for each in files.entries(OWN)):
        raise _wrong("NAME", f"there is a key {name} already", "choose another name")
    made = entry(name=name, use=uses, state=state, **({"passphrase": reference} if reference else {}))
    path = settings.environment.data_dir / "keys" / f"{name}.pem"
    store_key(key, path, secret)
    try:
        files.change(OWN, lambda entries: entries.append(made), {f"certs/own/{name}.pem": text})
    except (GatewayError, OSError):
        path.unlink()
        raise
    _tell(certificate, f"certs/own/{name}.pem", state, uses)
    err.print(f"The private key is {path}; it is in no backup but yours.", markup=False)
    return state


def _state_for(entries: list[dict[str, Any]], uses: list[str]) -> str:
    """A first certificate for its uses is active at once; one that will replace another waits for the rollover."""
    taken = {
        use
        for each in entries
        if each.get("state", "active") == "active"
        for use in each.get("use", ("sign", "encrypt"))
    }
    return "pending" if taken & set(uses) else "active"


def _certificates(data: bytes, secret: str | None) -> list[Certificate]:
    """Return the certificates of a file; of PKCS#12, which some partners send, the one with its key, and no key is kept."""
    try:
        return list(load_certificates(data))
    except KeyTrouble:
        try:
            found = load_identity(data, secret).certificate
        except KeyTrouble:
            pass
        else:
            err.print("The file holds a private key too. It was not taken; tell the partner not to send it to anybody.")
            return [found]
        raise


def _one_of(found: list[Certificate], fingerprint: str | None) -> Certificate:
    """Return the certificate meant: the one named, or the one that has issued none of the others."""
    if fingerprint is not None:
        found = [each for each in found if each.fingerprint == _plain(fingerprint)]
    issuers = {each.fields.issuer for each in found if each.fields.issuer != each.fields.subject}
    leaves = [each for each in found if each.fields.subject not in issuers] if len(found) > 1 else found
    if len(leaves) != 1:
        known = ", ".join(f"{each.fingerprint} ({each.subject})" for each in found) or "none like it"
        raise _wrong(
            "FILE", f"it is not clear which certificate is meant (there are: {known})", "say so with --fingerprint"
        )
    return leaves[0]


def _pinned_of(directory: Directory, owner: str) -> tuple[Pinned, ...]:
    if owner == OWN:
        return directory.own_certificates
    if owner not in directory.partners:
        known = ", ".join(sorted(directory.partners)) or "none"
        raise _wrong("PARTNER", f"there is no partner {owner} (there are: {known})", "name one of them, or own")
    return directory.partners[owner].certificates


def _tell(certificate: Certificate, path: str, state: str, uses: list[str]) -> None:
    end = certificate.not_after
    out.print(f"certificate: {path}", markup=False)
    out.print(f"subject:     {certificate.subject}", markup=False)
    out.print(f"fingerprint: {certificate.fingerprint}")
    out.print(f"use:         {', '.join(uses)}")
    out.print(f"state:       {state}")
    out.print(f"valid until: {end:%Y-%m-%d}" if end is not None else "valid until: can't be read")


def _then(state: str, owner: str) -> str:
    return f"; it is pending, so when they use it: gateway cert rollover {owner}" if state == "pending" else ""


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"The file {path} can't be read ({error.strerror}). Check the name and its rights.") from None


def _pem(certificate: Certificate) -> bytes:
    return ssl.DER_cert_to_PEM_cert(certificate.der).encode()


def _slug(text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower()).strip("-")[:40] or "certificate"


def _plain(text: object) -> str:
    return str(text or "").replace(":", "").replace(" ", "").lower()


def _wrong(what: str, reason: str, advice: str) -> ConfigurationError:
    return ConfigurationError([Problem("command line", 1, what, reason, advice)])
