"""Every region of every country as somebody enters it at an address: by code, name, local name and without accents; found as the
same region, and told in the script that was typed (docs/domain/addresses.md#addresses-22)."""

import pytest

from customer_gql.core.text import fold_text
from customer_gql.customers.addresses.validation import StoredRegion, validate_region
from customer_gql.shop.countries.names import all_countries

COUNTRIES = [country for country in all_countries().values() if country.regions]


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
def test_each_region_is_stored_by_its_code_as_it_was_typed(country):
    for region in country.regions:
        for name in filter(None, {region.name, region.local_name}):
            assert validate_region(name, country, ["region"]) == StoredRegion(name, region.code)
            # Typed without accents or in other letters, it is the same region in the same script.
            for typed in {fold_text(name), name.upper(), name.lower(), f"  {name} "}:
                stored = validate_region(typed, country, ["region"])
                assert stored.code == region.code, typed
                assert stored.name is not None
                # A name without accents may be one of its own, as Almeria is.
                assert fold_text(stored.name) == fold_text(name), typed
        if region.code is not None:
            for typed in (region.code, region.code.lower()):
                stored = validate_region(typed, country, ["region"])
                assert stored.code == region.code
                assert stored.name in {region.name, region.local_name}
