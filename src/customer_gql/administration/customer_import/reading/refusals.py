"""What rows and cells of an import are refused with, or noted for, besides the rules of their values."""

from typing import Final

from customer_gql.core.errors import Refusal, UserErrorCode

VALUE_UNKNOWN: Final = Refusal("import.value_unknown", "The value is none of those that the shop knows.")
FILE_NOT_IMPORTED: Final = Refusal(
    "import.file_not_imported",
    "Files are uploaded, not imported: what is stored stays. Leave the column out.",
    UserErrorCode.NOT_ALLOWED,
)
LINES_JOINED: Final = Refusal("import.lines_joined", "Lines after line {limit} were joined to it.")
UNREADABLE_CHARACTERS: Final = Refusal(
    "import.characters_unreadable", "The cell has characters that cannot be read in the encoding of the file."
)
OTHER_ENCODING: Final = Refusal(
    "import.other_encoding",
    "This line is not UTF-8, and was read as Windows-1252, as all others like it. Look at its letters, or save the file as UTF-8.",
)
CELL_TOO_LONG: Final = Refusal(
    "import.cell_too_long", "The cell is longer than {limit} characters.", UserErrorCode.TOO_LONG
)
UNUSABLE_TEXT: Final = Refusal(
    "import.text_unusable", "Text cannot contain NUL, a lone surrogate, or more than {limit} combining marks in a row."
)
DATE_UNREADABLE: Final = Refusal("import.date_unreadable", "Enter a date like 1979-10-31 or 10/31/1979.")
TIME_UNREADABLE: Final = Refusal("import.time_unreadable", "Enter a time like 2024-01-31 09:30:00.")
TIME_OUT_OF_RANGE: Final = Refusal("import.time_out_of_range", "Enter a time from {year!s} to now.")
DATE_AMBIGUOUS: Final = Refusal(
    "import.date_ambiguous", "The day or the month may come first; state the order of dates for the whole import."
)
CENTURY_AMBIGUOUS: Final = Refusal(
    "import.century_ambiguous", "The year may be of two centuries; write it with four digits."
)
TOO_MANY_CELLS: Final = Refusal("import.too_many_cells", "The row has {found} cells, the header {width}.")
TOO_FEW_CELLS: Final = Refusal(
    "import.too_few_cells", "The row has {found} cells, the header {width}; the missing ones count as not given."
)
LINE_TOO_LONG: Final = Refusal("import.line_too_long", "The row is longer than {limit} bytes.", UserErrorCode.TOO_LONG)
QUOTE_OPEN_OR_TOO_LONG: Final = Refusal(
    "import.quote_open_or_too_long",
    "The row has a cell of more than {limit} characters or a quotation mark that is not closed.",
)
QUOTE_OPEN: Final = Refusal("import.quote_open", "The row has a quotation mark that is not closed.")
TEXT_AFTER_QUOTE: Final = Refusal("import.text_after_quote", "The row has text after a closing quotation mark.")
WEBSITE_UNKNOWN: Final = Refusal("import.website_unknown", "There is no such website.", UserErrorCode.NOT_FOUND)
WEBSITE_MISSING: Final = Refusal("import.website_missing", "Enter a website; it is required.", UserErrorCode.REQUIRED)
STORE_VIEW_UNKNOWN: Final = Refusal(
    "import.store_view_unknown",
    "There is no such store view on this website; its default one is used.",
    UserErrorCode.NOT_FOUND,
)
STORE_VIEW_MISSING: Final = Refusal(
    "import.store_view_missing",
    "Enter a store view; the website has no default one.",
    UserErrorCode.REQUIRED,
)
NAME_MISSING: Final = Refusal(
    "import.name_missing", "Enter a value; it is required for a new customer.", UserErrorCode.REQUIRED
)
NO_CUSTOMER: Final = Refusal(
    "import.customer_unknown", "There is no customer with this address on this website.", UserErrorCode.NOT_FOUND
)
ACCOUNT_LOST: Final = Refusal(
    "import.account_lost",
    "The address is reserved for another account, or its account was made, moved or deleted during the import.",
    UserErrorCode.NOT_ALLOWED,
)
CUSTOMER_LOST: Final = Refusal(
    "import.customer_lost",
    "The customer with this address was made, moved or deleted during the import.",
    UserErrorCode.NOT_FOUND,
)
TOO_MANY_ADDRESSES: Final = Refusal(
    "import.too_many_addresses",
    "The address belongs to a customer who has {limit} addresses already.",
    UserErrorCode.LIMIT_REACHED,
)
COLUMN_UNKNOWN: Final = Refusal(
    "import.column_unknown",
    "The file has the unknown column {column}. Remove it or rename it.",
    UserErrorCode.NOT_FOUND,
)
COLUMN_MISSING: Final = Refusal("import.column_missing", "The file lacks the column {column}.", UserErrorCode.REQUIRED)
ACTION_UNKNOWN: Final = Refusal("import.action_unknown", "Enter add_update or delete as the action of the row.")
ACTIONS_DIFFER: Final = Refusal(
    "import.actions_differ",
    "Rows of one customer have different actions. Import them in two files, one after the other.",
)
OPENING_ROW_REFUSED: Final = Refusal(
    "import.opening_row_missing",
    "The row has no e-mail address, and no row before it opened a customer.",
    UserErrorCode.REQUIRED,
)
AMOUNT_INVALID: Final = Refusal("import.amount_invalid", "Enter an amount from 0, such as 12.50.")
POINTS_INVALID: Final = Refusal("import.points_invalid", "Enter a whole number of points from 0.")
GROUP_FAILED: Final = Refusal(
    "import.group_failed",
    "Another row of the customer failed, so that replacing the addresses would lose its address.",
    UserErrorCode.NOT_ALLOWED,
)
SIZE_WRONG: Final = Refusal(
    "import.size_wrong", "The file has {found} bytes, {announced} were announced. Upload the whole file."
)
UPLOADED: Final = Refusal(
    "import.uploaded_already",
    "The file was uploaded already. Create another import for another one.",
    UserErrorCode.NOT_ALLOWED,
)
FILE_UNUSABLE: Final = Refusal("import.file_unusable", "This file cannot be imported: {reason}")
