"""Codes of ISO 3166-2 of the regions of existing addresses, in batches of ids.

Codes of former editions, such as `CN-11`, become those of the present one, and regions that had none get theirs. The names
that people typed stay. A row that changes meanwhile is left alone: the service writes the code itself.
"""

from functools import lru_cache

import sqlalchemy as sa

from customer_gql.database.schema.large_tables import change_in_batches
from customer_gql.shop.countries.countries import find_country

revision = "c7a1e05d94b2"
down_revision = "e7b1f40c92d5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, key in (("address", ["customer_id", "id"]), ("company", ["id"])):
        same = " AND ".join(f"{column} = :{column}" for column in key)
        store = sa.text(
            f"UPDATE {table} SET region_code = :present WHERE {same} AND country_code = :country AND region = :region "
            "AND region_code IS NOT DISTINCT FROM :code"
        )

        def values_of(rows, key=key):
            made = []
            for *ids, country, region, code in rows:
                present = code if region is None else find_code(country, region, code)
                if present != code:
                    given = {"country": country, "region": region, "code": code, "present": present}
                    made.append({**dict(zip(key, ids, strict=True)), **given})
            return made

        change_in_batches(store, table, key, ["country_code", "region", "region_code"], values_of)


@lru_cache(maxsize=10_000)
def find_code(country_code: str, region: str, code: str | None) -> str | None:
    country = find_country(country_code)
    if country is None:
        return code
    found = (code and country.region_index.find(code)) or country.region_index.find(region)
    return code if found is None else found[0].code


def downgrade() -> None:
    """The former codes are known no longer, and both are read."""
