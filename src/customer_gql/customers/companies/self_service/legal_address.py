"""The legal address as an input, from customers and from staff."""

from typing import Any

import strawberry

from customer_gql.graph.fields import column


@strawberry.input(description="The address under which a company is registered.")
class CompanyLegalAddressInput:
    street: list[str] = column("Street, of one or two lines.")
    city: str = column("City.")
    country_code: str = column("Country, by its two-letter code of ISO 3166-1.")
    telephone: str = column("Telephone number of the company.")
    region: str | None = strawberry.field(description="State or province, by code or name.", default=None)
    postcode: str | None = strawberry.field(description="Postal code, where the country has them.", default=None)


def read_legal_address(given: CompanyLegalAddressInput) -> dict[str, Any]:
    return {
        "street": given.street,
        "city": given.city,
        "countryCode": given.country_code,
        "region": given.region,
        "postcode": given.postcode,
        "telephone": given.telephone,
    }
