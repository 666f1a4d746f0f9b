"""What metrics count besides requests and pools."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from customer_gql.messaging.jobs.backlog import measure_jobs
from customer_gql.messaging.jobs.queue import enqueue
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.mail.measuring.backlog import measure_mails
from customer_gql.messaging.mail.tables import mail_outbox
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import Settings, SettingsError, load_settings
from support.clients import Client, served
from support.customers import put


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_operations_are_counted_by_the_names_that_an_operator_listed(settings: Settings, database: Any):
    listed = settings.model_copy(update={"metrics_operations": ["Listed"]})
    before = {
        name: sample("customer_gql_operations_total", audience="storefront", operation=name, outcome="OK")
        for name in ("Listed", "other", "Made")
    }
    async with served(listed, database) as http:
        guest = Client(http, "/graphql", None)
        for name in ("Listed", "Listed", "Made"):
            response = await http.post(
                "/graphql", json={"query": f"query {name} {{ __typename }}", "operationName": name}
            )
            assert response.status_code == 200
        assert guest.token is None
    after = {
        name: sample("customer_gql_operations_total", audience="storefront", operation=name, outcome="OK")
        for name in before
    }
    assert {name: after[name] - before[name] for name in before} == {"Listed": 2, "other": 1, "Made": 0}


def test_names_that_no_operation_can_have_are_refused():
    assert load_settings(metrics_operations="Profile, Orders").metrics_operations == ["Profile", "Orders"]
    with pytest.raises(SettingsError, match="CUSTOMER_GQL_METRICS_OPERATIONS"):
        load_settings(metrics_operations="not a name")


async def test_refused_sign_ins_are_counted(http: Any):
    document = """mutation S($input: SignInInput!) { signIn(input: $input) { userErrors { key } } }"""
    before = sample("customer_gql_refusals_total", key="sign_in.refused")
    data = await Client(http, "/graphql", None).data(
        document, input={"email": "nobody@x.example", "password": "wrong words"}
    )
    assert data["signIn"]["userErrors"] == [{"key": "sign_in.refused"}]
    assert sample("customer_gql_refusals_total", key="sign_in.refused") == before + 1


async def test_refusals_of_the_throttle_are_counted(settings: Settings, empty_database: Any):
    document = """mutation S($input: SignInInput!) { signIn(input: $input) { userErrors { key } } }"""
    narrow = settings.model_copy(update={"storefront": settings.storefront.model_copy(update={"address_attempts": 1})})
    before = sample("customer_gql_throttle_refusals_total")
    async with served(narrow, empty_database) as http:
        for _ in range(3):
            await Client(http, "/graphql", None).post(
                document, input={"email": "a@x.example", "password": "wrong words"}
            )
    assert sample("customer_gql_throttle_refusals_total") == before + 2


async def test_what_waits_is_measured(settings: Settings, empty_database: Any):
    tools = Tools(empty_database, settings, PROJECTIONS)
    async with empty_database.transaction() as connection:
        mail: dict[str, Any] = {"template": "sign_up", "recipient": "a@x.example", "placeholders": "{}"}
        await put(connection, mail_outbox, id=1, **mail)
        await put(connection, mail_outbox, id=2, **mail)
        await connection.execute("UPDATE mail_outbox SET created_at = now() - interval '1 hour' WHERE id = 1")
        await connection.execute("UPDATE mail_outbox SET dead_at = now() WHERE id = 2")

        await enqueue(connection, "counted", {})
    assert await measure_mails(tools) == 0
    assert await measure_jobs(tools) == 0
    assert (sample("customer_gql_mails_unsent"), sample("customer_gql_mails_dead")) == (1, 1)
    assert 3500 < sample("customer_gql_mail_oldest_unsent_seconds") < 3700
    assert sample("customer_gql_queue_jobs", job="counted", status="queued") == 1
