"""Files with the columns `sku` and `qty`, whose bad rows are told by line (docs/domain/carts.md#carts-20)."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Final

from customer_gql.commerce.carts.lines.edits import NewLine
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.text import normalize_text

LONGEST: Final = 100_000
MOST_ROWS: Final = 500
_COLUMNS: Final = ["sku", "qty"]

_HEADER_WRONG: Final = Refusal("cart.csv_header_wrong", "Begin the file with the line sku,qty.")
_UNREADABLE: Final = Refusal("cart.csv_unreadable", "This line cannot be read. Write a SKU, a comma and a quantity.")
_NO_ROWS: Final = Refusal("cart.csv_empty", "The file has no rows below its header.", UserErrorCode.REQUIRED)
_TOO_MANY: Final = Refusal("cart.csv_too_long", "Send at most {limit} rows at once.", UserErrorCode.TOO_MANY)
_QUANTITY: Final = Refusal("cart.csv_quantity_wrong", "Enter a whole number as the quantity, at least 1.")


@dataclass(slots=True)
class ReadLines:
    """Lines of the file by their numbers, and what is wrong with others."""

    lines: list[NewLine] = field(default_factory=list[NewLine])
    numbers: list[int] = field(default_factory=list[int])
    refused: list[RuleError] = field(default_factory=list[RuleError])

    def locate(self, errors: Sequence[RuleError]) -> list[RuleError]:
        """Refusals of the cart, whose paths begin with `items` and the place, at the lines of the file; all in their order."""
        found = [error.at(["csv", str(self.numbers[int(error.path[1])])]) for error in errors]
        return sorted([*self.refused, *found], key=lambda error: int(error.path[1]))


def read_csv_lines(text: str) -> ReadLines:
    """Raises `RuleError` for a file that is no such one as a whole."""
    reader, read = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True), ReadLines()
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if header != _COLUMNS:
            raise _HEADER_WRONG(path=["csv", "1"])
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _read_row(read, cells, reader.line_num)
    except csv.Error:
        raise _UNREADABLE(path=["csv", str(reader.line_num)]) from None
    count = len(read.lines) + len(read.refused)
    if not 1 <= count <= MOST_ROWS:
        raise _TOO_MANY(path=["csv"], limit=MOST_ROWS) if count else _NO_ROWS(path=["csv"])
    return read


def _read_row(read: ReadLines, cells: Sequence[str], number: int) -> None:
    path = ["csv", str(number)]
    if len(cells) != len(_COLUMNS) or not cells[0].strip():
        read.refused.append(_UNREADABLE(path=path))
        return
    quantity = cells[1].strip()
    if not (quantity.isascii() and quantity.isdigit() and len(quantity) < 10 and int(quantity)):
        read.refused.append(_QUANTITY(path=path))
        return
    read.lines.append(NewLine(normalize_text(cells[0]), int(quantity)))
    read.numbers.append(number)
