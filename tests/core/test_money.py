"""Minor units of every currency of ISO 4217, and what amounts look like outside."""

import operator
from decimal import Decimal

import pytest

from customer_gql.core.money import find_whole_bound, format_amount, minor_digits, to_major_units, to_minor_units

# ISO 4217, list one: active currencies by the digits of their minor unit.
CURRENCIES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP
    COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR
    JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN
    NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
    THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}


@pytest.mark.parametrize("digits", CURRENCIES)
def test_each_currency_has_the_digits_of_iso_4217(digits):
    assert {code: minor_digits(code) for code in CURRENCIES[digits].split()} == dict.fromkeys(
        CURRENCIES[digits].split(), digits
    )


@pytest.mark.parametrize(
    ("units", "currency", "text"),
    [
        (12345, "JPY", "12345"),
        (-12345, "JPY", "-12345"),
        (12345, "USD", "123.45"),
        (-5, "USD", "-0.05"),
        (0, "USD", "0.00"),
        (12345, "KWD", "12.345"),
        (-1, "KWD", "-0.001"),
        (12345, "CLF", "1.2345"),
    ],
)
def test_an_amount_outside_and_back(units, currency, text):
    assert format_amount(units, currency) == text
    assert to_major_units(units, currency) == Decimal(text)
    assert to_minor_units(Decimal(text), currency) == units


@pytest.mark.parametrize(("amount", "units"), [("0.125", 12), ("0.135", 14), ("-0.125", -12), ("0.1251", 13)])
def test_halves_go_to_the_even_neighbor(amount, units):
    assert to_minor_units(Decimal(amount), "USD") == units


@pytest.mark.parametrize(
    "minor", ["500", "499.5", "-0.5", "-500", "9223372036854775807", "-9223372036854775808.5", "1e20"]
)
@pytest.mark.parametrize("sign", ["=", "<", "<=", ">", ">="])
def test_a_whole_bound_picks_the_same_integers(minor: str, sign: str):
    compared = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}[sign]
    bound = find_whole_bound(Decimal(minor), sign)
    if bound is None:
        assert abs(Decimal(minor)) > 2**63 - 1 or (sign == "=" and Decimal(minor) % 1)
        return
    for near in range(bound - 2, bound + 3):
        assert compared(near, bound) == compared(near, Decimal(minor)), near
