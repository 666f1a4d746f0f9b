"""Samples of capabilities for the tests that walk the whole graph."""

CALLS = {"attributeFields": [lambda _: {"entity": "CUSTOMER", "type": "TEXT"}]}
NOT_PERSONAL = {
    **dict.fromkeys(["CustomerCapability.action", "FieldCapability.field"], "names of the schema"),
    **dict.fromkeys(["CapabilityRefusal.key", "FieldCapability.key"], "names of rules"),
    **dict.fromkeys(["CapabilityRefusal.message", "FieldCapability.message"], "sentences about rules"),
    "CustomerCapability.missingPermission": "name of a permission",
}
NOT_PERSONAL |= {
    "CompanyCapability.action": "name of the schema",
    "WebsiteCapability.action": "name of the schema",
    "AttributeCapability.action": "name of the schema",
    "AttributeCapability.missingPermission": "name of a permission",
    "WebsiteCapability.missingPermission": "name of a permission",
    "CompanyCapability.missingPermission": "name of a permission",
}
