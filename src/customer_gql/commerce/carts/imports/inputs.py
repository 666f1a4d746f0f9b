"""Input of carts that are filled from files."""

import strawberry

from customer_gql.graph.fields import column

from .csv_lines import LONGEST, MOST_ROWS


@strawberry.input(description="A file of lines for the cart.")
class CartItemsImportInput:
    csv: str = column(
        f"Text of a CSV file whose first line is `sku,qty`, with 1 to {MOST_ROWS} rows, at most {LONGEST:,} characters.",
        longest=LONGEST,
    )
