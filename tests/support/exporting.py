"""Exports as tests start, run, download and read them: each format as a list of rows, by the titles of the columns."""

import asyncio
import csv
import io
import json
import xml.etree.ElementTree as ET
from typing import Any

import openpyxl

from customer_gql.messaging.jobs.whole_runs.runner import run_due_whole_jobs
from customer_gql.messaging.jobs.work import Tools

CREATE = """mutation E($input: ExportCreateInput!) { exportCreate(input: $input) {
  job { id kind status } userErrors { code key params message path } } }"""
SHOW = """query J($id: ID!) { job(id: $id) { status cancelReason totalCount processedCount doneCount failedCount canceledCount
  problems { key count message } files { id name rowCount sizeBytes expiresAt } } }"""
LINK = """mutation L($id: ID!) { downloadLinkCreate(input: {fileId: $id}) {
  url expiresAt userErrors { code key message path } } }"""
_NS = "{urn:schemas-microsoft-com:office:spreadsheet}"


async def create_export(client: Any, list: Any, format: str = "CSV", **more: Any) -> Any:
    return (await client.data(CREATE, input={"list": list, "format": format, **more}))["exportCreate"]


async def start_export(client: Any, list: Any, format: str = "CSV", **more: Any) -> str:
    """The id of the job."""
    made = await create_export(client, list, format, **more)
    assert made["userErrors"] == []
    return made["job"]["id"]


async def run_exports(tools: Tools) -> None:
    while await run_due_whole_jobs(tools):
        await asyncio.sleep(0)


async def show_export(client: Any, id: str) -> Any:
    return (await client.data(SHOW, id=id))["job"]


async def download(client: Any, file_id: str) -> bytes:
    answer = await client.http.get(f"/admin/files/{file_id}", headers={"Authorization": f"Bearer {client.token}"})
    assert answer.status_code == 200, answer.text
    return answer.content


async def export(client: Any, tools: Tools, list: Any, format: str = "CSV", **more: Any) -> bytes:
    """The content of the file."""
    id = await start_export(client, list, format, **more)
    await run_exports(tools)
    job = await show_export(client, id)
    assert job["status"] == "DONE", job
    [file] = job["files"]
    content = await download(client, file["id"])
    assert len(content) == file["sizeBytes"]
    return content


def read_csv(content: bytes) -> list[dict[str, str | None]]:
    return [dict(row) for row in csv.DictReader(io.StringIO(content.decode(), newline=""))]


def read_workbook(content: bytes) -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    rows: list[dict[str, Any]] = []
    for sheet in book.worksheets:
        head, *lines = [list[Any](line) for line in sheet.iter_rows(values_only=True)] or [[]]
        rows += [dict(zip(head, [*line, *[None] * (len(head) - len(line))], strict=True)) for line in lines]
    return rows


def read_spreadsheet_xml(content: bytes) -> list[dict[str, Any]]:
    head, *lines = [[_read_cell(cell) for cell in row] for row in ET.fromstring(content).iter(f"{_NS}Row")]
    return [dict(zip(head, line, strict=True)) for line in lines]


def _read_cell(cell: Any) -> Any:
    data = cell.find(f"{_NS}Data")
    if data is None:
        return None
    text = data.text or ""
    return float(text) if data.get(f"{_NS}Type") == "Number" else text


def read_json_lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.decode().splitlines()]
