"""Whether a mutation would be refused in the state of a customer: by the functions that the mutations themselves ask
(docs/domain/capabilities.md#capabilities-2)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from customer_gql.administration.customer_editing.fields import (
    EDIT_FIELDS,
    SHOWN_FIELDS,
    find_field_refusal,
    find_status_refusal,
)
from customer_gql.administration.customer_grid.quick_edit import NOT_EDITABLE, QUICK_EDIT_FIELDS, parse_fields
from customer_gql.core.errors import RuleError
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.customers.accounts.recovery.email_verification import find_resend_refusal
from customer_gql.customers.accounts.recovery.hourly_limits import find_reset_refusal
from customer_gql.customers.accounts.support.impersonation import find_login_as_refusal
from customer_gql.customers.addresses.writes import find_book_refusal
from customer_gql.customers.profile.tables import CustomerStatus
from customer_gql.customers.profile.values.births import YEAR_ONLY
from customer_gql.customers.profile.values.validation import IS_COMPANY_ADMIN, is_company_admin
from customer_gql.customers.tags.values import find_tag_refusal
from customer_gql.customers.vat_groups.checks import find_recheck_refusal
from customer_gql.shop.websites.reads import WEBSITE_NOT_FOUND

from .reads import SHOWN

FindRefusal = Callable[[Any, Viewer], RuleError | None]


def _login_as(state: Any, viewer: Viewer) -> RuleError | None:
    is_person = viewer.kind is ViewerKind.STAFF
    return find_login_as_refusal(state, is_switched_on=state.login_as_customer, is_person=is_person)


def _change_status(state: Any, status: CustomerStatus) -> RuleError | None:
    return None if state.status == status.value else find_status_refusal(state)


REFUSALS_BY_MUTATION: Final[Mapping[str, FindRefusal]] = {
    "customerAddressCreate": lambda state, _: find_book_refusal(state.address_count, state.address_limit),
    "customerVatRecheck": lambda state, _: find_recheck_refusal(state.vat_number_count),
    "customerTagsAdd": lambda state, _: find_tag_refusal(state.tag_count),
    "customerResetPassword": lambda state, _: find_reset_refusal(state.reset_count, state.reset_limit),
    "customerActivate": lambda state, _: _change_status(state, CustomerStatus.ACTIVE),
    "customerDeactivate": lambda state, _: _change_status(state, CustomerStatus.INACTIVE),
    "customerResendConfirmation": lambda state, _: find_resend_refusal(state, state.confirmation_count),
    "customerLoginAs": _login_as,
    "customerDelete": lambda state, _: IS_COMPANY_ADMIN() if is_company_admin(state) else None,
}
"""Mutations that some state of the customer refuses, whatever the input; all others are refused by no state."""


def find_field_states(mutation: str, state: Any, viewer: Viewer) -> list[tuple[str, bool, RuleError | None]]:
    """Fields of the input of an edit: name, whether it can be changed, and what refuses every new value."""
    found: list[tuple[str, bool, RuleError | None]] = []
    for name in _EDITED_FIELDS.get(mutation, ()):
        refusal = _find_field_refusal(mutation, name, state, viewer)
        is_missing = name == "email" and Permission.CUSTOMERS_CHANGE_EMAIL not in viewer.permissions
        found.append((name, refusal is None and not is_missing, refusal))
    return found


def _find_field_refusal(mutation: str, name: str, state: Any, viewer: Viewer) -> RuleError | None:
    if mutation == "customerQuickEdit" and name not in parse_fields(state.quick_edited):
        return NOT_EDITABLE()
    if name == "websiteId" and viewer.website_ids is not None and viewer.website_ids <= {state.website_id}:
        return WEBSITE_NOT_FOUND()  # the viewer reaches no other one
    return find_field_refusal(
        name,
        state,
        has_billing=state.billing_count > 0,
        is_year_only=state.birth_date == YEAR_ONLY,
        hidden=[field for field, setting in SHOWN_FIELDS.items() if getattr(state, SHOWN[setting.path]) == "NO"],
    )


_EDITED_FIELDS: Final[Mapping[str, Collection[str]]] = {
    "customerQuickEdit": QUICK_EDIT_FIELDS,
    "customerUpdate": [field.name for field in EDIT_FIELDS],
}
