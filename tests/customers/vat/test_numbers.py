"""VAT numbers as people write them."""

import pytest

from customer_gql.customers.vat.numbers import judge_vat_number, read_vat_number
from customer_gql.customers.vat.tables import VatResult
from customer_gql.shop.countries.options import EU_COUNTRIES, parse_countries

UNION = parse_countries(EU_COUNTRIES.default)


@pytest.mark.parametrize(
    ("country", "typed", "read"),
    [
        ("DE", "DE136695976", "DE136695976"),
        ("DE", "136695976", "DE136695976"),
        ("DE", " de 136-695.976 ", "DE136695976"),
        ("AT", "atu13585627", "ATU13585627"),
        ("GR", "EL 094259216", "EL094259216"),
        ("GR", "GR094259216", "EL094259216"),
        ("GR", "094259216", "EL094259216"),
        ("FR", "40 303 265 045", "FR40303265045"),
    ],
)
def test_one_form(country: str, typed: str, read: str) -> None:
    number = read_vat_number(country, typed)
    assert str(number) == read
    assert judge_vat_number(country, number, UNION) is VatResult.VALID


@pytest.mark.parametrize(
    ("country", "typed", "result"),
    [
        ("DE", "DE136695977", VatResult.INVALID),  # the checksum
        ("DE", "ATU13585627", VatResult.INVALID),  # of another country
        ("DE", "DE", VatResult.INVALID),
        ("FR", "x" * 255, VatResult.INVALID),
        ("NL", "☃", VatResult.INVALID),
        ("GB", "GB980780684", VatResult.NOT_CHECKED),
        ("US", "1", VatResult.NOT_CHECKED),
    ],
)
def test_what_does_not_fit(country: str, typed: str, result: VatResult) -> None:
    assert judge_vat_number(country, read_vat_number(country, typed), UNION) is result


@pytest.mark.parametrize("country", UNION)
def test_every_country_of_the_union_has_rules(country: str) -> None:
    assert judge_vat_number(country, read_vat_number(country, "0"), UNION) is VatResult.INVALID


@pytest.mark.parametrize("typed", ["\ufdfa" * 255, "9" * 255])  # the first character is written out as eighteen
def test_a_number_is_never_longer_than_its_column(typed: str) -> None:
    number = read_vat_number("DE", typed)
    assert len(str(number)) == 257
    assert judge_vat_number("DE", number, UNION) is VatResult.INVALID
