"""Every document over a limit is refused quickly, however it is written."""

from pathlib import Path

import pytest
from graphql import get_introspection_query, parse

from customer_gql.core.errors import QueryTooComplex
from customer_gql.database.statements import Row
from customer_gql.execution.limits.size import DocumentMeasurement
from customer_gql.settings import StorefrontSettings
from support.customers import customer_id
from support.service import Service, code_of

DOCUMENTS = Path(__file__).parents[1] / "documents"
OF_CUSTOMERS = {"account.graphql"}
LIMITS = StorefrontSettings()  # pyright: ignore[reportCallIssue]
CPU_SECONDS = 1.0  # of the process; without the limits these documents take seconds to hours
GENERIC = {"message": "The document is not valid for this schema.", "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}


def fan_out(levels: int, leaf: str = "id") -> str:
    """Each fragment spreads the next one twice: 2^levels fields in a document that grows by one line a level."""
    fragments = [f"fragment f{i} on Customer {{ ...f{i + 1} ...f{i + 1} }}" for i in range(levels)]
    return "{ me { ...f0 } } " + " ".join(fragments) + f" fragment f{levels} on Customer {{ {leaf} }}"


def refuse_document(service: Service, query: str) -> tuple[str, float]:
    """The error's code, and the CPU seconds of the process."""
    before = service.cpu()
    answer = service.ask(query)
    assert "data" not in answer
    assert len(str(answer)) < 500
    return code_of(answer), service.cpu() - before


def total_cpu(service: Service, query: str, tries: int = 40) -> float:
    return sum(refuse_document(service, query)[1] for _ in range(tries))


@pytest.mark.slow
@pytest.mark.parametrize("levels", [16, 20, 25, 30])
def test_a_fan_out_of_fragments_is_refused_at_once(service: Service, levels: int):
    code, took = refuse_document(service, fan_out(levels))
    assert code == "QUERY_TOO_COMPLEX"
    assert took < CPU_SECONDS


def test_a_fan_out_takes_no_longer_with_each_level(service: Service):
    """Doubling with each level would be 16,000 times the work."""
    assert total_cpu(service, fan_out(30)) < 20 * total_cpu(service, fan_out(16)) + 0.5


def test_a_cycle_of_fragments_is_refused_at_once(service: Service):
    circle = fan_out(30, "...f0")
    unused = "{ __typename } fragment u on Query { __schema { ...f0 } } " + fan_out(30, "...f0").partition("} } ")[2]
    for query in (circle, unused.replace("on Customer", "on __Schema")):
        code, took = refuse_document(service, query)
        assert code == "GRAPHQL_VALIDATION_FAILED"
        assert took < CPU_SECONDS


@pytest.mark.parametrize(
    ("_case", "query"),
    [
        ("3,000 times one field", "{ me { " + "id " * 3000 + "} }"),
        ("one object field in 26 KB", "{ me { " + "group { name } " * 1800 + "} }"),
        ("5,000 aliases", "{ " + " ".join(f"a{i}: __typename" for i in range(5000)) + " }"),
        ("16 aliases", "{ " + " ".join(f"a{i}: __typename" for i in range(16)) + " }"),
        ("14 aliases in a fragment spread 14 times",
            "{ me { " + "...f " * 14 + "} } fragment f on Customer { " + " ".join(f"a{i}: id" for i in range(14)) + " }"),
        ("the same inline", "{ me { " + ("... { " + " ".join(f"a{i}: id" for i in range(14)) + " } ") * 14 + "} }"),
        ("60 x 60 inline fragments", "{ me { " + ("... { " + "... { id } " * 60 + "} ") * 60 + "} }"),
        ("12 levels", "{ me { orders { nodes { shipments { trackingNumbers { a { a { a { a { a { a { a } } } } } } } } } } } }"),
        ("5,000 directives", "{ __typename " + "@aa " * 5000 + "}"),
        ("21 directives", "{ __typename " + "@skip(if: false) " * 21 + "}"),
        ("5,000 comments", "{ __typename " + "#\n" * 5000 + "}"),
        ("50 levels", "{ me { " + "a { " * 50 + "a" + " }" * 50 + " } }"),
        ("400 levels", "{ me { " + "a { " * 400 + "a" + " }" * 400 + " } }"),
        ("30,000 levels", "{ a" * 30_000),
        ("nested lists", "{ me(x: " + "[" * 400 + "]" * 400 + ") { id } }"),
        ("introspection that turns in circles",
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"),
    ],
)  # fmt: skip
def test_too_large_documents_are_refused_quickly(service: Service, _case: str, query: str):
    code, took = refuse_document(service, query)
    assert code in {"QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
    assert took < CPU_SECONDS


@pytest.mark.parametrize(
    ("_case", "query"),
    [
        ("inline", "{ me { " + "... { a: id b: id c: id d: id } " * 4 + "} }"),
        ("named", "{ me { " + "...f " * 4 + "} } fragment f on Customer { a: id b: id c: id d: id }"),
        (
            "named twice",
            "{ me { ...g ...g } } fragment g on Customer { ...f ...f } fragment f on Customer { a: id b: id c: id d: id }",
        ),
    ],
)  # fmt: skip
def test_the_spelling_does_not_change_the_size(_case: str, query: str):
    with pytest.raises(QueryTooComplex, match="16 aliases; the limit is 15"):
        DocumentMeasurement(parse(query)).validate_limits(LIMITS)


def test_refused_documents_leave_no_memory_behind(service: Service):
    before = service.memory()
    for i in range(40):
        refuse_document(service, fan_out(16 + i % 15).replace("f0", f"g{i}") + " " * i)
    assert service.memory() - before < 20
    assert service.process.poll() is None


@pytest.mark.parametrize("name", sorted(path.name for path in DOCUMENTS.glob("*.graphql")))
def test_our_own_documents_pass(service: Service, staff_token: str, customer_token: str, name: str):
    variables = {"id": "cus_0000000000000001"} if name == "profile.graphql" else {}
    path, token = ("/graphql", customer_token) if name in OF_CUSTOMERS else ("/admin/graphql", staff_token)
    answer = service.ask((DOCUMENTS / name).read_text(), path, token=token, **variables)
    assert "errors" not in answer
    assert answer["extensions"]["cost"]["requested"] <= answer["extensions"]["cost"]["limit"]


def test_the_whole_profile_passes_on_the_storefront(service: Service, customer_token: str, shopper):
    sections = (DOCUMENTS / "profile.graphql").read_text().partition("customer(id: $id) ")[2]
    answer = service.ask("{ me " + sections, token=customer_token)
    assert "errors" not in answer
    assert answer["data"]["me"]["email"] == shopper.email


def test_introspection_requires_a_staff_token(service: Service, staff_token: str, customer_token: str):
    asked = get_introspection_query()
    assert len(service.ask(asked, "/admin/graphql", token=staff_token)["data"]["__schema"]["types"]) > 50
    for path, token in (("/graphql", None), ("/graphql", customer_token), ("/admin/graphql", None)):
        answer = service.ask(asked, path, token=token)
        assert answer["errors"] == [GENERIC]
        hidden = service.ask('{ ...f } fragment f on Query { __type(name: "Query") { name } }', path, token=token)
        assert hidden["errors"] == [GENERIC]


@pytest.mark.parametrize(
    "query",
    [
        "{ mee { id } }",
        "{ me }",
        "{ me { idd } }",
        "{ limits { costs { x } } }",
        "{ me(a: 1) { id } }",
        "{ me { id { x } } }",
    ],
)
def test_an_invalid_document_reveals_nothing_of_the_schema(service: Service, query: str):
    answer = service.ask(query)
    assert answer["errors"] == [GENERIC]


def test_a_wrong_variable_suggests_nothing(service: Service, staff_token: str):
    query = "query($sort: CustomerSortKey!) { customers(sort: {by: $sort}) { nodes { id } } }"
    answer = service.ask(query, "/admin/graphql", token=staff_token, sort="NUMBERS")
    assert code_of(answer) == "BAD_USER_INPUT"
    assert "Did you mean" not in str(answer)


def test_exclusive_mutations_must_be_the_only_ones(service: Service, staff_token: str):
    """Fifteen aliases are not fifteen attempts: none of them runs."""
    one = 'a%d: customerResetPassword(input: {id: "cus_0000000000000001"}) { expiresAt }'
    many = "mutation { " + " ".join(one % i for i in range(4)) + " }"
    mixed = "mutation { " + one % 1 + ' customerQuickEdit(input: {id: "cus_0000000000000001"}) { changedFields } }'
    spread = "mutation { ...f ...f } fragment f on Mutation { " + one % 1 + " }"
    for query in (many, mixed, spread):
        answer = service.ask(query, "/admin/graphql", token=staff_token)
        assert (code_of(answer), answer.get("data")) == ("QUERY_TOO_COMPLEX", None)
    five = (
        "mutation { "
        + " ".join(f'a{i}: customerQuickEdit(input: {{id: "x"}}) {{ changedFields }}' for i in range(5))
        + " }"
    )
    assert "at most 4" in service.ask(five, "/admin/graphql", token=staff_token)["errors"][0]["message"]


def test_limits_can_be_queried(service: Service, staff_token: str):
    query = "{ limits { cost { requested limit burst perSecond } depth fields aliases maxPageSize } }"
    answer = service.ask(query)
    assert answer["data"]["limits"] == {
        "cost": {"requested": 302, "limit": 15_000, "burst": 10**9, "perSecond": 8000},
        "depth": 10,
        "fields": 300,
        "aliases": 15,
        "maxPageSize": 100,
    }
    assert answer["extensions"]["cost"] == {"requested": 302, "limit": 15_000}
    assert service.ask(query, "/admin/graphql", token=staff_token)["data"]["limits"]["cost"]["limit"] == 60_000


def test_null_for_a_field_that_cannot_be_cleared_is_refused_by_name(service: Service, staff_token: str, shopper: Row):
    asked = "{ changedFields userErrors { code path message } }"
    given = {"id": customer_id(shopper), "telephone": None, "postcode": None, "websiteId": None}
    literal = f'id: "{customer_id(shopper)}", telephone: null, postcode: null, websiteId: null'
    for query, variables in (
        (f"mutation {{ customerQuickEdit(input: {{{literal}}}) {asked} }}", {}),
        (f"mutation($i: CustomerQuickEditInput!) {{ customerQuickEdit(input: $i) {asked} }}", {"i": given}),
    ):
        answer = service.ask(query, "/admin/graphql", token=staff_token, **variables)["data"]["customerQuickEdit"]
        assert answer["changedFields"] == []
        assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
            ("REQUIRED", ["telephone"]),
            ("REQUIRED", ["postcode"]),  # of the country of the address
            ("REQUIRED", ["websiteId"]),
        ]
        assert "leave the field out" in answer["userErrors"][0]["message"]


TOGETHER = {
    *("cartItemsAdd", "cartItemsUpdate", "cartItemsRemove", "cartItemsImport", "cartItemsMoveToWishlist", "cartClear"),
    *("cartCouponApply", "cartCouponRemove", "wishlistCreate", "wishlistUpdate", "wishlistClear", "wishlistItemsAdd"),
    *("wishlistItemsUpdate", "wishlistItemsRemove", "wishlistItemsMove", "wishlistItemsCopy", "wishlistItemsToCart"),
    *("compareItemsAdd", "compareItemsRemove", "compareItemsClear", "productViewRecord"),
    "shippingTableRatesReplace",
    "fileUploadCreate",
    "customerFileUploadCreate",
    "orderAddressUpdate",
    "orderCommentAdd",
    "orderHold",
    "orderStatusAssign",
    "orderStatusCreate",
    "orderStatusUnassign",
    "orderStatusUpdate",
    "orderUnhold",
    *("customerQuickEdit", "customerActivate", "customerDeactivate", "customerLock", "customerUnlock"),
    *("customerConfirm", "customerResendConfirmation", "configurationUpdate"),
    *("websiteCreate", "websiteUpdate", "storeCreate", "storeUpdate", "storeViewCreate", "storeViewUpdate"),
    *("mailRetry", "mailTemplateUpdate", "mailTemplateReset"),
    *("addressCreate", "addressUpdate", "addressDelete", "meUpdate", "newsletterSubscribe", "newsletterUnsubscribe"),
    *("sessionRevoke", "customerSessionRevoke", "signOut", "rememberedForget"),
    *("customerNoteCreate", "customerNoteUpdate", "customerNoteDelete", "customerTagsAdd", "customerTagsRemove"),
    *("customerCreate", "customerUpdate", "customerUpsert", "customerSubscriptionSet"),
    *("customerAddressCreate", "customerAddressUpdate", "customerAddressDelete", "customerAddressSetDefault"),
    *("gridViewCreate", "gridViewUpdate", "gridViewDelete", "gridViewSetDefault", "jobCancel", "selectionDelete"),
    *("attributeCreate", "attributeUpdate"),
    *("catalogPriceRuleCreate", "catalogPriceRuleUpdate", "cartPriceRuleCreate", "cartPriceRuleUpdate"),
    *("taxClassCreate", "taxClassUpdate", "taxRateCreate", "taxRateUpdate", "taxRuleCreate", "taxRuleUpdate"),
    *("customerGroupCreate", "customerGroupUpdate", "customerImportCreate", "customerImportMap"),
    *("exportScheduleCreate", "exportScheduleUpdate", "exportScheduleDelete", "webhookDeliveryRetry"),
    "customerVatRecheck",
    *("companyUpdate", "companyActivate", "companyReject", "companyBlock", "companyParentSet"),
    *("companyMemberAdd", "companyMemberRemove", "companyMemberUpdate", "companyNodeParentSet"),
    *("companyProfileUpdate", "companySelect", "companyNodeMove"),
    *("companyRoleCreate", "companyRoleUpdate", "companyRoleDuplicate", "companyRoleDelete"),
    *("companyTeamCreate", "companyTeamUpdate", "companyTeamDelete", "companyUserUpdate"),
    *("companyUserInvite", "companyInvitationResend", "companyInvitationCancel"),
}
"""Mutations of which several may stand in one document: no credential, ledger, impersonation or deletion among them."""


def test_every_mutation_is_exclusive_unless_listed():
    from customer_gql.execution.limits.size import metadata_of
    from customer_gql.schema import admin, storefront

    for graph in (admin.schema._schema, storefront.schema._schema):
        fields = graph.mutation_type.fields if graph.mutation_type else {}
        assert {name for name, field in fields.items() if not metadata_of(field).get("exclusive")} <= TOGETHER
