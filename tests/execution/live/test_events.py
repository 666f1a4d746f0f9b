"""Subscriptions over server-sent events."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.schema import storefront
from support.blocking import endpoint_of
from support.following import FOLLOW, deleted_job
from support.live import settled, stream_with, streaming


async def test_a_job_is_followed_until_it_is_finished(live_app: Any, staff: Any, connection: Any):
    user, token = await staff()
    app = live_app()
    async with deleted_job(connection, user) as job, streaming(app, token, FOLLOW, id=encode_id("job", job)) as stream:
        assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert await stream.data() == {
            "data": {"jobChanged": {"status": "RUNNING", "processedCount": 0, "totalCount": 10}}
        }
        await connection.execute("UPDATE job_run SET done_count = 4, fence = 7 WHERE id = $1", job)
        assert (await stream.data())["data"]["jobChanged"]["processedCount"] == 4
        await connection.execute(
            "UPDATE job_run SET done_count = 10, status = 'DONE', finished_at = now() WHERE id = $1", job
        )
        assert (await stream.data())["data"]["jobChanged"]["status"] == "DONE"
        assert await stream.event() == {"event": "complete", "data": ""}
        assert await stream.event() is None
    assert settled(app)


async def test_a_job_of_others_is_not_found(live_app: Any, staff: Any, connection: Any):
    owner, _ = await staff()
    _, token = await staff()
    app = live_app()
    async with deleted_job(connection, owner) as job, streaming(app, token, FOLLOW, id=encode_id("job", job)) as stream:
        error = {"message": "There is no such job, or you may not see it.", "extensions": {"code": "NOT_FOUND"}}
        assert await stream.data() == {"errors": [error]}
        assert await stream.event() == {"event": "complete", "data": ""}
    assert settled(app)


QUERY = "{ viewer { kind } }"
ANSWER = {"data": {"viewer": {"kind": "STAFF"}}}


@pytest.mark.parametrize(
    "accept",
    [
        "application/graphql-response+json, application/json, text/event-stream, multipart/mixed",
        "text/event-stream, */*",
        "application/json",
    ],
)
async def test_a_query_is_answered_by_json_where_that_is_taken_too(accept: str, live_app: Any, staff: Any):
    _, token = await staff()
    headers = {"authorization": f"Bearer {token}", "accept": accept}
    async with stream_with(live_app(), QUERY, {}, headers) as stream:
        assert "json" in stream.headers["content-type"]
        assert (await stream.body())["data"] == ANSWER["data"]


async def test_a_client_that_takes_events_alone_gets_one_and_the_end(live_app: Any, staff: Any):
    _, token = await staff()
    async with streaming(live_app(), token, QUERY) as stream:
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (await stream.data())["data"] == ANSWER["data"]
        assert await stream.event() == {"event": "complete", "data": ""}
    async with streaming(live_app(), token, "{ nothing }") as stream:
        assert (await stream.data())["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


REFUSED = {
    "no token": ({}, 401, "UNAUTHENTICATED"),
    "a token that does not work": ({"authorization": "Bearer cgs_made_up"}, 401, "UNAUTHENTICATED"),
    "JSON alone": ({"accept": "application/json"}, 406, "BAD_USER_INPUT"),
    "a page of strangers": ({"origin": "https://evil.example.com"}, 403, "FORBIDDEN"),
    "an id that is none": ({"last-event-id": "x" * 600}, 400, "BAD_USER_INPUT"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_stream_is_refused_before_it_begins(name: str, live_app: Any, staff: Any):
    _, token = await staff()
    given, status, code = REFUSED[name]
    headers = given if "no token" in name else {"authorization": f"Bearer {token}", **given}
    async with stream_with(live_app(), FOLLOW, {"id": encode_id("job", 1)}, headers) as stream:
        assert stream.status == status
        assert (await stream.body())["errors"][0]["extensions"]["code"] == code


INVALID = {
    "a field that is not there": ("subscription { nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
    "two roots": (
        "subscription { nowOnlineChanged { change } jobChanged(id: 1) { id } }",
        {},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "an id of something else": (FOLLOW, {"id": encode_id("cus", 1)}, "BAD_USER_INPUT"),
    "no id": (FOLLOW, {}, "BAD_USER_INPUT"),
    "too high a cost": (
        "subscription { nowOnlineChanged { visitor { customer { orders(first: 100) { nodes { items { name } } } } } } }",
        {},
        "QUERY_TOO_COMPLEX",
    ),
}


@pytest.mark.parametrize("name", INVALID)
async def test_what_is_wrong_with_the_document_is_told_by_an_event(name: str, live_app: Any, staff: Any):
    _, token = await staff()
    query, variables, code = INVALID[name]
    app = live_app()
    async with streaming(_with_small_cost(app), token, query, **variables) as stream:
        assert (await stream.data())["errors"][0]["extensions"]["code"] == code
        assert await stream.event() == {"event": "complete", "data": ""}


def _with_small_cost(app: Any) -> Any:
    endpoint = endpoint_of(app, "/admin/graphql")
    object.__setattr__(endpoint.preparation, "limits", endpoint.limits.model_copy(update={"cost": 2_000}))
    return app


async def test_the_storefront_has_no_subscriptions(live_app: Any):
    assert storefront.schema._schema.subscription_type is None


async def test_an_event_is_answered_like_a_query_of_the_same_selection(live_app: Any, staff: Any, connection: Any):
    """Refused and masked alike, with the errors in the same places."""
    selection = "id kind staff { id name email } rows(first: 2) { totalCount } problems { key }"
    user, token = await staff()
    async with deleted_job(connection, user) as job:
        id = encode_id("job", job)
        async with streaming(
            live_app(), token, f"query J($id: ID!) {{ job(id: $id) {{ {selection} }} }}", id=id
        ) as asked:
            queried = await asked.data()
        async with streaming(
            live_app(), token, f"subscription J($id: ID!) {{ jobChanged(id: $id) {{ {selection} }} }}", id=id
        ) as followed:
            event = await followed.data()
    assert event["data"]["jobChanged"] == queried["data"]["job"]
    assert [error["path"][1:] for error in event["errors"]] == [error["path"][1:] for error in queried["errors"]]
