"""The documents people start from are documents of the schema they are offered for."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, get_operation_ast, parse, print_ast, validate
from graphql.execution.values import VariableValues, get_variable_values

from customer_gql.database.pools import open_database
from customer_gql.demo.first_job import submit_tagging
from customer_gql.demo.start import STAFF, prepare_demo
from customer_gql.embedded.server import Server
from customer_gql.graphiql.documents import load_examples
from customer_gql.messaging.jobs.runs.runner import run_due_jobs
from customer_gql.messaging.jobs.whole_runs.runner import run_due_whole_jobs
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema import admin, storefront
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import load_settings
from support.blocking import wait_until
from support.clients import Client, served
from support.databases import cloned
from support.live import streaming
from support.mailed import SECRET_KEYS

DOCUMENTS = Path(__file__).parents[1] / "documents"
OFFERED = [
    pytest.param(schema._schema, example, id=f"{audience}: {example['title']}")
    for audience, schema in (("admin", admin.schema), ("storefront", storefront.schema))
    for example in load_examples(audience)
]


@pytest.mark.parametrize(("schema", "example"), OFFERED)
def test_example_and_its_variables_fit_the_schema(schema: GraphQLSchema, example: dict[str, str]):
    document = parse(example["query"])
    assert validate(schema, document) == []
    operation = get_operation_ast(document)
    assert isinstance(operation, OperationDefinitionNode)
    definitions = operation.variable_definitions or ()
    given = json.loads(example["variables"] or "{}")
    assert isinstance(get_variable_values(schema, definitions, given), VariableValues)
    assert given.keys() == {definition.variable.name.value for definition in definitions}


@pytest.mark.parametrize("example", [given.values[1] for given in OFFERED], ids=lambda example: example["title"])
def test_examples_are_formatted(example: dict[str, str]):
    uncommented = "\n".join(line for line in example["query"].splitlines() if not line.startswith("#"))
    assert uncommented == print_ast(parse(uncommented))


def test_examples_stand_in_their_order_under_readable_titles():
    assert [example["title"] for example in load_examples("admin")] == [
        "Customers page",
        "Profile",
        "Nested orders page",
        "Customer quick edit",
        "Customer mass action",
        "Customer force sign in",
        "Customer reset password",
        "Customer update",
        "Customer upsert",
        "Customer note create",
        "Customer tags add",
        "Saved views",
        "Customers of a saved view",
        "Grid view create",
        "Grid view set default",
        "Now online followed",
        "Events followed",
        "Customer selection create",
        "Customer mass action on many",
        "Jobs",
        "Job undo",
        "Events",
        "Webhook create",
        "Webhooks",
        "Export create",
        "Export schedule create",
        "Export schedules",
        "Customer import create",
        "Customer imports",
        "Job followed",
        "Job cancel",
        "Job retry",
        "Download link create",
        "Webhook replay",
    ]
    assert [example["title"] for example in load_examples("storefront")] == [
        "My profile",
        "My orders",
        "Sign up",
        "Sign in",
        "Address form",
    ]


def test_first_examples_are_the_documents_that_tests_run():
    documents = [(DOCUMENTS / f"{name}.graphql").read_text().strip() for name in ("customers", "profile", "orders")]
    shown = [example["query"] for example in load_examples("admin")][:3]
    assert shown == [print_ast(parse(document)) for document in documents]


@pytest.mark.slow
async def test_examples_run_as_they_are_shown(server: Server, template: str):
    with cloned(server, template) as url:
        tokens = await prepare_demo(url, lambda _done, _total: None, is_ours=True)
        settings = load_settings(database_url=url, environment="development", secret_keys=SECRET_KEYS)
        async with open_database(url, projections=PROJECTIONS) as database, served(settings, database) as http:
            tools = Tools(database, settings, PROJECTIONS)
            await run_shown_examples(http, "/admin/graphql", tokens[0], tools)
            await run_shown_examples(http, "/graphql", tokens[1], tools)


async def read_shown_examples(http: httpx.AsyncClient, path: str) -> Any:
    page = (await http.get(path, headers={"Accept": "text/html"})).text
    [block] = re.findall(r'id="example-documents">(.*?)</script>', page, re.DOTALL)
    return json.loads(block)


async def run_shown_examples(http: httpx.AsyncClient, path: str, token: str, tools: Tools) -> None:
    for number in range(len(await read_shown_examples(http, path))):
        # What an example leaves is what a later one is about, as the page says.
        while await run_due_whole_jobs(tools) or await run_due_jobs(tools):
            pass
        if "jobCancel" in (await read_shown_examples(http, path))[number]["query"]:
            async with tools.database.transaction() as connection:
                admin = await connection.fetchval("SELECT id FROM staff_user WHERE email = $1", STAFF)
                await submit_tagging(connection, "Autumn catalog", admin, at_once=0)
        example = (await read_shown_examples(http, path))[number]
        if example["title"].endswith("followed"):
            await begin_to_follow(http, token, example)
            continue
        client = Client(http, path, None if example["title"].startswith("Sign") else token)
        data = await client.data(example["query"], **json.loads(example["variables"] or "{}"))
        for answer in data.values():
            assert answer, example["title"]
            assert isinstance(answer, list) or answer.get("userErrors", []) == [], example["title"]


async def begin_to_follow(http: Any, token: str, example: dict[str, str]) -> None:
    app = http._transport.app
    async with streaming(app, token, example["query"], **json.loads(example["variables"] or "{}")) as stream:
        assert stream.status == 200
        if "jobChanged" in example["query"]:
            assert (await stream.data())["data"]["jobChanged"]["status"] == "DONE"
            return

        async def is_followed() -> bool:
            return any(operation._context is not None for operation in app.state.streams.running)

        await wait_until(is_followed)


async def test_the_storefronts_examples_lead_from_sign_up_to_the_own_profile(empty_database, settings):
    shown = {example["title"]: example for example in load_examples("storefront")}

    async def tried(client: Client, title: str):
        return await client.data(shown[title]["query"], **json.loads(shown[title]["variables"] or "{}"))

    async with served(settings, empty_database) as http:
        guest = Client(http, "/graphql", None)
        assert (await tried(guest, "Sign up"))["signUp"] == {"isConfirmationRequired": False, "userErrors": []}
        granted = (await tried(guest, "Sign in"))["signIn"]
        me = (await tried(Client(http, "/graphql", granted["accessToken"]), "My profile"))["me"]
    assert (me["email"], me["fullName"], me["orders"]["totalCount"]) == ("ada@example.com", "Ada Byron", 0)
