"""Every mistake of every file at once, as `file:line: key: reason; what to do`."""

import re
from pathlib import Path

import pytest

from gateway.configuration import load_configuration
from gateway.errors import ConfigurationError
from gateway.trading.loader import load_directory
from tests.trading.files import OWN, problems_of

BROKEN = Path(__file__).parents[1] / "vectors" / "trading" / "broken"

ACME = """\
partner: acme
name: ACME
identities:
  - {qualifier: ZZ, id: ACME}
"""


@pytest.fixture(scope="module")
def shown() -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(BROKEN, frozenset({"main"}))
    return [str(problem) for problem in caught.value.problems]


def test_a_folder_full_of_mistakes_is_told_all_of_them_at_once(shown):
    assert shown == (BROKEN / "expected.txt").read_text(encoding="utf-8").splitlines()


def test_each_mistake_names_file_and_line_and_ends_with_what_to_do(shown):
    assert len(shown) > 40
    for line in shown:
        assert re.match(r"(partners|mappings)/\S+\.ya?ml:\d+: ", line), line
        assert "; " in line, line


def test_the_line_named_is_the_line_with_the_mistake(shown):
    """The value that a message complains of stands on the line that it names."""
    checked = 0
    for line in shown:
        place, _, rest = line.partition(": ")
        name, _, number = place.rpartition(":")
        complained = re.search(r", not '([^']+)'; ", rest)
        if complained and (BROKEN / name).exists():
            text = (BROKEN / name).read_text(encoding="utf-8").splitlines()[int(number) - 1]
            assert complained[1] in text, line
            checked += 1
    assert checked > 10


def test_a_secret_in_plain_is_refused_and_never_shown(shown):
    text = "\n".join(shown)
    assert "a secret may not stand in this file; put it into a variable or file and write env:NAME" in text
    assert "hunter2" not in text
    assert "this-is-the-key-itself" not in text


def test_two_files_with_one_key_do_not_show_its_plain_text():
    files = {}
    for name in ("acme", "bolt"):
        keys = "api_keys:\n  - {name: main, sha256: PLAIN-KEY}\n"
        files[f"partners/{name}.yaml"] = ACME.replace("ACME", name.upper()).replace("acme", name) + keys
    lines = problems_of(files)
    assert len(lines) == 3
    assert "partners/bolt.yaml:6: api_keys[1]: this key stands in partners/acme.yaml: api_keys[1] too" in "\n".join(
        lines
    )
    assert not any("PLAIN" in line for line in lines)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("agreements: [{document: '850', direction: inbound, role: seller, delimiters: {element: 'é'}}]", "a letter"),
        ("agreements: [{document: '850', direction: inbound, role: seller, profile: 850}]", "folder and name"),
        ("defaults: {control_numbers: {first: 0}}", "greater than or equal to 1"),
        ("defaults: {duplicate_window: 999999999d}", "at most 36500d"),
        ("defaults: {acknowledgment: {send: '998'}}", "it is '997', '999' or 'none'"),
        ("defaults: {test_to_erp: perhaps}", "yes or no stands here"),
        ("channels: {folder: {outbound: out, name: '{order}_{id}.edi'}}", "a file name can't hold {order}"),
        ("channels: {fax: {}}", "channels.fax: this key is not known here; use one of rest, folder, "),
        ("channels: {folder: {inbuond: in}}", "channels.folder.inbuond: this key is not known here; write inbound, or"),
        ("agreements: [{document: '850', direction: inbound, role: seller, usgae: test}]", "write usage, or remove it"),
        ("api_keys: {name: main}", "a list stands here"),
        ("identities: []", "this key stands twice"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(more, expected):
    [line, *_rest] = problems_of({"partners/acme.yaml": ACME + more})
    assert line.startswith("partners/acme.yaml:5: ")
    assert expected in line


def test_a_partner_without_ids_is_told_so():
    lines = problems_of({"partners/acme.yaml": "partner: acme\nname: ACME\nidentities: []\n"})
    assert lines == ["partners/acme.yaml:3: identities: at least one entry is needed; add one"]


def test_an_empty_partner_file_names_what_is_required():
    lines = problems_of({"partners/acme.yaml": ""})
    assert lines == [
        f"partners/acme.yaml:1: {key}: this key is required; add it" for key in ("partner", "name", "identities")
    ]


def test_partners_without_own_yaml_are_told_to_write_it():
    with pytest.raises(ConfigurationError) as caught:
        load_directory({"partners/acme.yaml": ACME})
    [problem] = caught.value.problems
    assert str(problem).startswith("partners/own.yaml:1: the file is missing, so nobody knows who we are; write it")


def test_a_folder_without_partners_is_no_mistake():
    assert load_directory({}).partners == {}
    assert load_directory({"partners/own.yaml": OWN}).partners == {}


def test_two_partners_may_not_share_an_id_and_blanks_do_not_hide_it():
    other = ACME.replace("acme", "bolt").replace("id: ACME", "id: 'ACME  '")
    lines = problems_of({"partners/acme.yaml": ACME, "partners/bolt.yaml": other})
    assert lines == [
        "partners/bolt.yaml:4: identities[1]: ZZ ACME stands in partners/acme.yaml: identities[1] too;"
        " an id belongs to one partner; remove one of the two"
    ]


def test_the_same_id_under_another_qualifier_is_another_id():
    other = ACME.replace("acme", "bolt").replace("ZZ", "12")
    files = {"partners/own.yaml": OWN, "partners/acme.yaml": ACME, "partners/bolt.yaml": other}
    directory = load_directory(files)
    assert directory.find_by_identity(("ZZ", "ACME")).id == "acme"
    assert directory.find_by_identity(("12", "ACME")).id == "bolt"
    assert directory.find_by_identity(("14", "ACME")) is None


def test_what_is_promised_has_an_agreement_for_the_way_back():
    agreed = "agreements:\n  - {document: '850', direction: outbound, role: buyer, promises: {'855': 1d, '856': 2d}}\n"
    back = "  - {document: '855', direction: inbound, role: buyer}\n"
    assert problems_of({"partners/acme.yaml": ACME + agreed + back}) == [
        "partners/acme.yaml:6: agreements[1].promises.856: 856 inbound is promised, and there is no agreement for it;"
        " add the agreement, or take the promise away"
    ]
    other = back.replace("855", "856")
    assert load_directory({"partners/own.yaml": OWN, "partners/acme.yaml": ACME + agreed + back + other}).partners
