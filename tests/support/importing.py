"""Imports as tests create, upload, start and look at them."""

import asyncio
from typing import Any

from customer_gql.core.ids import decode_id
from customer_gql.messaging.jobs.runs.runner import run_due_jobs
from customer_gql.messaging.jobs.work import Tools

CREATE = """mutation C($input: CustomerImportCreateInput!) { customerImportCreate(input: $input) {
  customerImport { id status } uploadUrl userErrors { code key params path } } }"""
START = """mutation S($input: CustomerImportStartInput!, $dryRun: Boolean! = false) {
  customerImportStart(input: $input, dryRun: $dryRun) {
    customerImport { id status } job { id kind status isDryRun } userErrors { code key path } } }"""
RETRY = """mutation R($input: CustomerImportRetryInput!) { customerImportRetry(input: $input) {
  customerImport { status } job { id totalCount } userErrors { code key path } } }"""
MAP = """mutation M($input: CustomerImportMapInput!) { customerImportMap(input: $input) {
  customerImport { status columns { name target } } userErrors { code key params path } } }"""
COUNTS = "readCount createdCount updatedCount deletedCount unchangedCount refusedCount"
SHOW = f"query I($id: ID!) {{ customerImport(id: $id) {{ status {COUNTS} job {{ status cancelReason totalCount doneCount unchangedCount refusedCount failedCount canceledCount }} }} }}"
PROBLEMS = """query P($id: ID!) { customerImport(id: $id) { problems(first: 100) {
  nodes { line column key message value outcome } totalCount } } }"""


async def create(client: Any, content: bytes, **given: Any) -> dict[str, Any]:
    input = {"layout": "ADOBE_CUSTOMERS", "fileName": "people.csv", "sizeBytes": len(content), **given}
    return (await client.data(CREATE, input=input))["customerImportCreate"]


async def put_file(client: Any, url: str, content: Any, **headers: str) -> Any:
    """The response."""
    authorization = {"Authorization": f"Bearer {client.token}"} if client.token else {}
    return await client.http.put(url, content=content, headers={**authorization, **headers})


async def upload(client: Any, content: bytes, **given: Any) -> str:
    """The id of an import with its file."""
    made = await create(client, content, **given)
    assert made["userErrors"] == [], made
    answer = await put_file(client, made["uploadUrl"], content)
    assert answer.status_code == 200, answer.text
    return made["customerImport"]["id"]


async def start(client: Any, id: str, *, dry_run: bool = False) -> dict[str, Any]:
    return (await client.data(START, input={"id": id}, dryRun=dry_run))["customerImportStart"]


async def run_import(client: Any, tools: Tools, id: str, *, dry_run: bool = False) -> dict[str, int]:
    """Start it, do its job, and give its counts by name."""
    begun = await start(client, id, dry_run=dry_run)
    assert begun["userErrors"] == [], begun
    await work(tools)
    return await show_counts(client, id)


async def work(tools: Tools) -> None:
    while await run_due_jobs(tools):
        await asyncio.sleep(0)


async def show_counts(client: Any, id: str) -> dict[str, int]:
    """Those that are not zero."""
    shown = (await client.data(SHOW, id=id))["customerImport"]
    return {name.removesuffix("Count"): shown[name] for name in COUNTS.split() if shown[name]}


async def show(client: Any, id: str) -> dict[str, Any]:
    return (await client.data(SHOW, id=id))["customerImport"]


async def problems(client: Any, id: str) -> list[dict[str, Any]]:
    return (await client.data(PROBLEMS, id=id))["customerImport"]["problems"]["nodes"]


def import_key(id: str) -> int:
    return decode_id(id, "cim")
