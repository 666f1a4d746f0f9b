"""What callers send and what tables hold appears in no error and in no log."""

import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from graphql import GraphQLError

from customer_gql.core.errors import Forbidden
from customer_gql.database.statements import Connection
from customer_gql.embedded.server import Server
from customer_gql.execution import error_masking
from execution.conftest import UNLIMITED_RATES
from support.databases import change_tables
from support.service import Service, code_of, serving

pytestmark = pytest.mark.slow  # starts processes

CANARIES = {
    "token": "cgs_canaryTokenCanaryTokenCanaryTokenCanaryTok",
    "password": "canary-passw0rd",
    "variable": "canary-variable@example.com",
    "name": "canary name",
    "header": "canary-header",
    "parameter": "canary-parameter",
}
SRC = Path(__file__).parents[2] / "src"
LEAKS = re.compile(
    r"SELECT|INSERT|UPDATE |Traceback|asyncpg|sqlalchemy|strawberry|\.py\b|postgres|pg_|relation |constraint",
    re.IGNORECASE,
)


def everything(service: Service, staff_token: str) -> list[Any]:
    """Requests of all kinds, each with something in it that must not be seen again."""
    admin = "/admin/graphql"
    secret = CANARIES["password"]
    return [
        service.post({"query": f'{{ customer(id: "{secret}") {{ id }} }}'}, admin, token=staff_token),
        service.post({"query": f'{{ signIn(password: "{secret}") {{ id }} }}'}),
        service.post({"query": "{ " + secret}),
        service.post({"query": f'"{secret}" {{ me {{ id }} }}'}),
        service.post({"query": "{ me { id } }"}, token=CANARIES["token"]),
        service.post({"query": "{ __typename }"}, path=f"/graphql?token={CANARIES['parameter']}"),
        service.post({"query": "{ __typename }", "operationName": CANARIES["name"]}),
        service.post({"query": "query a { __typename } query b { __typename }", "operationName": CANARIES["name"]}),
        service.post({"query": "{ __typename }"}, cookie=CANARIES["header"], user_agent=CANARIES["header"]),
        service.post({"query": "{ __typename }"}, x_storefront_token=CANARIES["token"],
                     x_shopper_address=CANARIES["header"]),
        service.post(b'{"query": "' + secret.encode() + b'"'),
        service.post({"query": "{ __typename }", "variables": {"x": CANARIES["variable"]}, "y": secret}),
        service.http.get(f"/{CANARIES['parameter']}"),
        service.post(
            {
                "query": 'mutation($e: String!) { customerQuickEdit(input: {id: "cus_0000000000000001", email: $e}) '
                "{ userErrors { message } } }",
                "variables": {"e": CANARIES["variable"]},
            },
            admin,
            token=staff_token,
        ),
    ]  # fmt: skip


def test_nothing_secret_is_logged(service: Service, staff_token: str):
    start = len(service.log.read_text())
    everything(service, staff_token)
    logged = service.log.read_text()[start:]
    assert len(service.lines(start)) >= 12
    for canary in (*CANARIES.values(), staff_token):
        assert canary not in logged
    assert "mutation" not in logged
    assert "__typename" not in logged


def test_answers_tell_nothing_of_what_is_behind(service: Service, staff_token: str):
    for answer in everything(service, staff_token):
        assert not LEAKS.search(answer.text), answer.text
        assert answer.status_code < 500


def test_a_log_line_tells_who_asked_what_kind_of_thing(service: Service, customer_token: str):
    start = len(service.log.read_text())
    service.post({"query": "query Mine { me { id } }", "operationName": "Mine"}, token=customer_token)
    (line,) = service.lines(start)
    assert {**line, "ms": 0, "request_id": "", "timestamp": ""} == {
        "event": "request",
        "level": "info",
        "path": "/graphql",
        "operation": "Mine",
        "viewer": "customer",
        "cost": 301,
        "status": 200,
        "outcome": "OK",
        "ms": 0,
        "request_id": "",
        "timestamp": "",
    }


def test_a_fault_is_masked_and_found_again_by_its_number(
    tmp_path, empty_database_url: str, staff_token: str, server: Server
):
    """A table that is not as the code thinks: the caller gets a number, the log a place, neither gets the statement."""
    from execution.conftest import run_on_connection

    async def broken(connection: Connection) -> str:
        from customer_gql.staff import writes as staff

        await staff.create_staff_user(connection, email="a@example.com", name="A", role="administrator")
        token = await staff.issue_staff_token(connection, email="a@example.com")
        await change_tables(server, connection, "ALTER TABLE website RENAME COLUMN code TO canary")
        return token

    token = run_on_connection(empty_database_url, broken)
    with serving(tmp_path, empty_database_url, **UNLIMITED_RATES) as service:
        answer = service.ask("{ websites { code } }", "/admin/graphql", token=token)
        (error,) = answer["errors"]
        number = error["extensions"].pop("requestId")
        assert error["message"] == "Internal server error."
        assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
        lines = [line for line in service.lines() if line.get("request_id") == number]
        assert [line["event"] for line in lines] == ["fault", "request"]
        assert lines[0]["kind"] == "UndefinedColumnError"
        assert lines[0]["at"].startswith("customer_gql/database/")  # the innermost line of the package
        place = re.fullmatch(r"(customer_gql/[\w/]+\.py):(\d+) (\w+)", lines[0]["at"])
        assert place is not None
        before = (SRC / place[1]).read_text().splitlines()[: int(place[2])]
        assert f"def {place[3]}(" in "\n".join(before)
        assert 1 < len(lines[0]["frames"]) <= 6
        assert all(re.fullmatch(r"[\w/.-]+:\d+ \S+", frame) for frame in lines[0]["frames"])
        assert "SELECT" not in service.log.read_text()
        assert "Traceback" not in service.log.read_text()


@pytest.mark.parametrize(
    ("_case", "error", "code"),
    [
        ("ours", GraphQLError("No.", path=["a"], original_error=Forbidden("No.")), "FORBIDDEN"),
        ("of a variable", GraphQLError("Variable '$a' got invalid value 1."), "BAD_USER_INPUT"),
        ("of an argument", GraphQLError("Argument 'a' has wrong value.", path=["a"]), "BAD_USER_INPUT"),
        ("of a value we cannot show", GraphQLError("Int cannot represent 1e9", path=["a"]), "INTERNAL_SERVER_ERROR"),
        ("a bug", GraphQLError("x", path=["a"], original_error=KeyError("canary")), "INTERNAL_SERVER_ERROR"),
        ("a full pool", GraphQLError("x", path=["a"], original_error=TimeoutError()), "UNAVAILABLE"),
        ("no database", GraphQLError("x", path=["a"], original_error=ConnectionRefusedError("canary")), "UNAVAILABLE"),
        (
            "a lock",
            GraphQLError("x", path=["a"], original_error=asyncpg.LockNotAvailableError("canary")),
            "UNAVAILABLE",
        ),
        (
            "a clash",
            GraphQLError("x", path=["a"], original_error=asyncpg.UniqueViolationError("canary")),
            "INTERNAL_SERVER_ERROR",
        ),
    ],
)
def test_each_kind_of_failure_has_its_code(_case: str, error: GraphQLError, code: str):
    (shown,), hidden = error_masking.mask_field_errors([error], "number", explain=False)
    assert shown["extensions"]["code"] == code
    assert "canary" not in str(shown)
    assert bool(hidden) == (code in {"INTERNAL_SERVER_ERROR", "UNAVAILABLE"})


def test_a_document_has_few_errors(service: Service):
    answer = service.ask("{ " + " ".join(f"nothing{i}" for i in range(200)) + " }")
    assert [code_of(answer), len(answer["errors"])] == ["GRAPHQL_VALIDATION_FAILED", 1]
