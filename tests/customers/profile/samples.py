"""Samples of the profile for the tests that walk the whole graph."""

from support.changes import Changes, own

CALLS = {"customer": [lambda ids: {"id": ids["cus"]}]}
CHANGES: Changes = {"meUpdate": [(own(firstName="Augusta"), "EDITED", {"firstName"})]}
