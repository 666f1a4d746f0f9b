"""What the tests that walk the whole graph need to know of this slice."""

NOT_PERSONAL = {"CustomerChange.externalId": "an id of another system"}
