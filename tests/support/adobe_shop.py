"""A shop to import Adobe Commerce files into, and files to import."""

import csv
import io
from pathlib import Path
from typing import Any

from customer_gql.administration.customer_import.adobe.load import ImportSummary, import_adobe
from customer_gql.database.statements import Connection

ANN = {"email": "ann@shop.example", "_website": "base", "firstname": "Ann", "lastname": "Lee"}
HOME = {
    "_website": "base",
    "_email": "ann@shop.example",
    "firstname": "Ann",
    "lastname": "Lee",
    "street": "1 High Street",
    "city": "York",
    "country_id": "GB",
    "postcode": "YO1 1AA",
    "telephone": "01904 555 0101",
    "_address_default_billing_": "1",
    "_address_default_shipping_": "1",
}


def sheet(*rows: dict[str, str]) -> str:
    """The rows under all the columns that any of them has; a column a row does not have is empty there."""
    out = io.StringIO()
    writer = csv.DictWriter(out, dict.fromkeys(column for row in rows for column in row), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class Shop:
    """A shop of its own to import into."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder
        self.report = folder / "refused.csv"

    def written(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    async def load(
        self, customers: str | bytes | None = None, addresses: str | bytes | None = None, **options: Any
    ) -> ImportSummary:
        return await import_adobe(
            self.connection,
            customers=None if customers is None else self.written("people.csv", customers),
            addresses=None if addresses is None else self.written("places.csv", addresses),
            report=self.report,
            **options,
        )

    def refused(self) -> list[tuple[str, ...]]:
        """The report without the outcomes: file, line, column, reason, value."""
        return [(*row[:3], *row[4:]) for row in self._reported()]

    def outcomes(self) -> list[tuple[str, str]]:
        """Each column of the report with what became of its cell."""
        return [(row[2], row[3]) for row in self._reported()]

    def _reported(self) -> list[list[str]]:
        with self.report.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))[1:]

    async def rows(self, sql: str) -> list[tuple]:
        return [tuple(row) for row in await self.connection.fetch(sql)]

    async def stored(self) -> dict[str, str | None]:
        """All there is, in a form that shows any difference."""
        tables = await self.rows(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition ORDER BY 1"
        )
        sql = "SELECT string_agg(t::text, chr(10) ORDER BY t::text) FROM {} t"
        return {table: await self.connection.fetchval(sql.format(table)) for (table,) in tables}
