"""`gridColumns`, and what each column needs: no door tells what is masked."""

import pytest

from customer_gql.administration.customer_grid.filters import CUSTOMERS
from customer_gql.administration.customer_grid.types import CUSTOMER_GRID
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.graph.grids.personal import find_personal_columns
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.grid import Grid
from support.customers import customer_id, make_customer
from support.staff import staff_client

COLUMNS = """{ gridColumns(grid: CUSTOMERS) { key label type operators sortKey values isDefault isFilterable isSortable
  isFacetable isSearched isExportable isQuickEditable isPersonal isIndexed missingPermission } }"""
FLAGS = [
    "isDefault",
    "isFilterable",
    "isSortable",
    "isFacetable",
    "isSearched",
    "isExportable",
    "isQuickEditable",
    "isPersonal",
    "isIndexed",
]
STRING = ["eq", "in", "notIn", "startsWith", "contains", "isNull"]
INTEGER = ["eq", "in", "gt", "gte", "lt", "lte", "isNull"]
MONEY = ["currency", "eq", "gt", "gte", "lt", "lte"]
MOMENT = ["gt", "gte", "lt", "lte", "inLastDays", "notInLastDays", "isNull"]
SETS = ["hasAny", "hasAll", "hasNone", "isNull"]
CHOICE = ["eq", "in", "notIn", "isNull"]
OPERATORS = {
    "STRING": STRING,
    "INTEGER": INTEGER,
    "MONEY": MONEY,
    "DATE": MOMENT,
    "DATE_TIME": MOMENT,
    "BOOLEAN": ["eq"],
}
OPERATORS |= {"ENUM": CHOICE, "ID": CHOICE, "TAGS": SETS, "OPTIONS": SETS}
# By key: type, sort key, and the first letters of the flags that are true, in the order of FLAGS.
EXPECTED = {
    "number": ("INTEGER", "NUMBER", "D F S . s E . . I"),
    "name": ("STRING", "NAME", "D F S . s E . P I"),
    "email": ("STRING", "EMAIL", "D F S . s E Q P I"),
    "group": ("ID", None, "D F . f . E Q . I"),
    "createdAt": ("DATE_TIME", "CREATED_AT", "D F S . . E . . I"),
    "website": ("ID", None, "D F . f . E Q . I"),
    "confirmationStatus": ("ENUM", "CONFIRMATION_STATUS", "D F S f . E . . ."),
    "createdIn": ("ID", None, "D F . f . E . . ."),
    "dateOfBirth": ("DATE", "DATE_OF_BIRTH", "D F S . . E . P ."),
    "birthYear": ("INTEGER", "BIRTH_YEAR", ". F S . . E . P ."),
    "taxVatNumber": ("STRING", "TAX_VAT_NUMBER", "D F S . . E Q P I"),
    "gender": ("ENUM", "GENDER", "D F S f . E Q P ."),
    "isLocked": ("BOOLEAN", "IS_LOCKED", ". F S f . E . . I"),
    "status": ("ENUM", "STATUS", ". F S f . E . . I"),
    "customerType": ("ENUM", "CUSTOMER_TYPE", ". F S f . E . . I"),
    "jobTitle": ("STRING", "JOB_TITLE", ". F S . . E . . ."),
    "salesRepresentative": ("ID", None, ". F . f . E . . I"),
    "updatedAt": ("DATE_TIME", "UPDATED_AT", ". F S . . E . . I"),
    "externalId": ("STRING", "EXTERNAL_ID", ". F S . s E . . I"),
    "tags": ("TAGS", None, ". F . f . E . . I"),
    "allowsRemoteAssistance": ("BOOLEAN", "ALLOWS_REMOTE_ASSISTANCE", ". F S f . E . . I"),
    "telephone": ("STRING", "TELEPHONE", "D F S . s E Q P I"),
    "postcode": ("STRING", "POSTCODE", "D F S . s E Q P I"),
    "country": ("STRING", "COUNTRY", "D F S f . E . . I"),
    "region": ("STRING", "REGION", "D F S f . E . . ."),
    "company": ("STRING", "COMPANY", ". F S . s E . P I"),
    "street": ("STRING", "STREET", ". F S . . E . P ."),
    "city": ("STRING", "CITY", ". F S . s E . P ."),
    "fax": ("STRING", "FAX", ". F S . . E . P ."),
    "billingFirstName": ("STRING", "BILLING_FIRST_NAME", ". F S . . E . P ."),
    "billingLastName": ("STRING", "BILLING_LAST_NAME", ". F S . . E . P ."),
    "billingAddress": ("STRING", None, ". . . . . E . P ."),
    "shippingAddress": ("STRING", None, ". . . . . E . P ."),
    "vatNumber": ("STRING", "VAT_NUMBER", ". F S . . E . P ."),
    "lastSignInAt": ("DATE_TIME", "LAST_SIGN_IN_AT", ". F S . . E . . ."),
    "lastActivityAt": ("DATE_TIME", "LAST_ACTIVITY_AT", ". F S . . E . . I"),
    "orderCount": ("INTEGER", "ORDER_COUNT", ". F S . . E . . I"),
    "lifetimeValue": ("MONEY", "LIFETIME_VALUE", ". F S . . E . . I"),
    "averageOrderValue": ("MONEY", "AVERAGE_ORDER_VALUE", ". F S . . E . . ."),
    "firstOrderAt": ("DATE_TIME", "FIRST_ORDER_AT", ". F S . . E . . ."),
    "lastOrderAt": ("DATE_TIME", "LAST_ORDER_AT", ". F S . . E . . I"),
    "storeCredit": ("MONEY", "STORE_CREDIT", ". F S . . E . . ."),
    "rewardPoints": ("INTEGER", "REWARD_POINTS", ". F S . . E . . ."),
    "newsletterStatus": ("ENUM", "NEWSLETTER_STATUS", ". F S f . E . . I"),
    "subscribedStoreView": ("ID", None, ". F . f . E . . ."),
}
VALUES = {
    "confirmationStatus": ["CONFIRMED", "NOT_REQUIRED", "REQUIRED"],
    "gender": ["MALE", "FEMALE", "NOT_SPECIFIED"],
    "status": ["ACTIVE", "INACTIVE"],
    "customerType": ["INDIVIDUAL", "COMPANY_ADMIN", "COMPANY_USER"],
    "newsletterStatus": ["SUBSCRIBED", "NOT_ACTIVE", "UNSUBSCRIBED", "UNCONFIRMED"],
}
PERSONAL = [key for key, (_, _, flags) in EXPECTED.items() if "P" in flags]


def flags_of(text):
    return dict(zip(FLAGS, [letter != "." for letter in text.split()], strict=True))


async def columns_of(client):
    return {column.pop("key"): column for column in (await client.data(COLUMNS))["gridColumns"]}


async def test_the_columns_of_customers(admin_client):
    shown = await columns_of(admin_client)
    assert list(shown) == list(EXPECTED)
    for key, (kind, sort_key, flags) in EXPECTED.items():
        assert shown[key] == {
            "label": CUSTOMERS.columns[key].title,
            "type": kind,
            "operators": [] if "Address" in key and key != "allowsRemoteAssistance" else OPERATORS[kind],
            "sortKey": sort_key,
            "values": VALUES.get(key),
            **flags_of(flags),
            "missingPermission": None,
        }, key


@pytest.fixture
async def blind(http, connection):
    return await staff_client(http, connection, ALL_PERMISSIONS - {"customers.pii"})


async def test_a_viewer_without_the_permission_is_told_what_is_missing(blind):
    shown = await columns_of(blind)
    assert [key for key, column in shown.items() if column["missingPermission"] == "customers.pii"] == PERSONAL
    for key in PERSONAL:
        assert not any(shown[key][flag] for flag in ("isFilterable", "isSortable", "isFacetable", "isExportable"))
    assert not any(column["isSearched"] for column in shown.values())


async def test_a_reader_edits_nothing(http, connection):
    reader = await staff_client(http, connection, ["customers.read", "customers.pii"])
    assert not any(column["isQuickEditable"] for column in (await columns_of(reader)).values())


SAMPLES = {
    "STRING": {"isNull": True},
    "INTEGER": {"gt": 1},
    "DATE": {"isNull": False},
    "ENUM": {"isNull": True},
    "TAGS": {"hasAny": ["vip"]},
}
REFUSED = {"code": "FORBIDDEN", "permission": "customers.pii"}
LIST = """query L($filter: CustomerFilter, $sort: [CustomerSort!], $search: String) {
  customers(filter: $filter, sort: $sort, search: $search, first: 1) { totalCount nodes { id } } }"""
FACETS = "query F($columns: [String!]!) { customers(first: 1) { facets(columns: $columns) { column } } }"
MATCHES = "query M($id: ID!, $filter: CustomerFilter!) { customer(id: $id) { matches(filter: $filter) { isMatch } } }"


@pytest.mark.parametrize("key", PERSONAL)
async def test_a_personal_column_is_closed_before_a_statement_runs(key, blind, connection, statements):
    row = await make_customer(connection)
    kind, sort_key, flags = EXPECTED[key]
    asked = []
    if "F" in flags.split():
        filter = {key: SAMPLES[kind]}
        for nested in (filter, {"not": filter}, {"or": [{}, {"and": [filter]}]}):
            asked.append((LIST, {"filter": nested}))
            asked.append((MATCHES, {"filter": nested, "id": customer_id(row)}))
    if sort_key is not None:
        asked.append((LIST, {"sort": [{"by": "NUMBER"}, {"by": sort_key}]}))
    if "f" in flags.split():
        asked.append((FACETS, {"columns": [key]}))
    for document, variables in asked:
        await statements.clear()
        answer = await blind.answer(document, **variables)
        assert answer["errors"][0]["extensions"] == {**REFUSED, "column": key}, answer
        assert await statements.count("customer_grid_row") == 0


async def test_a_refused_facet_leaves_the_rows(blind, connection):
    await make_customer(connection)
    answer = await blind.answer('{ customers(first: 1) { nodes { id } facets(columns: ["gender"]) { column } } }')
    assert answer["errors"][0]["path"] == ["customers", "facets"]
    assert answer["data"]["customers"]["facets"] is None
    assert len(answer["data"]["customers"]["nodes"]) == 1


async def test_a_search_over_personal_columns_is_closed(blind, statements):
    await statements.clear()
    answer = await blind.answer(LIST, search="1")
    assert answer["errors"][0]["extensions"]["permission"] == "customers.pii"
    assert await statements.count("customer_grid_row") == 0


async def test_a_row_is_masked(blind, connection):
    row = await make_customer(connection, email="gil@example.com", gender="MALE")
    document = (
        "query R($id: ID!) { customer(id: $id) { gridRow { name email gender birthYear billingAddress number } } }"
    )
    read = await blind.data(document, id=customer_id(row))
    assert read["customer"]["gridRow"] == {
        "name": "A•••",
        "email": "g•••@•••",
        "gender": None,
        "birthYear": None,
        "billingAddress": None,
        "number": row.number,
    }


async def test_columns_that_are_not_personal_stay_open(blind):
    for key, (kind, sort_key, flags) in EXPECTED.items():
        if key in PERSONAL:
            continue
        samples = {**SAMPLES, "DATE_TIME": {"isNull": True}, "BOOLEAN": {"eq": True}, "ID": {"isNull": True}}
        samples["MONEY"] = {"currency": "USD", "gt": "1"}
        filter = {key: samples[kind]} if "F" in flags.split() else {}
        sort = [{"by": sort_key}] if sort_key else []
        assert (await blind.data(LIST, filter=filter, sort=sort))["customers"] is not None


def test_personal_columns_follow_from_the_fields_they_are_over():
    assert frozenset(PERSONAL) == CUSTOMER_GRID.personal


def test_a_column_over_a_field_that_does_not_exist_is_refused():
    grid = Grid(
        name="X",
        title="x",
        list_name="x",
        nodes=CUSTOMERS.nodes,
        node_key=CUSTOMERS.node_key,
        source=CUSTOMERS.source,
        key=CUSTOMERS.key,
        columns=CUSTOMERS.columns,
        default_sort=CUSTOMERS.default_sort,
    )
    with pytest.raises(LookupError, match=r"X: the column number is over Customer.number, which is no field."):
        find_personal_columns(grid, {})


def test_every_type_is_known_here():
    assert set(OPERATORS) == {kind.name for kind in ColumnType}
