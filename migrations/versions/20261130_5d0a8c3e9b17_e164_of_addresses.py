"""Telephone numbers of existing addresses in E.164, made by the code of this revision in batches of ids."""

import phonenumbers
import sqlalchemy as sa
from alembic import op

revision = "5d0a8c3e9b17"
down_revision = "fe4b201fadd6"
branch_labels = None
depends_on = None

BATCH = 5000


def upgrade() -> None:
    connection, last = op.get_bind(), (-1, -1)
    read = sa.text(
        "SELECT customer_id, id, telephone, country_code FROM address WHERE (customer_id, id) > (:customer_id, :id) "
        f"AND telephone IS NOT NULL ORDER BY customer_id, id LIMIT {BATCH}"
    )
    store = sa.text("UPDATE address SET telephone_e164 = :number WHERE customer_id = :customer_id AND id = :id")
    while rows := connection.execute(read, {"customer_id": last[0], "id": last[1]}).fetchall():
        made = [(owner, id, make_number(typed, country)) for owner, id, typed, country in rows]
        numbers = [{"customer_id": owner, "id": id, "number": number} for owner, id, number in made if number]
        if numbers:
            connection.execute(store, numbers)
        last = rows[-1][0], rows[-1][1]


def make_number(typed: str, country: str) -> str | None:
    """As the code does at this revision."""
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def downgrade() -> None:
    """The column goes with the revision before."""
