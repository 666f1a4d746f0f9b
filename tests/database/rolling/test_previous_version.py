"""The previous version and this one run side by side while a deployment goes on: on the database of this one, and for clients
whose documents were written for the previous one."""

import asyncpg
import pytest
from graphql import parse, validate

from customer_gql.embedded.server import Server
from customer_gql.schema import admin, storefront
from support.databases import cloned
from support.previous_version import AUDIENCES, load_documents, load_statements, running_documents

SCHEMAS = {"admin": admin.schema, "storefront": storefront.schema}
DOCUMENTS = [
    pytest.param(audience, document, id=f"{audience} {title}")
    for audience in AUDIENCES
    for title, document, _ in load_documents(audience)
]


@pytest.mark.parametrize(("audience", "document"), DOCUMENTS)
def test_a_document_of_the_previous_version_is_valid(audience: str, document: str):
    assert validate(SCHEMAS[audience]._schema, parse(document)) == []


@pytest.mark.slow
async def test_documents_of_the_previous_version_are_answered(server: Server, template: str):
    with cloned(server, template) as url:
        async with running_documents(url) as answers:
            failed = {title: answer["errors"] for title, answer in answers if "errors" in answer}
            refused = {
                title: part["userErrors"]
                for title, answer in answers
                for part in (answer["data"] or {}).values()
                if isinstance(part, dict) and part.get("userErrors")
            }
    assert (failed, refused, len(answers)) == ({}, {}, len(DOCUMENTS))


async def test_the_database_of_this_version_runs_the_statements_of_the_previous_one(empty_database_url: str):
    """A table, column or function that is gone, or of another type, ends here."""
    statements = load_statements()
    assert len(statements) > 100
    connection = await asyncpg.connect(empty_database_url, statement_cache_size=0)
    failed: dict[str, str] = {}
    try:
        for statement in statements:
            try:
                await connection.prepare(statement)
            except asyncpg.PostgresError as error:
                failed[statement] = str(error)
    finally:
        await connection.close()
    assert failed == {}
