"""The API keeps what its description promises, whatever it is asked: a fuzzer tries.

The examples are the same in each run: the seed is fixed, and nothing is remembered. Set
SCHEMATHESIS to try more of them for each operation.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from jsonschema_rs import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
)

from api.app import create_app
from index.database import migrate, open_database
from index.settings import read_settings
from tests.conftest import NOW
from tests.web.conftest import Planet, entry, feed

EXAMPLES = int(os.environ.get("SCHEMATHESIS", "200"))  # of each operation

WRITTEN = [
    entry(
        f"post-{n}",
        title=f"Housing repairs {n}",
        text="Tenants report housing repairs, damp and mould.",
        tags=("housing",),
        published=NOW - timedelta(days=n),
    )
    for n in range(30)
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """A planet with posts and an index, from which as much may be asked as one likes."""
    home: Path = tmp_path_factory.mktemp("planet")
    asked = read_settings(home=home, contact="test@planet.example", search_rate=0, submit_rate=0)
    migrate(asked.database)
    planet = Planet(open_database(asked.database), asked.search)
    planet.publish(feed("parks"), *WRITTEN)
    planet.index()
    return create_app(asked, clock=lambda: NOW)


def test_every_operation_keeps_what_is_described(app: FastAPI) -> None:
    described = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    operations = [one.ok() for one in described.get_all_operations() if isinstance(one, Ok)]
    assert len(operations) > 10
    document = app.openapi()
    for operation in operations:
        assert _try(operation, GenerationMode.POSITIVE, document) >= 1, operation.label
    # Only a query can be asked for wrongly: in a path, any text is a name that may be unknown.
    asked = [one for one in operations if one.query]
    assert sum(_try(one, GenerationMode.NEGATIVE, document) for one in asked) > EXAMPLES


def _try(
    operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, document: dict[str, Any]
) -> int:
    """Ask for an operation in many ways, as described or not; return in how many truly so."""
    tried = 0
    described = document["paths"][operation.path][operation.method].get("parameters", [])
    query = [one for one in described if one["in"] == "query"]

    @given(operation.as_strategy(generation_mode=mode))
    @seed(20261125)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    def ask(case: Case[Any]) -> None:
        nonlocal tried
        answer = case.call()
        # A parameter may be in order and yet name nobody: 404 and 400 are promised for that.
        excluded: list[Any] = [positive_data_acceptance]
        if mode is GenerationMode.POSITIVE or not _in_order(
            str(answer.request.url), query, document
        ):
            tried += 1
        else:
            excluded.append(negative_data_rejection)
        case.validate_response(answer, excluded_checks=excluded)

    ask()
    return tried


def _in_order(url: str, described: list[dict[str, Any]], document: dict[str, Any]) -> bool:
    """Whether a query is as described once it is sent.

    What was made to be wrong may be right on the wire: `false` for a list of texts is the
    address `?nation=false`, which is a list of one text, and an empty list is not sent at all.
    """
    sent = parse_qs(urlsplit(url).query, keep_blank_values=True)
    for parameter in described:
        schema, values = parameter["schema"], sent.get(parameter["name"])
        if values is None:
            continue
        value: Any = values if schema.get("type") == "array" else values[-1]
        if schema.get("type") == "integer" and values[-1].lstrip("-").isdecimal():
            value = int(values[-1])
        whole = {**schema, "components": document["components"]}
        if not Draft202012Validator(whole).is_valid(value):
            return False
    return True


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("nation=false", True),
        ("nation=wales&nation=false", True),
        ("", True),
        ("page=2&sort=newest", True),
        ("page=0", False),
        ("page=two", False),
        ("page=", False),
        ("sort=", False),
    ],
)
def test_a_query_is_judged_as_it_is_sent(app: FastAPI, query: str, right: bool) -> None:
    document = app.openapi()
    described = document["paths"]["/api/search"]["get"]["parameters"]
    assert _in_order(f"http://planet.example/api/search?{query}", described, document) is right


def test_the_examples_are_what_the_schema_says(app: FastAPI) -> None:
    document = app.openapi()
    tried = 0
    for path, methods in document["paths"].items():
        described = methods.get("get", {"responses": {"200": {"content": {}}}})
        answer = described["responses"]["200"]["content"].get("application/json", {})
        if "example" not in answer:
            continue
        tried += 1
        whole = {**answer["schema"], "components": document["components"]}
        errors = [*Draft202012Validator(whole).iter_errors(answer["example"])]
        assert not errors, f"{path}: {errors[0].message}"
    assert tried > 8
