"""What the tests that walk the whole graph need to know of this slice."""

CALLS = {"events": [lambda _: {}, lambda _: {"types": ["CUSTOMER_UPDATED"]}]}
NOT_PERSONAL = {
    **dict.fromkeys(["EventTypeName.name", "EventTypeName.alias", "EventTypeName.description"], "about a type"),
    "DomainEvent.cursor": "a place in a list",
}
