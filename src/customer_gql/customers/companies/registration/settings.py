"""Whether the shop has companies, and whether somebody can ask for one on the storefront."""

from typing import Final

from customer_gql.shop.settings.declaration import WEBSITE, Setting

COMPANIES_ENABLED: Final = Setting(
    "companies.enabled",
    False,
    WEBSITE,
    "Whether the website takes requests for companies at all.",
    is_public=True,
    label="Companies",
)
REGISTRATION: Final = Setting(
    "companies.registration",
    True,
    WEBSITE,
    "Whether a company can be requested on the storefront, where `companies.enabled` is on.",
    is_public=True,
    label="Requests for companies on the storefront",
)
