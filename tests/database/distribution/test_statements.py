"""Every statement fits a database that is distributed by customer, or stands on the list of those that do not, with its reason."""

import json

import pytest

from customer_gql.embedded.server import Server
from support.databases import cloned
from support.distribution.rules import DISTRIBUTION, find_faults
from support.distribution.statements import find_unaccepted, imported_statements, read_accepted
from support.previous_version import running_documents

FAULTS = {
    "SELECT * FROM customer WHERE id = $1": [],
    "SELECT * FROM customer WHERE customer.id = ANY ($1::BIGINT[])": [],
    "SELECT * FROM customer": ["fan-out: SELECT customer"],
    "SELECT * FROM customer WHERE group_id = $1": ["fan-out: SELECT customer"],
    "SELECT * FROM address JOIN customer ON customer.id = address.customer_id WHERE address.customer_id = $1": [],
    "SELECT * FROM address a JOIN customer c ON c.id = a.id WHERE a.customer_id = $1": [
        "fan-out: SELECT address, customer",
        "join apart from the customer: SELECT address, customer",
    ],
    "SELECT * FROM customer c JOIN customer_email e ON e.customer_id = c.id WHERE e.email_normalised = $1": [
        "fan-out: SELECT customer, customer_email",
        "join of a lookup: SELECT customer, customer_email",
    ],
    "SELECT customer_id FROM customer_email WHERE email_normalised = $1": [],
    "SELECT c.id FROM customer c JOIN website w ON w.id = c.website_id WHERE c.id = $1": [],
    "SELECT * FROM customer WHERE id = $1 FOR UPDATE": [],
    "SELECT * FROM customer WHERE id = ANY ($1::BIGINT[]) FOR UPDATE": [
        "locks rows of many customers: SELECT customer"
    ],
    "UPDATE customer_tag SET tag = $1 WHERE customer_id = $2": [],
    "UPDATE customer_tag SET customer_id = $1 WHERE customer_id = $2": [
        "changes the key of distribution: UPDATE customer_tag"
    ],
    "DELETE FROM customer_tag WHERE tag = $1": ["fan-out: DELETE customer_tag"],
    "DELETE FROM customer_tag USING customer c WHERE c.id = customer_tag.customer_id AND c.id = $1": [],
    "INSERT INTO customer (id, number) VALUES ($1, nextval('customer_number_seq'))": [
        "sequence in an insert: INSERT customer"
    ],
    "INSERT INTO customer_tag (customer_id, tag) VALUES ($1, $2) ON CONFLICT (customer_id, tag) DO UPDATE SET created_at = now()": [
        "volatile function in ON CONFLICT: INSERT customer_tag"
    ],
    "INSERT INTO customer_tag (customer_id, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING": [],
    "SELECT * FROM unnest($1::BIGINT[]) AS p(id) JOIN LATERAL (SELECT * FROM address WHERE customer_id = p.id LIMIT 3) a ON true": [
        "LATERAL with LIMIT: SELECT address"
    ],
    "SELECT * FROM customer c JOIN LATERAL (SELECT * FROM address WHERE customer_id = c.id LIMIT 3) a ON true WHERE c.id = $1": [
        "LATERAL with LIMIT: SELECT address"
    ],
    "WITH ids AS (SELECT unnest($1::BIGINT[]) AS id) SELECT c.id FROM ids JOIN customer c ON c.id = ids.id": [],
    "SELECT c.id, (SELECT count(*) FROM address WHERE address.customer_id = c.id) FROM customer c WHERE c.id = $1": [],
    "SELECT pg_advisory_xact_lock($1)": ["advisory lock: SELECT "],
    "SELECT group_id, count(*) FROM customer_group GROUP BY CUBE (group_id)": [
        "grouping sets or MERGE: SELECT customer_group"
    ],
    "SELECT 0 AS read, a_row FROM (SELECT * FROM address WHERE customer_id = $1) AS a_row": [
        "row as a value: SELECT address"
    ],
    "SELECT count(*) FROM mail_outbox": [],
    "WITH gone AS (DELETE FROM cart WHERE customer_id = $1 RETURNING id) INSERT INTO domain_event (id) SELECT id FROM gone": [
        "writes tables of several distributions: INSERT cart, domain_event"
    ],
    "WITH gone AS (DELETE FROM visitor WHERE token_hash = $1) DELETE FROM customer_email WHERE email_normalised = $1": [
        "writes tables of several distributions: DELETE customer_email, visitor"
    ],
    "WITH moved AS (UPDATE customer SET version = $1 WHERE id = $2) UPDATE customer_activity SET visits = 1 WHERE customer_id = $2": [],
    "WITH gone AS (DELETE FROM job WHERE id = $1 RETURNING id) INSERT INTO job_log (id) SELECT id FROM gone": [],
    "CREATE TEMPORARY TABLE import_change ON COMMIT DROP AS SELECT c.id FROM import_customer s JOIN customer c ON c.id = s.owner_id": [
        "temporary table beside others: CREATE customer",
        "temporary table: CREATE customer",
    ],
    "UPDATE import_customer SET group_id = NULL WHERE group_id <> ALL($1::bigint[])": [],
}


@pytest.mark.parametrize("statement", FAULTS)
def test_a_statement_is_judged_by_how_its_tables_are_distributed(statement: str):
    assert sorted(map(str, find_faults(statement))) == FAULTS[statement]


def test_every_table_says_how_it_is_distributed():
    assert set(DISTRIBUTION.values()) == {"customer", "lookup", "reference", "local"}


@pytest.mark.parametrize("lists", [("accepted",), ("accepted", "switched")], ids=["distributed", "one machine"])
def test_statements_fit_or_are_on_the_list(lists: tuple[str, ...]):
    texts = set(imported_statements(distributed="switched" not in lists))
    assert len(texts) > 200
    found = find_unaccepted(texts, *lists)
    assert found == {}, "put what has to stay into accepted.toml, with its reason: " + json.dumps(found, indent=1)


@pytest.mark.slow
@pytest.mark.parametrize("lists", [("accepted",), ("accepted", "switched")], ids=["distributed", "one machine"])
async def test_statements_of_documents_fit_or_are_on_the_list(server: Server, template: str, lists: tuple[str, ...]):
    """All documents of the previous version, in a demo shop. They are answered the same in both forms."""
    texts = set[str]()
    with cloned(server, template) as url:
        documents = running_documents(url, lambda record: texts.add(record.query), distributed="switched" not in lists)
        async with documents as answers:
            failed = {title: answer["errors"] for title, answer in answers if "errors" in answer}
    assert failed == {}
    assert len(texts) > 150
    ours = {text for text in texts if "pg_catalog." not in text}  # others are the driver's own
    found = find_unaccepted(ours, *lists)
    assert found == {}, "put what has to stay into accepted.toml, with its reason: " + json.dumps(found, indent=1)


def test_everything_on_the_list_has_a_reason_of_some_length():
    assert [fault for fault, reason in read_accepted().items() if len(reason) < 30] == []
