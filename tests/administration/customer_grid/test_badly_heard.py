"""Callers are found by what staff hear and can type: letters of any keyboard, names in pieces or in one, numbers as people say them."""

import pytest

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_address, make_customer, make_order, make_product
from support.staff import make_website

FIND = (
    "query F($search: String, $filter: CustomerFilter) { customers(search: $search, filter: $filter) { nodes { id } } }"
)
NAMES = {
    ("Ann-Marie", "Meyer"): (
        "meyer - ann",
        "ann / meyer",
        "meyer | ann",
        "ann & meyer",
        "\u2013 ann \u2014 meyer *",
        "ann \u2665",
    ),
    ("Jörg", "Weiß"): ("weiss", "WEISS jorg", "Weiß, Jörg"),
    ("Søren", "Ørsted"): ("soren", "orsted", "Sören Ørs"),
    ("İbrahim", "Işık"): ("ibrahim", "isik", "IŞIK", "işık"),
    ("Łukasz", "Żółw"): ("lukasz zolw", "żółw"),
    ("Conor", "O'Brien"): ("o'brien", "obrien", "O’Brien", "o brien", "brien", "Oʼbri"),
    ("Sean", "OShea"): ("o'shea", "O‘Shea"),
    ("Мар’яна", "Ковальʼчук"): ("мар'яна", "маряна", "ковальчук"),
    ("Anna-Maria", "Müller-Lüdenscheidt"): ("annamaria", "anna maria", "mullerlud", "ludenscheidt", "müller–lüd"),
    ("Núria", "Gal·la"): ("galla", "gal la"),
    ("Þór", "Æsirsson"): ("thor aesir", "þór"),
    ("O", "Y"): ("y o",),
    ("Dmitrij Дмитрий", "Ivanov"): ("дмитрий ivanov",),
    ("太郎", "山田"): ("太郎 山田", "山田太郎", "山太"),
    ("\ucca0\uc218", "\uae40"): ("\uae40\ucca0\uc218",),
}
TELEPHONES = {
    ("GB", "020 7946 0958"): (
        "+44 (0)20 7946 0958",
        "0044 (0) 20 7946-0958",
        "\uff0b\uff14\uff14\uff12\uff10 7946 0958",
        "\u202a+44\u00a020\u00a07946\u00a00958\u202c",
        "020\u20137946\u20130958",
        "0 2 0 7 9 4 6 0 9 5 8",
        "020 7946 0958 ext. 12",
    ),
    ("IT", "06 1234 5678"): ("06 1234 5678", "+39 06 12345678", "+39 (0)6 12345678"),
}


@pytest.fixture
async def here(connection):
    return await make_website(connection)


@pytest.fixture
def find(admin_client, here):
    async def found(search=None, **filter):
        both = [{"website": {"eq": encode_id("web", here)}}, filter]
        read = await admin_client.data(FIND, search=search, filter={"and": both})
        return [node["id"] for node in read["customers"]["nodes"]]

    return found


@pytest.mark.parametrize("name", NAMES, ids=" ".join)
async def test_a_name_is_found_however_it_is_written(name, find, connection, here):
    placed = {"website_id": here, "created_in_store_view_id": here}
    row = await make_customer(connection, **placed, first_name=name[0], last_name=name[1])
    await make_customer(connection, **placed, first_name="Hannah", last_name="Other")
    for search in (*NAMES[name], " ".join(name)):
        assert await find(search) == [customer_id(row)], search


@pytest.mark.parametrize("telephone", TELEPHONES, ids=" ".join)
async def test_a_number_is_found_however_it_is_dialled(telephone, find, connection, here):
    country, number = telephone
    row = await make_customer(connection, website_id=here, created_in_store_view_id=here)
    await make_address(connection, row, is_default_billing=True, country_code=country, telephone=number)
    for search in TELEPHONES[telephone]:
        assert await find(search) == [customer_id(row)], search
        if search.lstrip("\u202a").startswith(("+", "00", "\uff0b")):
            assert await find(telephone={"eq": search}) == [customer_id(row)], search
    assert await find(telephone={"startsWith": "+44 (0)20"}) == ([customer_id(row)] if country == "GB" else [])


@pytest.mark.parametrize("operator", ["eq", "startsWith", "contains"])
async def test_a_text_without_digits_is_no_part_of_a_number(operator, find, connection, here):
    row = await make_customer(connection, website_id=here, created_in_store_view_id=here)
    await make_address(connection, row, is_default_billing=True, telephone="+44 20 7900 1234")
    for text in ("abc", " ", "n/a"):
        assert await find(telephone={operator: text}) == []
        assert await find(**{"not": {"telephone": {operator: text}}}) == [customer_id(row)]
    assert await find(telephone={"contains": "00"}) == [customer_id(row)]
    assert await find(telephone={"contains": "0044"}) == []
    assert await find(telephone={"startsWith": "0044"}) == [customer_id(row)]


async def test_half_an_address_in_other_letters_is_found(find, connection, here):
    row = await make_customer(
        connection, website_id=here, created_in_store_view_id=here, email=f"jörg.ø{here}@bücher.example"
    )
    for search in ("jörg.ø", "JÖRG", f"jörg.ø{here}@bücher.example"):
        assert await find(search) == [customer_id(row)], search
    for operator, part in (
        ("startsWith", "Jörg"),
        ("contains", "örg"),
        ("contains", "bücher.example"),
        ("contains", "@bücher.example"),
    ):
        assert await find(email={operator: part}) == [customer_id(row)], part


async def test_the_sign_of_a_number_is_no_part_of_it(find, admin_client, connection, here):
    row = await make_customer(connection, website_id=here, created_in_store_view_id=here)
    order = await make_order(connection, row, [await make_product(connection)])
    assert await find(f"#{row.number}") == [customer_id(row)]
    read = await admin_client.data(
        "query O($s: String!) { orders(search: $s) { nodes { number } } }", s=f"#{order.number}"
    )
    assert read == {"orders": {"nodes": [{"number": order.number}]}}


@pytest.mark.parametrize("search", ["sw1a1aa", "SW1A 1AA", "sw1a-1", "SW1A", "sw1a\u00a01aa"])
async def test_blanks_and_hyphens_of_a_postal_code_mean_nothing(search, find, admin_client, connection, here):
    row = await make_customer(connection, website_id=here, created_in_store_view_id=here)
    await make_address(connection, row, is_default_billing=True, postcode="SW1A 1AA")
    await make_address(connection, row, postcode="E1 6AN")
    assert await find(search) == [customer_id(row)]
    book = "query B($id: ID!, $s: String!) { customer(id: $id) { addressBook(search: $s) { nodes { postcode } } } }"
    read = await admin_client.data(book, id=customer_id(row), s=search)
    assert read["customer"]["addressBook"]["nodes"] == [{"postcode": "SW1A 1AA"}]


@pytest.mark.parametrize("letter", "estxp")
async def test_one_letter_finds_words_that_start_with_it_alone(letter, find, connection, here):
    placed = {
        "website_id": here,
        "created_in_store_view_id": here,
        "external_id": f"K{here}",
        "email": f"k{here}@k.example",
    }
    row = await make_customer(connection, **placed, first_name="Kim", last_name="Kent")
    await make_address(connection, row, is_default_billing=True, city="Kyle", postcode="N1 7AA")
    assert await find(letter) == []


async def test_the_customer_with_the_number_comes_before_postal_codes_that_start_like_it(find, connection, here):
    placed = {"website_id": here, "created_in_store_view_id": here}
    row = await make_customer(connection, **placed)
    other = await make_customer(connection, **placed)
    await make_address(connection, other, is_default_billing=True, country_code="DE", postcode=f"{row.number}X1")
    assert await find(str(row.number)) == [customer_id(row), customer_id(other)]
