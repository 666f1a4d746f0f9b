"""Limits of the HTTP protocol: headers, time, and clients that do not read."""

import socket
import time

import httpx
import pytest

from customer_gql.settings import Settings
from support.processes import until
from support.service import Service, received, request, serving

pytestmark = pytest.mark.slow  # starts processes

QUERY = b'{"query": "{ __typename }"}'
MIB = 1024 * 1024


def status(answer: bytes) -> str:
    return answer.split(b" ")[1].decode() if answer else ""


@pytest.mark.parametrize(
    ("_case", "expected", "headers"),
    [
        ("one large header", "431", ["X: " + "x" * 17_000]),
        ("a large one among others", "431", [f"X-{i}: {'x' * 400}" for i in range(45)]),
        ("many headers", "431", [f"X-{i}: x" for i in range(101)]),
        ("as many as are accepted", "200", [f"X-{i}: x" for i in range(95)]),
        ("two ways to say the length", "400", ["Transfer-Encoding: chunked"]),
        ("two lengths", "400", ["Content-Length: 5"]),
        ("a signed length", "400", ["X-A: 1\r\nContent-Length: +27"]),
        ("a folded header", "400", ["X-A: 1\r\n more"]),
        ("a header without colon", "400", ["X-A"]),
        ("another host too", "400", ["Host: elsewhere"]),
    ],
)
def test_headers_are_limited(service: Service, _case: str, expected: str, headers: list[str]):
    answer = service.raw(request(QUERY, *headers), seconds=10)
    assert status(answer) == expected
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_request_without_host_is_refused(service: Service):
    assert status(service.raw(request(QUERY).replace(b"Host: localhost\r\n", b""))) == "400"


def test_a_bare_line_feed_is_refused(service: Service):
    assert status(service.raw(request(QUERY).replace(b"\r\nContent-Type", b"\nContent-Type"))) == "400"


def test_an_endless_header_is_cut_before_it_is_kept(service: Service):
    """150 MiB of one header: refused at 16 KiB."""
    before = service.memory()
    sent = 0
    with service.connect() as connection:
        connection.sendall(b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nX: ")
        try:
            for _ in range(150):
                connection.sendall(b"x" * MIB)
                sent += 1
        except ConnectionError:
            pass
        answer = received(connection)
    assert status(answer) == "431"
    assert sent < 20
    assert service.memory() - before < 20


@pytest.mark.parametrize("trailer", [b"X: " + b"x" * 60, b"x" * 60])
def test_endless_trailers_are_cut(service: Service, trailer: bytes):
    """Trailers of a chunked body are headers too, and the parser does not limit them."""
    before = service.memory()
    head = request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    sent = 0
    with service.connect() as connection:
        connection.sendall(head + b"1b\r\n" + QUERY + b"\r\n0\r\n" + trailer[:2])
        try:
            for _ in range(100):
                connection.sendall((trailer + (b"\r\n" if trailer[:1] == b"X" else b"")) * (MIB // 64))
                sent += 1
        except ConnectionError:
            pass
    assert sent < 30
    assert service.memory() - before < 20


def test_trailers_are_not_headers(service: Service):
    head = request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    body = b"1b\r\n" + QUERY + b"\r\n0\r\nAuthorization: Bearer cgc_no\r\n\r\n"
    assert status(service.raw(head + body)) == "200"


def test_slow_headers_end(impatient: Service):
    """200 connections that send a header byte by byte, and one that sends nothing at all."""
    slow = [impatient.connect() for _ in range(200)]
    for i in range(5):
        for connection in slow[1:]:
            connection.sendall(b"POST "[i : i + 1])
    assert impatient.http.get("/health/live").status_code == 200
    answers = [received(connection) for connection in slow]
    assert {status(answer) for answer in answers} == {"408"}
    for connection in slow:
        connection.close()


def test_the_deadline_starts_again_with_each_request_of_a_connection(impatient: Service):
    with impatient.connect() as connection:
        twice_the_deadline = time.monotonic() + 2
        while time.monotonic() < twice_the_deadline:
            connection.sendall(request(QUERY).replace(b"Connection: close\r\n", b""))
            answer = b""
            while not answer.endswith(b"}}}") and (received_now := connection.recv(65536)):
                answer += received_now
            assert status(answer) == "200"
        connection.sendall(b"POST /graphql HTTP/1.1\r\n")
        assert status(received(connection)) == "408"


def test_a_client_that_does_not_read_is_disconnected(impatient: Service, staff_token: str):
    """Answers queue up behind a closed window; after the write deadline the connection and its memory are released."""
    query = b'{"query": "{ __schema { types { name description fields { name description } } } }"}'
    asked = request(query, f"Authorization: Bearer {staff_token}", path="/admin/graphql")
    kept = asked.replace(b"Connection: close\r\n", b"")
    assert b"__schema" in impatient.raw(asked)  # what the first answer caches is not part of the queue
    before, started = impatient.memory(), len(impatient.log.read_text())
    silent = _connect_without_reading(impatient)
    silent.sendall(kept * 400)
    until(lambda: len(impatient.lines(started)) > 3)
    until(lambda: not impatient.holds(silent), seconds=4)  # before it counts as idle, which takes 5 s
    assert len(impatient.lines(started)) < 400
    assert impatient.memory() - before < 20
    silent.close()


def _connect_without_reading(service: Service) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", service.port))
    return connection


def test_nothing_names_the_server(service: Service):
    for answer in (service.post(QUERY), service.http.get("/nothing"), service.http.get("/health/live")):
        assert "server" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    refused = service.raw(b"rubbish\r\n\r\n").lower()
    assert b"server:" not in refused
    assert b"nosniff" in refused


@pytest.mark.parametrize("path", ["/", "/docs", "/metrics", "/graphiql", "/openapi.json", "/debug", "/.env"])
def test_no_other_path_is_served(service: Service, path: str):
    assert service.http.get(path, headers={"accept": "text/html"}).status_code == 404


def test_a_request_to_upgrade_to_an_unknown_protocol_is_answered_like_any_other(service: Service):
    answer = service.http.get("/graphql?query={__typename}", headers={"connection": "upgrade", "upgrade": "h2c"})
    assert (answer.status_code, answer.json()["data"]) == (200, {"__typename": "Query"})


def test_a_malformed_request_for_a_websocket_is_refused_with_its_fault(service: Service):
    headers = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "sec-websocket-key": "x"}
    answer = service.http.get("/graphql?query={__typename}", headers=headers)
    assert answer.status_code == 400
    assert "invalid Sec-WebSocket-Key header" in answer.text


def test_only_configured_hosts_origins_and_proxies_are_accepted(tmp_path, database_url: str):
    settings = {
        "allowed_hosts": "shop.example.com,127.0.0.1",
        "storefront__cors_origins": "https://shop.example.com",
        "trusted_proxies": "127.0.0.1",
        "storefront__guest_rate": 1,
        "storefront__cost": 100,
        "storefront__bucket": 1000,
    }
    with serving(tmp_path, database_url, **settings) as service:
        assert service.post(QUERY, host="shop.example.com:443").status_code == 200
        assert service.post(QUERY, host="evil.example.com").status_code == 400
        ours = service.post(QUERY, origin="https://shop.example.com")
        theirs = service.post(QUERY, origin="https://evil.example.com")
        assert ours.headers["access-control-allow-origin"] == "https://shop.example.com"
        assert "origin" in ours.headers["vary"].lower()
        assert "access-control-allow-origin" not in theirs.headers
        assert "access-control-allow-credentials" not in ours.headers
        needed = "authorization,content-type,x-store-view,x-visitor"
        asked = {"access-control-request-method": "POST", "access-control-request-headers": needed}
        preflight = service.http.options("/graphql", headers={"origin": "https://shop.example.com", **asked})
        assert (preflight.status_code, preflight.headers["access-control-allow-methods"]) == (200, "GET, POST")
        assert service.http.options("/graphql", headers={"origin": "https://evil.example.com", **asked}).is_error
        # Each address behind the proxy has a bucket of its own.
        heavy = {"query": "{ a: __typename b: __typename c: __typename d: __typename e: __typename }"}
        one = [service.post(heavy, x_forwarded_for="192.0.2.1").status_code for _ in range(40)]
        other = service.post(heavy, x_forwarded_for="192.0.2.2").status_code
        assert (one[0], one[-1], other) == (200, 429, 200)


def test_forwarded_addresses_need_a_trusted_proxy(tmp_path, database_url: str):
    settings = {"storefront__guest_rate": 1, "storefront__cost": 100, "storefront__bucket": 200}
    heavy = {"query": "{ a: __typename b: __typename c: __typename d: __typename e: __typename }"}
    with serving(tmp_path, database_url, **settings) as service:
        answers = [service.post(heavy, x_forwarded_for=f"192.0.2.{i}", forwarded="for=9.9.9.9") for i in range(6)]
    assert [answer.status_code for answer in answers[-2:]] == [429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_the_defaults_are_those_of_these_tests():
    settings = Settings.model_fields
    defaults = {name: settings[name].default for name in ("request_seconds", "body_seconds", "header_bytes")}
    assert defaults == {"request_seconds": 10, "body_seconds": 5, "header_bytes": 16 * 1024}
    assert httpx.codes(431).name == "REQUEST_HEADER_FIELDS_TOO_LARGE"
