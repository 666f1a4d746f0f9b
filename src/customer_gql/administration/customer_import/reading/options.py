"""How the cells of a file are written (docs/domain/import.md#import-22)."""

from dataclasses import dataclass
from typing import Final

from .dates import DateOrder

EMPTY_VALUE: Final = "_EMPTY_VALUE_"
VALUE_SEPARATOR: Final = ","


@dataclass(frozen=True, slots=True)
class ReadOptions:
    encoding: str | None = None
    """None finds it out."""
    delimiter: str | None = None
    """None takes the one that gives the header most cells."""
    dates: DateOrder | None = None
    empty_value: str = EMPTY_VALUE
    """The text of a cell that clears the stored value, besides `\\N`."""
    value_separator: str = VALUE_SEPARATOR
    """Between the values of a cell that may have several."""
    keeps_empty_cells: bool = False
    """An empty cell says nothing, in place of clearing the stored value."""


USUAL: Final = ReadOptions()
