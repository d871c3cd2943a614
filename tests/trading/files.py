"""Partner files for tests, as texts."""

from collections.abc import Mapping

from gateway.errors import ConfigurationError
from gateway.trading.agreement import Agreement
from gateway.trading.loader import load_directory

OWN = """\
name: Our Works
identities:
  - {qualifier: ZZ, id: OURWORKS}
"""


def problems_of(files: Mapping[str, str]) -> list[str]:
    """Return what is said about partner files that are known to have mistakes; own.yaml is added where it lacks."""
    try:
        load_directory({"partners/own.yaml": OWN, **files})
    except ConfigurationError as error:
        return [str(problem) for problem in error.problems]
    raise AssertionError("nothing is wrong with these files")


def agreement(
    terms: str = "", *, defaults: str = "", own: str = "", document: str = "850", direction: str = "inbound"
) -> Agreement:
    """Return an agreement of a partner with another one; the texts are YAML in flow style: ``erp: west, usage: test``."""
    text = f"partner: acme\nname: ACME\nidentities: [{{qualifier: ZZ, id: ACME}}]\ndefaults: {{{defaults}}}\n"
    text += "channels: {rest: {}, folder: {outbound: out}}\n"
    text += f"agreements:\n  - {{document: '{document}', direction: {direction}, role: seller, {terms}}}\n"
    text += "  - {document: '855', direction: outbound, role: seller}\n"
    ours = OWN + f"defaults: {{{own}}}\n"
    partner = load_directory({"partners/own.yaml": ours, "partners/acme.yaml": text}).partners["acme"]
    found = partner.agreement(document, direction)
    assert found is not None
    return found
