"""Regions of every country, by all that people call them."""

import pytest

from customer_gql.core.text import fold_text
from customer_gql.shop.countries.names import all_countries
from customer_gql.shop.countries.region_aliases import ALIASES
from customer_gql.shop.countries.regions import Region, region_name
from customer_gql.shop.countries.subdivisions import spell_names, subdivisions_by_country

COUNTRIES = [code for code, country in all_countries().items() if country.regions]


def find(country: str, text: str) -> Region | None:
    found = all_countries()[country].region_index.find(text)
    return None if found is None else found[0]


@pytest.mark.parametrize("country", COUNTRIES)
def test_each_region_is_found_by_code_and_name_and_told_as_typed(country: str):
    index = all_countries()[country].region_index
    for region in all_countries()[country].regions:
        for text in filter(None, (region.code, region.name, region.local_name, fold_text(region.name))):
            found = index.find(text)
            assert found is not None, text
            assert found[0] is region, text
        for name in (region.name, region.local_name):
            told = index.find(name)
            assert told is not None
            assert told[1] == name
            assert index.find(name.upper()) == told


@pytest.mark.parametrize("country", COUNTRIES)
def test_codes_are_those_of_iso_and_every_one_is_found(country: str):
    regions = all_countries()[country].all_regions
    known = {each.code: each for each in subdivisions_by_country().get(country, ())}
    codes = [region.code for region in (*regions.listed, *regions.others) if region.code is not None]
    assert sorted(codes) == sorted(known)
    for code, each in known.items():
        found, former = find(country, code), find(country, code.partition("-")[2])
        assert found is not None
        assert found.code == code
        assert former is not None
        assert find(country, each.name) is not None or any(
            each.name == other.name for other in set(known.values()) - {each}
        )


def test_regions_without_a_code_are_those_that_iso_does_not_know():
    without = {
        code: [region.name for region in country.regions if region.code is None]
        for code, country in all_countries().items()
    }
    assert {code: names for code, names in without.items() if names} == {
        "AU": ["Jervis Bay Territory"],
        "BS": ["Abaco Islands", "Andros Island", "Crooked Island", "Eleuthera", "Grand Bahama"],
        "CV": ["Fogo", "Santiago", "Santo Antão", "São Nicolau"],
        "HK": ["Kowloon", "Hong Kong Island", "New Territories"],
        "KY": ["Cayman Brac", "Grand Cayman", "Little Cayman"],
        "PH": ["Maguindanao"],
        "RU": ["Respublika Krym", "Sevastopol'"],
        "TV": ["Niulakita"],
        "US": ["Armed Forces (AA)", "Armed Forces (AE)", "Armed Forces (AP)", "Marshall Islands", "Micronesia", "Palau"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [
        ("IT", "Lazio", "IT-62"),
        ("IT", "Aosta", "IT-23"),
        ("ES", "cataluna", "ES-CT"),
        ("ES", "Asturias", "ES-O"),
        ("FR", "ile de france", "FR-IDF"),
        ("DE", "Bavaria", "DE-BY"),
        ("DE", "NORDRHEIN-WESTFALEN", "DE-NW"),
        ("GB", "Cymru", "GB-WLS"),
        ("GB", "City of Edinburgh", "GB-EDH"),
        ("GB", "Durham", "GB-DUR"),
        ("IE", "Leinster", "IE-L"),
        ("CN", "CN-11", "CN-BJ"),
        ("CN", "44", "CN-GD"),
        ("IN", "Orissa", "IN-OD"),
        ("IN", "IN-UT", "IN-UK"),
        ("US", "d c", None),
        ("US", "D.C.", "US-DC"),
        ("PH", "ARMM", "PH-14"),
        ("BG", "варна", "BG-03"),
        ("AZ", "Lənkəran rayon", "AZ-LAN"),
        ("AZ", "Lankaran", None),
        ("DE", "…", None),
    ],
)
def test_other_spellings_and_other_levels(country: str, text: str, code: str | None):
    found = find(country, text)
    assert (None if found is None else found.code) == code


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Asturias, Principado de", ["Principado de Asturias", "Asturias"]),
        ("Wales [Cymru GB-CYM]", ["Wales", "Cymru", "GB-CYM", "CYM"]),
        ("San Andrés, Providencia y Santa Catalina", ["San Andrés, Providencia y Santa Catalina"]),
        ("Boujdour (EH)", ["Boujdour"]),
        ("Butel †", ["Butel"]),
        ("//Karas", ["//Karas"]),
        ("Bolama / Bijagós", ["Bolama", "Bijagós"]),
        ("Ilocos (Region I)", ["Ilocos", "Region I"]),
    ],
)
def test_an_entry_of_iso_holds_several_names(written: str, names: list[str]):
    assert spell_names(written) == names


@pytest.mark.parametrize(
    ("country", "code", "locale", "name"),
    [
        ("IT", "IT-MI", "de_AT", "Mailand"),
        ("IT", "IT-MI", "en_US", "Milano"),
        ("DE", "DE-BY", "en_GB", "Bavaria"),
        ("DE", "DE-BY", "xx_XX", "Bayern"),
        ("JP", "JP-13", "ja_JP", "東京"),
        ("US", "AA", "de_DE", "Armed Forces (AA)"),
    ],
)
def test_a_region_in_a_language(country: str, code: str, locale: str, name: str):
    region = find(country, code)
    assert region is not None
    assert region_name(region, locale) == name


def test_aliases_are_of_present_codes():
    known = {each.code for each in [one for each in subdivisions_by_country().values() for one in each]}
    assert sorted(set(ALIASES) - known) == []
