"""Samples of imports for the tests that walk the whole graph."""

import tempfile
from pathlib import Path
from typing import Any

from customer_gql.administration.customer_import.adobe.load import import_adobe
from customer_gql.administration.customer_import.tables import customer_import, import_mapping, import_row
from customer_gql.core.ids import encode_id, new_id
from support.adobe_shop import HOME, sheet
from support.calls import about, by_input
from support.customers import put
from support.writers import Subject


async def load(subject: Subject, row: dict[str, str], *, is_address: bool) -> None:
    customer = await subject.connection.fetchrow(
        "SELECT c.email, w.code FROM customer c JOIN website w ON w.id = c.website_id WHERE c.id = $1", subject.id
    )
    named = {"_email" if is_address else "email": customer.email, "_website": customer.code, **row}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        file.write_text(sheet({**HOME, **named} if is_address else named))
        people, places = (None, file) if is_address else (file, None)
        summary = await import_adobe(subject.connection, customers=people, addresses=places)
    assert (summary.customers.updated, summary.addresses.updated) == ((0, 1) if is_address else (1, 0))


async def import_customer(subject: Subject, turn: int) -> None:
    row = {"prefix": f"Im {turn}", "firstname": f"Import {turn}", "lastname": f"Row {turn}", "gender": str(turn)}
    row |= {"dob": f"1980-01-0{turn}", "taxvat": f"IM {turn}", "group_id": str(4 - turn), "middlename": f"M{turn}"}
    await load(subject, row | {"suffix": f"Suffix {turn}", "disable_auto_group_change": "1"}, is_address=False)


async def import_address(subject: Subject, turn: int) -> None:
    """The entity that the home of the subject was imported as."""
    row = {
        "_entity_id": "1",
        "city": f"Imported {turn}",
        "telephone": f"01904 555 010{turn}",
        "postcode": f"YO1 {turn}AA",
    }
    await load(subject, row | {"street": f"{turn} Imported Road", "company": f"Imported {turn}"}, is_address=True)


async def import_default(subject: Subject, turn: int) -> None:
    """A new address becomes the default."""
    row = {"_entity_id": f"new {turn}", "city": f"New {turn}"}
    await load(subject, row, is_address=True)


WRITERS = {"import customers": import_customer, "import addresses": import_address, "import a default": import_default}


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    """Of somebody else, and of the customer's website."""
    id = new_id()
    owner = {"actor": "STAFF", "actor_id": 1}
    await put(
        connection,
        customer_import,
        id=id,
        **owner,
        layout="ADOBE_CUSTOMERS",
        behavior="ADD_UPDATE",
        error_policy="SKIP",
        file_name="people.csv",
        size_bytes=1,
        status="DONE",
        website_ids=[customer.website_id],
        columns='[{"name": "email", "samples": ["ann@shop.example"], "target": "email"}]',
    )
    problem = '[{"column": "dob", "key": "import.date_unreadable", "params": {}, "value": "never", "outcome": "CELL_LEFT_OUT"}]'
    await put(connection, import_row, import_id=id, line=2, problems=problem)
    mapping = '[{"column": "mail", "target": "email"}]'
    await put(connection, import_mapping, id=new_id(), **owner, name=f"mapping {id}", mapping=mapping)
    return {"cim": encode_id("cim", id)}


NEW = {"layout": "ADOBE_CUSTOMERS", "fileName": "people.csv", "sizeBytes": 1}
CALLS = {
    "customerImport": [lambda ids: {"id": ids["cim"]}],
    "customerImports": [lambda _: {}],
    "customerImportMappings": [lambda _: {}],
    "customerImportCreate": [
        by_input(lambda _: NEW),
        by_input(lambda ids: {**NEW, "layout": "MAPPED", "websiteId": ids["web"]}),
    ],
    "customerImportMap": [about("cim", mapping=[])],
    "customerImportStart": [about("cim")],
    "customerImportRetry": [about("cim")],
}
UNRECORDED = {
    **dict.fromkeys(("customerImportCreate", "customerImportMap"), "of the import, not of a customer"),
    **dict.fromkeys(("customerImportStart", "customerImportRetry"), "a job does it, which writes the history"),
}
NOT_PERSONAL = {
    **dict.fromkeys(["ImportColumn.name", "ImportColumn.target"], "about the file"),
    **dict.fromkeys(["ImportMapping.name", "ImportMappedColumn.column", "ImportMappedColumn.target"], "about the file"),
    **dict.fromkeys(["ImportTarget.key", "ImportTarget.label"], "about the layout"),
    **dict.fromkeys(["ImportPreviewCell.column", "ImportProblem.column"], "about the file"),
    **dict.fromkeys(["ImportPreviewCell.key", "ImportPreviewCell.message"], "about a rule"),
    **dict.fromkeys(["ImportProblem.key", "ImportProblem.message"], "about a rule"),
    "CustomerImport.fileName": "given by staff",
    "StoredFile.name": "given by staff or the service",
}
