"""The description of the API is valid OpenAPI 3.1, says all that is served, and nothing that is not."""

import jsonschema
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from gateway.pipeline.inbound.submitted import CanonicalSubmission
from gateway.pipeline.outbound.accept import ErpMessage
from gateway.transports.rest import case_models, health, models, outbox_models, oversight
from tests.support.house import gateway

DOORS_WITHOUT_KEY = {"/healthz", "/readyz", "/api/v1/openapi.json"}


@pytest.fixture
async def described(tmp_path):
    async with gateway(tmp_path) as house, house.session.get(house.address + "/api/v1/openapi.json") as answer:
        assert answer.status == 200
        assert answer.content_type == "application/json"
        yield await answer.json(), house


def _operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


async def test_it_is_valid_by_the_schema_of_openapi(described):
    document, _house = described
    jsonschema.Draft202012Validator(OPENAPI_31).validate(document)
    assert document["openapi"].startswith("3.1.")
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


async def test_every_reference_in_it_leads_somewhere(described):
    document, _house = described

    def references(part):
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            part = list(part.values())
        if isinstance(part, list):
            for each in part:
                yield from references(each)

    found = set(references(document))
    assert found
    names = document["components"]["schemas"]
    assert {each.removeprefix("#/components/schemas/") for each in found} <= set(names)


async def test_what_is_served_and_what_is_described_are_the_same(described):
    document, house = described
    served = {
        (route.method, route.resource.canonical)
        for route in house.house.app.router.routes()
        if route.resource is not None
    }
    assert {(method, path) for method, path, _operation in _operations(document)} == served
    names = [operation["operationId"] for _method, _path, operation in _operations(document)]
    assert len(names) == len(set(names))


async def test_only_the_doors_for_watchers_stand_open(described):
    document, _house = described
    assert {
        path for _method, path, operation in _operations(document) if "security" not in operation
    } == DOORS_WITHOUT_KEY
    for _method, _path, operation in _operations(document):
        if "security" in operation:
            assert "401" in operation["responses"]
            assert operation["description"].startswith("Needs a key of:")


async def test_every_error_it_names_is_a_problem(described):
    document, _house = described
    for method, path, operation in _operations(document):
        for status, answer in operation["responses"].items():
            assert answer["description"], (method, path, status)
            kinds = list(answer["content"])
            if status.startswith("2"):
                assert kinds != ["application/problem+json"]
            else:
                assert kinds == ["application/problem+json"]
                assert answer["content"][kinds[0]]["schema"] == {"$ref": "#/components/schemas/Problem"}


_MODELS = (
    models.ReceiptBody,
    models.LookupBody,
    models.DocumentList,
    models.CaseList,
    outbox_models.OutboxList,
    outbox_models.FetchedBody,
    oversight.PromiseList,
    case_models.CaseClosing,
    health.ReadyBody,
    CanonicalSubmission,
    ErpMessage,
)


async def test_the_models_are_the_source(described):
    document, _house = described
    for model in _MODELS:
        said = document["components"]["schemas"][model.__name__]
        assert set(said["properties"]) == set(model.model_fields)


async def test_the_path_parameters_are_described(described):
    document, _house = described
    for _method, path, operation in _operations(document):
        named = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        given = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
        assert given == named
