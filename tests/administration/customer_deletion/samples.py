"""Samples of deletions for the tests that walk the whole graph."""

from support.calls import about
from support.changes import Changes, by_staff

CALLS = {"customerDelete": [about("cus")]}
CHANGES: Changes = {"customerDelete": [(by_staff(), "DELETED", set())]}
NOT_PERSONAL = {"DeletionBlocker.message": "a sentence of this service"}
