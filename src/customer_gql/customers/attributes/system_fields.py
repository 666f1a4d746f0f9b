"""The fields that every shop has. They are listed with the attributes, and their codes cannot be those of attributes."""

from typing import Final

SYSTEM_CODES: Final = frozenset(
    {
        *("email", "prefix", "firstName", "middleName", "lastName", "suffix", "gender", "dateOfBirth", "birthYear"),
        *("taxVatNumber", "allowsRemoteAssistance", "company", "street", "city", "region", "postcode"),
        *("countryCode", "telephone", "fax", "vatNumber", "isDefaultBilling", "isDefaultShipping"),
    }
)
"""By the names that inputs have for them."""

NEEDED_CODES: Final = frozenset(
    {"email", "firstName", "lastName", "street", "city", "region", "postcode", "countryCode"}
)
"""Fields that forms have to show, since a record may need them."""

# What other names the fields of a customer and of an address go by, in this service and where data come from.
_OTHER_NAMES: Final = (
    "id number version status password website website_id website_ids store store_id created_in group group_id "
    "created_at updated_at confirmation customer_type external_id first_name firstname middle_name middlename last_name "
    "lastname date_of_birth dob birth_year tax_vat_number taxvat vat_number vat_id country country_id country_code "
    "region_id region_code default_billing default_shipping is_default_billing is_default_shipping is_subscribed "
    "allows_remote_assistance disable_auto_group_change is_active is_confirmed tags notes comment addresses attributes "
    "password_hash rp_token rp_token_created_at vat_is_valid vat_request_date vat_request_id vat_request_success"
)
BUILT_IN_NAMES: Final = frozenset({*_OTHER_NAMES.split(), *(code.lower() for code in SYSTEM_CODES)})
"""Codes that no attribute may have."""
