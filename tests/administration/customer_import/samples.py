"""Samples of imports for the tests that walk the whole graph."""

import tempfile
from pathlib import Path

from customer_gql.administration.customer_import.adobe.load import import_adobe
from support.adobe_shop import HOME, sheet
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
