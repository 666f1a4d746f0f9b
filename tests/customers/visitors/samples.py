"""Samples of visitors for the tests that walk the whole graph."""

UNRECORDED = {"visitorPing": "presence, which is no change of a customer"}
