"""What is committed below docs/ is what the code says now, and nothing that the code holds is left out."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from lxml import etree
from referencing import Registry

from gateway.canonical.message import MESSAGE_TYPES, SCHEMA_VERSION
from gateway.configuration import Files, profile_library
from gateway.erp.xml import to_xml
from gateway.errors import ConfigurationError
from gateway.mapping.functions import FUNCTIONS, SPECIAL
from gateway.reference import COMMAND, reference, write_reference
from gateway.reference.__main__ import main
from gateway.reference.lists import each_command, error_classes
from gateway.settings import Environment, GatewayText
from gateway.tracking.case import CAUSES
from gateway.trading.agreement import AgreementText, Terms
from gateway.trading.partner import PartnerText
from gateway.x12.characters import CHARACTER_SETS
from gateway.x12.faults import FaultCode
from gateway.x12.tolerances import TOLERANCES
from tests.conftest import ROOT
from tests.reference.compatibility import breaking_changes
from tests.reference.publish import published

DOCS = ROOT / "docs"
MADE = reference()
FILE_SCHEMAS = ("gateway", "own", "partner", "guide", "profile")


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_committed_reference_is_what_the_code_says(name):
    path = DOCS / name
    assert path.is_file(), f"docs/{name} is missing; write it with: {COMMAND}"
    assert path.read_bytes() == MADE[name], f"docs/{name} is not what the code says any more; write it with: {COMMAND}"


def test_nothing_else_lies_among_the_schemas():
    names = {f"schemas/{path.name}" for path in (DOCS / "schemas").iterdir()}
    assert names <= set(MADE)


@pytest.mark.parametrize("name", sorted(MESSAGE_TYPES))
def test_those_who_hold_to_a_published_message_can_go_on(name):
    before = published(f"{SCHEMA_VERSION.partition('.')[0]}.0")[name]
    broken = breaking_changes(before, MESSAGE_TYPES[name].json_schema())
    assert not broken, (
        f"{name} breaks those who hold to it:\n  "
        + "\n  ".join(broken)
        + "\nKeep what was published, or raise the first"
        " number of SCHEMA_VERSION in gateway/canonical/message.py and run: python -m tests.reference.publish"
    )


@pytest.mark.parametrize("name", sorted(name for name in MADE if name.endswith(".json")))
def test_each_schema_is_valid_json_schema_2020_12(name):
    schema = json.loads(MADE[name])
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", FILE_SCHEMAS)
def test_an_editor_can_say_what_each_key_means(name):
    schema = json.loads(MADE[f"schemas/{name}.json"])
    silent = [
        f"{place}.{key}"
        for place, model in [(name, schema), *schema.get("$defs", {}).items()]
        for key, about in model.get("properties", {}).items()
        if not (about.get("description") or "$ref" in about)
    ]
    assert not silent
    assert all(model.get("description") for model in schema.get("$defs", {}).values())


def _checked(schema_name: str, path: Path) -> list[str]:
    schema = json.loads(MADE[f"schemas/{schema_name}.json"])
    validator = jsonschema.Draft202012Validator(schema, registry=Registry())
    data = json.loads(json.dumps(yaml.load(path.read_bytes(), yaml.CSafeLoader), default=str))
    return [f"{path.name}: {error.json_path}: {error.message}" for error in validator.iter_errors(data)]


def test_the_example_configuration_is_valid_by_its_schemas():
    files = {"gateway": "gateway.yaml", "own": "partners/own.yaml", "partner": "partners/acme.yaml"}
    files |= {"guide": "mappings/acme/856.guide.yaml", "profile": "mappings/acme/856.yaml"}
    for name, path in files.items():
        assert _checked(name, ROOT / path) == []
        first = (ROOT / path).read_text(encoding="utf-8").splitlines()[0]
        reference_to = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert reference_to, f"{path} does not say which schema it has"
        assert ((ROOT / path).parent / reference_to[1]).resolve() == DOCS / "schemas" / f"{name}.json"


@pytest.mark.parametrize("path", sorted((ROOT / "mappings" / "base").glob("*.yaml")), ids=lambda path: path.name)
def test_the_base_profiles_are_valid_by_the_schema_of_profiles(path):
    assert _checked("profile", path) == []


def test_the_schema_of_profiles_knows_the_keys_that_the_reader_knows():
    text = "profile: x/850\nextends: base/850\nfileds: {}\n"
    files = Files(mappings={"mappings/x/850.yaml": text})
    with pytest.raises(ConfigurationError) as caught:
        profile_library(files).mapping("x/850")
    [problem] = caught.value.problems
    known = problem.advice.removeprefix("use one of ").split(", ")
    assert set(json.loads(MADE["schemas/profile.json"])["properties"]) == set(known)


def test_the_schema_of_profiles_refuses_what_the_reader_refuses(tmp_path):
    path = tmp_path / "x.yaml"
    for text in ("fileds: {}", "fields: {a: {each: REF}}", "message: order", "fields: {a: [b]}", "tables: {a: b}"):
        path.write_text(text)
        assert _checked("profile", path), text


def test_a_broken_partner_file_is_marked_by_an_editor():
    found = _checked("partner", ROOT / "tests/vectors/trading/broken/partners/bolt.yaml")
    assert found == []  # Its mistakes are clashes, which only `gateway partner check` sees.
    [refused] = _checked("own", ROOT / "tests/vectors/trading/broken/partners/own.yaml")[:1]
    assert "defaults" in refused


def test_the_example_is_valid_by_the_schema_of_its_message_and_by_the_xml_schema():
    expected = json.loads((ROOT / "mappings/acme/856.expected.json").read_text(encoding="utf-8"))
    header = {
        "message_id": "1",
        "type": "ship_notice",
        "schema_version": SCHEMA_VERSION,
        "direction": "inbound",
        "partner": "acme",
        "correlation_id": "1",
        "created_at": "2026-11-21T08:00:00Z",
    }
    message = {"header": header, "body": expected["body"]}
    schema = json.loads(MADE["schemas/ship_notice.json"])
    jsonschema.Draft202012Validator(schema).validate(message)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**message, "body": {"shipment_nomber": "1"}})
    xsd = etree.XMLSchema(etree.fromstring(MADE["schemas/canonical.xsd"]))
    xsd.assertValid(etree.fromstring(to_xml(json.dumps(message).encode())))


def _documented(page: str) -> set[str]:
    """Return what stands as code in the first cell of the rows of a page."""
    text = MADE[f"reference/{page}.md"].decode()
    return {
        name
        for line in text.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([^`]+)`", line.split(" | ")[0])
    }


def test_every_command_is_documented_with_an_example():
    text = MADE["reference/commands.md"].decode()
    names = [name for name, _ in each_command()]
    assert {"serve", "check", "ack", "translate", "compose", "trace", "replay", "partner check", "db upgrade"} <= set(
        names
    )
    for name in names:
        part = text.partition(f"## gateway {name}\n")[2].partition("\n## ")[0]
        assert f"gateway {name}" in part.partition("```")[2], f"gateway {name} has no example"


def test_every_command_and_variable_that_a_page_names_exists():
    known = {name for name, _ in each_command()}
    groups = {name.rsplit(" ", depth)[0] for name in known for depth in range(1, len(name.split()))}
    variables = {f"GATEWAY_{name.upper()}" for name in Environment.model_fields} | {"GATEWAY_CORPUS", "GATEWAY_PROOF"}
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md"), *(ROOT / "certs").rglob("*.md")]
    assert len(pages) > 10
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for words in re.findall(r"(?:^|`|\$ |; |until )gateway ([a-z0-9]+(?: [a-z]+)?)", text, re.MULTILINE):
            name = words if words.split()[0] in groups else words.split()[0]
            assert name in known or name in groups, f"{path}: gateway {words}"
        assert set(re.findall(r"GATEWAY_[A-Z_]+[A-Z]", text)) <= variables, path


def test_every_option_of_a_command_is_explained():
    silent = [
        f"{name} {each.name}"
        for name, found in each_command()
        for each in found.params
        if not getattr(each, "help", "")
    ]
    assert not silent


def test_every_setting_is_documented():
    rows = _documented("settings")
    assert {f"GATEWAY_{name.upper()}" for name in Environment.model_fields} <= rows
    assert set(GatewayText.model_fields) <= rows
    assert {"erps.NAME.kind", "keys[].sha256", "limits.steps_at_once"} <= rows


def test_every_key_of_a_partner_file_is_documented():
    rows = _documented("agreements")
    assert set(PartnerText.model_fields) | set(AgreementText.model_fields) | set(Terms.model_fields) <= rows
    assert {"identities[].qualifier", "channels.rest.webhook.secret", "acknowledgment.within", "retry.longest"} <= rows


def test_every_error_and_every_cause_is_documented_with_what_to_do():
    assert {kind.code for kind in error_classes()} | set(CAUSES) == _documented("errors")
    assert len(error_classes()) > 15


def test_every_fault_tolerance_and_function_is_documented():
    assert {code.slug for code in FaultCode} == _documented("faults")
    assert set(TOLERANCES) | set(CHARACTER_SETS) == _documented("tolerances")
    assert set(FUNCTIONS) | set(SPECIAL) == _documented("mapping-functions")


def test_no_cell_of_a_table_is_torn():
    for name, data in MADE.items():
        if not name.endswith(".md"):
            continue
        columns = 0
        for line in data.decode().splitlines():
            if not line.startswith("|"):
                columns = 0
                continue
            cells = len(re.findall(r"(?<!\\)\|", line)) - 1
            assert columns in (0, cells), f"{name}: {line}"
            columns = cells


def test_the_command_writes_everything_once(tmp_path, capsys):
    assert main([str(tmp_path)]) == 0
    assert f"wrote {tmp_path}/schemas/canonical.xsd" in capsys.readouterr().out
    assert write_reference(tmp_path) == []
    assert main([]) == 2
    assert "python -m gateway.reference docs" in capsys.readouterr().err
