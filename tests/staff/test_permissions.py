"""What each permission opens, in full: a root that changes its permission changes this list too."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import Connection
from customer_gql.schema import admin
from support.clients import Client
from support.staff import make_role

ROOTS: dict[str, list[str]] = {
    "configuration.manage": [
        "addressTemplatePreview",
        "accountSharingSet",
        "configuration",
        "configurationUpdate",
        "orderStatusAssign",
        "orderStatusCreate",
        "orderStatusUnassign",
        "orderStatusUpdate",
        "shippingTableRates",
        "shippingTableRatesReplace",
    ],
    "credit.adjust": ["rewardPointsAdjust", "storeCreditAdjust"],
    "pricing.manage": [
        "cartPriceRuleCreate",
        "cartPriceRuleDelete",
        "cartPriceRuleUpdate",
        "cartPriceRules",
        "catalogPriceRuleCreate",
        "catalogPriceRuleDelete",
        "catalogPriceRuleUpdate",
        "catalogPriceRules",
        "couponsGenerate",
        "priceExplain",
    ],
    "taxes.manage": [
        "taxClassCreate",
        "taxClassDelete",
        "taxClassUpdate",
        "taxRateCreate",
        "taxRateDelete",
        "taxRateUpdate",
        "taxRates",
        "taxRuleCreate",
        "taxRuleDelete",
        "taxRuleUpdate",
        "taxRules",
    ],
    "customers.delete": ["customerDelete"],
    "customers.force_sign_in": ["customerForceSignIn", "customerSessionRevoke"],
    "customers.impersonate": ["customerLoginAs", "impersonationEnd", "impersonations"],
    "customers.export": [
        "exportCreate",
        "exportScheduleCreate",
        "exportScheduleDelete",
        "exportScheduleUpdate",
        "exportSchedules",
    ],
    "customers.read": [
        "attribute",
        "attributeFields",
        "attributes",
        "customer",
        "customerChanges",
        "customerGroup",
        "customerGroups",
        "customerSelectionCreate",
        "customerTags",
        "customers",
        "dailyFigures",
        "deletedCustomers",
        "limits",
        "node",
        "nodes",
        "nowOnline",
        "nowOnlineChanged",
        "products",
        "reviews",
        "taxClasses",
        "websites",
    ],
    "orders.read": ["order", "orderMassAction", "orderSelectionCreate", "orderStatuses", "orders"],
    "commerce.sync": ["productPriceUpsert", "productStockUpsert", "productUpsert"],
    "carts.manage": [
        "cartClear",
        "cartCouponApply",
        "cartCouponRemove",
        "cartItemsAdd",
        "cartItemsImport",
        "cartItemsRemove",
        "cartItemsUpdate",
        "wishlistItemsAdd",
        "wishlistItemsCopy",
        "wishlistItemsMove",
        "wishlistItemsRemove",
        "wishlistItemsToCart",
        "wishlistItemsUpdate",
    ],
    "orders.manage": [
        "invoiceCancel",
        "invoiceCapture",
        "invoiceCreate",
        "shipmentCreate",
        "shipmentTrackingAdd",
        "shipmentTrackingRemove",
        "orderAddressUpdate",
        "orderCancel",
        "orderCommentAdd",
        "orderHold",
        "orderMailSend",
        "orderPaymentAccept",
        "orderPaymentDeny",
        "orderUnhold",
    ],
    "companies.delete": ["companyDelete"],
    "companies.read": ["companies", "company", "companySelectionCreate"],
    "companies.write": [
        "companyActivate",
        "companyAdminReplace",
        "companyBlock",
        "companyCreate",
        "companyMassAction",
        "companyMemberAdd",
        "companyMemberRemove",
        "companyMemberUpdate",
        "companyNodeParentSet",
        "companyParentSet",
        "companyReject",
        "companyUpdate",
        "salesRepresentatives",
    ],
    "attributes.manage": ["attributeCreate", "attributeDelete", "attributeUpdate"],
    "websites.manage": [
        "storeCreate",
        "storeDelete",
        "storeUpdate",
        "storeViewCreate",
        "storeViewDelete",
        "storeViewUpdate",
        "websiteCreate",
        "websiteDelete",
        "websiteUpdate",
    ],
    "groups.manage": ["customerGroupCreate", "customerGroupDelete", "customerGroupUpdate"],
    "customers.reset_password": ["customerResetPassword"],
    "customers.write": [
        "customerActivate",
        "customerAddressCreate",
        "customerAddressDelete",
        "customerAddressSetDefault",
        "customerAddressUpdate",
        "customerConfirm",
        "customerDeactivate",
        "customerFileUploadCreate",
        "customerLock",
        "customerMassAction",
        "customerNoteCreate",
        "customerNoteDelete",
        "customerNoteUpdate",
        "customerCreate",
        "customerQuickEdit",
        "customerUpdate",
        "customerUpsert",
        "customerSubscriptionSet",
        "customerTagsAdd",
        "customerTagsRemove",
        "customerResendConfirmation",
        "customerUnlock",
        "customerVatRecheck",
        "vatNumberCheck",
    ],
    "events.read": ["eventPublished", "eventTypes", "events"],
    "history.read": ["history"],
    "mail.manage": [
        "mailDeadLetters",
        "mailPreview",
        "mailRetry",
        "mailTemplateReset",
        "mailTemplateUpdate",
        "mailTemplates",
    ],
    "customers.import": [
        "customerImport",
        "customerImportCreate",
        "customerImportMap",
        "customerImportMappings",
        "customerImportRetry",
        "customerImportStart",
        "customerImports",
    ],
    "staff.manage": [
        "serviceTokenCreate",
        "serviceTokenRevoke",
        "serviceTokenRotate",
        "serviceTokens",
        "staffActivate",
        "staffCreate",
        "staffDeactivate",
        "staffForceSignIn",
        "staffHistory",
        "staffInvite",
        "staffRoleCreate",
        "staffRoleDelete",
        "staffRoleUpdate",
        "staffRoles",
        "staffUpdate",
        "staffUsers",
        "staffInvitations",
        "staffInvitationWithdraw",
    ],
    "webhooks.manage": [
        "webhookCreate",
        "webhookDelete",
        "webhookDeliveryRetry",
        "webhookReplay",
        "webhookSecretRotate",
        "webhookTest",
        "webhookUpdate",
        "webhook",
        "webhooks",
    ],
}
UPDATE = """mutation U($input: StaffRoleUpdateInput!) { staffRoleUpdate(input: $input) {
  role { permissions } userErrors { code } } }"""
NAMES = {
    "ATTRIBUTES_MANAGE": "attributes.manage",
    "CUSTOMERS_READ": "customers.read",
    "CUSTOMERS_PII": "customers.pii",
    "CUSTOMERS_WRITE": "customers.write",
    "CUSTOMERS_CHANGE_EMAIL": "customers.change_email",
    "CUSTOMERS_DELETE": "customers.delete",
    "CUSTOMERS_EXPORT": "customers.export",
    "CUSTOMERS_IMPORT": "customers.import",
    "CUSTOMERS_IMPERSONATE": "customers.impersonate",
    "CUSTOMERS_RESET_PASSWORD": "customers.reset_password",
    "CUSTOMERS_FORCE_SIGN_IN": "customers.force_sign_in",
    "CREDIT_ADJUST": "credit.adjust",
    "ORDERS_READ": "orders.read",
    "COMMERCE_SYNC": "commerce.sync",
    "ORDERS_ARCHIVE": "orders.archive",
    "CARTS_MANAGE": "carts.manage",
    "ORDERS_CUSTOM_PRICE": "orders.custom_price",
    "ORDERS_MANAGE": "orders.manage",
    "COMPANIES_DELETE": "companies.delete",
    "COMPANIES_READ": "companies.read",
    "COMPANIES_WRITE": "companies.write",
    "PRICING_MANAGE": "pricing.manage",
    "TAXES_MANAGE": "taxes.manage",
    "GROUPS_MANAGE": "groups.manage",
    "VIEWS_SHARE": "views.share",
    "WEBSITES_MANAGE": "websites.manage",
    "STAFF_MANAGE": "staff.manage",
    "CONFIGURATION_MANAGE": "configuration.manage",
    "MAIL_MANAGE": "mail.manage",
    "STOREFRONT_PROXY": "storefront.proxy",
    "JOBS_MANAGE": "jobs.manage",
    "EVENTS_READ": "events.read",
    "WEBHOOKS_MANAGE": "webhooks.manage",
    "HISTORY_READ": "history.read",
}


def roots_by_permission() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    roots: list[Any] = [admin.schema.query, admin.schema.mutation, admin.schema.subscription]
    for root in roots:
        for field in root.__strawberry_definition__.fields:
            permission = field.metadata.get("permission")
            if permission is not None:
                name = admin.schema.config.name_converter.get_graphql_name(field)
                found.setdefault(str(permission), []).append(name)
    return {permission: sorted(names) for permission, names in found.items()}


def test_each_root_asks_for_the_permission_of_this_list():
    assert roots_by_permission() == {permission: sorted(names) for permission, names in ROOTS.items()}


def test_permissions_that_open_no_root_are_asked_for_inside():
    inside = {
        "customers.change_email",
        "customers.pii",
        "jobs.manage",
        "orders.archive",
        "orders.custom_price",
        "storefront.proxy",
        "views.share",
    }
    assert set(Permission) == set(ROOTS) | inside


@pytest.mark.parametrize(("name", "stored"), NAMES.items())
async def test_a_permission_is_granted_by_its_name(
    name: str, stored: str, admin_client: Client, connection: Connection
):
    id = await make_role(connection, ["customers.read", "customers.write"])
    given = {"id": encode_id("rol", id), "permissions": [name]}
    answer = (await admin_client.data(UPDATE, input=given))["staffRoleUpdate"]
    assert answer == {"role": {"permissions": [name]}, "userErrors": []}
    assert await connection.fetchval("SELECT permissions FROM staff_role WHERE id = $1", id) == [stored]


def test_every_permission_has_a_name_here():
    assert {permission.name: permission.value for permission in Permission} == NAMES
