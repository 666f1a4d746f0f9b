"""Regions and postal codes in the spellings that people use."""

import pytest

from customer_gql.shop.countries.countries import Country, find_country
from customer_gql.shop.countries.postcodes import clean_postcode
from customer_gql.shop.countries.region_aliases import ALIASES


def country_of(code: str) -> Country:
    found = find_country(code)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("country", "typed", "code", "name"),
    [
        ("US", "US-CA", "US-CA", "California"),
        ("US", "ca", "US-CA", "California"),
        ("US", "CALIFORNIA", "US-CA", "California"),
        ("US", "D.C.", "US-DC", "District of Columbia"),
        ("US", "Washington", "US-WA", "Washington"),
        ("US", "Puerto Rico", "US-PR", "Puerto Rico"),
        ("US", "AA", None, "Armed Forces (AA)"),
        ("IE", "Dublin", "IE-D", "Dublin"),
        ("IE", "County Dublin", "IE-D", "Co. Dublin"),
        ("BR", "Sao Paulo", "BR-SP", "São Paulo"),
        ("CA", "Québec", "CA-QC", "Québec"),
        ("CA", "quebec", "CA-QC", "Quebec"),
        ("ES", "A Coruna", "ES-C", "La Coruña"),
        ("ES", "Vizcaya", "ES-BI", "Vizcaya"),
        ("IT", "Rome", "IT-RM", "Roma"),
        ("JP", "Tokyo", "JP-13", "Tokyo"),
        ("JP", "\u6771\u4eac", "JP-13", "\u6771\u4eac\u90fd"),
        ("JP", "Osaka-fu", "JP-27", "Osaka"),
        ("AE", "\u062f\u0628\u064a", "AE-DU", "\u062f\u0628\u064a"),
        ("KR", "\uc11c\uc6b8", "KR-11", "\uc11c\uc6b8"),
        ("RU", "Moscow", "RU-MOW", "Moskva"),
        ("MX", "CDMX", "MX-CMX", "Ciudad de M\u00e9xico"),
        ("TW", "Hsinchu City", "TW-HSZ", "Hsinchu City"),
    ],
)
def test_regions(country: str, typed: str, code: str | None, name: str):
    found = country_of(country).region_index.find(typed)
    assert found is not None
    assert (found[0].code, found[1]) == (code, name)


@pytest.mark.parametrize(
    ("country", "typed"), [("US", "Bavaria"), ("US", "Virgina"), ("TW", "Hsinchu"), ("IE", "county")]
)
def test_what_is_no_region_or_two(country: str, typed: str):
    assert country_of(country).region_index.find(typed) is None


def test_suggestions():
    index = country_of("US").region_index
    assert index.suggest("Califronia")[0] == "California"
    assert index.suggest("Virgina")[:2] == ["Virginia", "West Virginia"]
    assert index.suggest("Calif.")[0] == "California"
    assert index.suggest("Bavaria") == []
    assert country_of("JP").region_index.suggest("Tokio")[0] == "Tokyo"


def test_every_alias_is_of_a_region_that_is_listed():
    listed = {region.code for country in {code[:2] for code in ALIASES} for region in country_of(country).regions}
    assert sorted(set(ALIASES) - listed) == []


def test_every_region_is_found_by_its_names_and_its_code():
    for country in map(
        country_of, ("US", "CA", "JP", "IT", "ES", "BR", "AE", "RU", "CN", "IN", "MX", "AU", "IE", "KR")
    ):
        for region in country.regions:
            for spelling in (*region.names, *([region.code] if region.code else [])):
                found = country.region_index.find(spelling)
                assert found is not None, (country.code, spelling)
                assert found[0] is region, (country.code, spelling, found[0])


@pytest.mark.parametrize(
    ("country", "stored", "spellings"),
    [
        ("GB", "SW1A 1AA", ["sw1a1aa", "SW1A\u00a01AA", "SW1A-1AA", " sw1a  1aa ", "S W1A1 AA", "GB-SW1A 1AA"]),
        ("DE", "80331", ["80331", "D-80331", "DE 80331", "de80331", "80 331", "\uff18\uff10\uff13\uff13\uff11"]),
        ("US", "94043-1234", ["94043-1234", "940431234", "94043 1234", "94043\u20131234"]),
        ("CA", "K1A 0B1", ["k1a0b1", "K1A-0B1"]),
        ("NL", "1234 AB", ["1234ab", "NL-1234 AB"]),
        ("JP", "154-0023", ["1540023", "\uff11\uff15\uff14\uff0d\uff10\uff10\uff12\uff13"]),
        ("BR", "40301-110", ["40301110", "40.301-110"]),
        ("SE", "11455", ["114 55", "SE-114 55", "S-11455"]),
        ("LV", "LV-1010", ["1010", "lv 1010", "LV1010"]),
        ("FI", "00550", ["FIN-00550", "FI-00550"]),
        ("CH", "8001", ["CH-8001"]),
        ("PL", "00-950", ["00950"]),
    ],
)
def test_one_form_of_a_postal_code(country: str, stored: str, spellings: list[str]):
    form = country_of(country).postcode_form
    assert {
        spelling: form.find_stored_form(clean_postcode(spelling)) for spelling in [stored, *spellings]
    } == dict.fromkeys([stored, *spellings], stored)


@pytest.mark.parametrize(
    ("country", "typed"), [("US", "2138"), ("GB", "12345"), ("DE", "1234"), ("CA", "D1A 0B1"), ("GB", "\u00df1 1AA")]
)
def test_what_is_no_postal_code(country: str, typed: str):
    assert country_of(country).postcode_form.find_stored_form(clean_postcode(typed)) is None
