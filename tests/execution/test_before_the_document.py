"""Whatever a client sends instead of a document gets a clear answer, without a traceback and without lasting memory."""

import gzip
import socket

import pytest

from support.service import Service, code_of, received, request

pytestmark = pytest.mark.slow  # starts processes

QUERY = b'{"query": "{ __typename }"}'
MIB = 1024 * 1024


def test_a_document_is_answered(service: Service):
    answer = service.post(QUERY)
    assert (answer.status_code, answer.json()) == (
        200,
        {"data": {"__typename": "Query"}, "extensions": {"cost": {"requested": 100, "limit": 15_000}}},
    )


@pytest.mark.parametrize(
    ("_case", "body"),
    [
        ("a string", b'"query"'),
        ("null", b"null"),
        ("a number", b"7"),
        ("true", b"true"),
        ("bad UTF-8", b'{"query": "\xff"}'),
        ("20,000 lists in each other", b"[" * 20_000 + b"]" * 20_000),
        ("20,000 lists in the variables", b'{"query":"{a}","variables":{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}}"),
        ("100 lists in the variables", b'{"query":"{a}","variables":{"a":' + b"[" * 100 + b"]" * 100 + b"}}"),
        ("an integer of 5,000 digits", b'{"query":"{a}","variables":{"a":' + b"1" * 5000 + b"}}"),
        ("not a number", b'{"query":"{a}","variables":{"a":NaN}}'),
        ("infinity", b'{"query":"{a}","variables":{"a":1e999}}'),
        ("a lone surrogate", rb'{"query":"{a}","variables":{"a":"\ud800"}}'),
        ("a batch", b'[{"query":"{__typename}"},{"query":"{__typename}"}]'),
        ("an empty batch", b"[]"),
        ("nothing", b""),
        ("an empty object", b"{}"),
        ("a document that is no string", b'{"query": 1}'),
        ("variables that are no object", b'{"query": "{a}", "variables": []}'),
        ("a name that is no string", b'{"query": "{a}", "operationName": {}}'),
        ("two documents", b'{"query": "{a}", "query": "{b}"}'),
        ("two documents, one escaped", rb'{"query": "{a}", "\u0071uery": "{b}"}'),
        ("two sets of variables", b'{"query": "{a}", "variables": {}, "variables": null}'),
        ("a document and an id of one", b'{"query": "{a}", "documentId": "1"}'),
        ("extensions that are no object", b'{"query": "{a}", "extensions": 1}'),
        ("two sets of extensions", b'{"query": "{a}", "extensions": {}, "extensions": null}'),
        ("a persisted query that is no object", b'{"extensions": {"persistedQuery": 1}}'),
        ("a persisted query of another version", b'{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"0"}}}'),
        ("a hash that is no string", b'{"extensions":{"persistedQuery":{"version":1,"sha256Hash":7}}}'),
        ("an id and a hash", b'{"documentId":"1","extensions":{"persistedQuery":{"version":1,"sha256Hash":"0"}}}'),
        ("a hash of another text", b'{"query":"{a}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"0"}}}'),
    ],
)
def test_an_invalid_body_is_refused(service: Service, _case: str, body: bytes):
    answer = service.post(body)
    assert (answer.status_code, code_of(answer.json())) == (400, "BAD_USER_INPUT")
    assert len(answer.content) < 300


@pytest.mark.parametrize(
    ("_case", "status", "headers"),
    [
        ("text", 415, {"content_type": "text/plain"}),
        ("no content type", 415, {"content_type": ""}),
        ("a form", 415, {"content_type": "application/x-www-form-urlencoded"}),
        ("parts", 415, {"content_type": "multipart/form-data; boundary=x"}),
        ("another encoding", 415, {"content_type": "application/json; charset=utf-16"}),
        ("compressed", 415, {"content_encoding": "gzip"}),
        ("compressed, in another spelling", 415, {"content_encoding": "GZIP, identity"}),
        ("a huge content length", 413, {"content_length": "104857600"}),
        ("UTF-8, quoted", 200, {"content_type": 'Application/JSON; charset="UTF-8"'}),
    ],
)
def test_only_plain_json_is_accepted(service: Service, _case: str, status: int, headers: dict[str, str]):
    if "content_length" in headers:
        raw = request(QUERY).replace(b"Content-Length: 27", b"Content-Length: 104857600")
        assert service.raw(raw, seconds=5).startswith(b"HTTP/1.1 413 ")
    else:
        assert service.post(QUERY, **headers).status_code == status


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
def test_only_get_and_post_are_accepted(service: Service, method: str):
    answer = service.http.request(method, "/graphql?query={__typename}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_a_form_of_a_million_fields_is_never_parsed(service: Service):
    body = b"&".join(b"a%d=1" % i for i in range(90_000))
    before = service.cpu()
    answer = service.post(body[: 1000 * 1024], content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert service.cpu() - before < 0.3  # of the process; parsing takes seconds


def test_a_compressed_bomb_is_not_expanded(service: Service):
    bomb = gzip.compress(bytes(20 * MIB))
    before = service.memory()
    assert service.post(bomb, content_encoding="gzip").status_code == 415
    assert service.memory() - before < 10


@pytest.mark.parametrize(("path", "limit"), [("/graphql", 100 * 1024), ("/admin/graphql", MIB)])
def test_the_size_of_a_body_is_limited(service: Service, path: str, limit: int):
    filled = QUERY + b" " * (limit - len(QUERY))
    assert service.post(filled, path).status_code == 200
    assert service.post(filled + b" ", path).status_code == 413


def test_a_body_without_end_is_cut(service: Service):
    """300 MB in chunks: nothing of it is kept, and the client can read the refusal."""
    before = service.memory()
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    sent = 0
    with service.connect() as connection:
        connection.sendall(head)
        try:
            for _ in range(300 * MIB // 65536):
                connection.sendall(chunk)
                sent += 65536
        except ConnectionError:
            pass
        assert received(connection).startswith(b"HTTP/1.1 413 ")
    assert sent < 20 * MIB
    assert service.memory() - before < 20


def test_a_body_slower_than_its_deadline_is_ended(impatient: Service):
    answer = impatient.raw(request(QUERY).replace(b"Content-Length: 27", b"Content-Length: 99"), seconds=20)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"The body was not received within 0.5 s." in answer


def test_two_hundred_slow_bodies_are_ended(impatient: Service):
    head = request(QUERY).replace(b"Content-Length: 27", b"Content-Length: 99")
    slow = [impatient.connect() for _ in range(200)]
    for connection in slow:
        connection.sendall(head)
    assert impatient.http.get("/health/live").status_code == 200
    assert sum(not received(connection).startswith(b"HTTP/1.1 408 ") for connection in slow) == 0
    for connection in slow:
        connection.close()


def test_text_that_the_database_cannot_store_is_refused(service: Service, staff_token: str):
    asked = "query($id: ID!) { customer(id: $id) { id } }"
    answer = service.ask(asked, "/admin/graphql", token=staff_token, id="cus_\x00")
    assert code_of(answer) == "BAD_USER_INPUT"
    answer = service.ask('{ customer(id: "\\u0000") { id } }', "/admin/graphql", token=staff_token)
    assert code_of(answer) in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert service.post(b'{"query": "{ a\\u0000 }"}').status_code == 200


def test_nothing_of_all_this_was_a_fault(service: Service):
    log = service.log.read_text()
    assert "Traceback" not in log
    assert "INTERNAL_SERVER_ERROR" not in log
    assert service.process.poll() is None


def test_a_client_that_hangs_up_while_sending_is_no_fault(service: Service):
    with service.connect() as connection:
        connection.sendall(request(QUERY).replace(b"Content-Length: 27", b"Content-Length: 99"))
        connection.shutdown(socket.SHUT_RDWR)
    assert service.post(QUERY).status_code == 200
    assert "Traceback" not in service.log.read_text()
