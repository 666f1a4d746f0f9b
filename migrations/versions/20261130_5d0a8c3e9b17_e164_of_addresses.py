"""Telephone numbers of existing addresses in E.164, made by the code of this revision in batches of ids."""

import phonenumbers
import sqlalchemy as sa

from customer_gql.database.schema.large_tables import change_in_batches

revision = "5d0a8c3e9b17"
down_revision = "fe4b201fadd6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    store = sa.text("UPDATE address SET telephone_e164 = :number WHERE customer_id = :customer_id AND id = :id")

    def values_of(rows):
        made = [(owner, id, make_number(typed, country)) for owner, id, typed, country in rows if typed is not None]
        return [{"customer_id": owner, "id": id, "number": number} for owner, id, number in made if number]

    change_in_batches(store, "address", ["customer_id", "id"], ["telephone", "country_code"], values_of)


def make_number(typed: str, country: str) -> str | None:
    """As the code does at this revision."""
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def downgrade() -> None:
    """The column goes with the revision before."""
