"""Samples of address templates for the tests that walk the whole graph."""

CALLS = {
    "addressTemplatePreview": [
        lambda ids: {"template": "{{var city}}", "addressId": ids["adr"]},
        lambda ids: {"template": "{{var city}}", "storeViewId": ids["stv"]},
    ]
}
NOT_PERSONAL = {"Query.addressTemplatePreview": "refused without customers.pii where it is the address of a customer"}
