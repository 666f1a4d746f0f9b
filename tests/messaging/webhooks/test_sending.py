"""Where a request goes: only to an address that was judged, whatever its name resolves to a moment later."""

import itertools
import socket

import pytest

from customer_gql.messaging.webhooks import sending
from customer_gql.messaging.webhooks.sending import NotSent, resolve_host, send_request
from support.certificates import make_certificate
from support.receivers import answer, drip, flood, flood_with_hints, hang, receiving

NOT_PUBLIC = "The host has an address that is not public. The operator can allow its network."


@pytest.fixture
def production(settings):
    def make(*networks, environment="production"):
        return settings.model_copy(update={"environment": environment, "webhook_networks": list(networks)})

    return make


@pytest.fixture
def names(monkeypatch):
    """A name server: each look-up of a name gives the next of its answers, the last one for good."""
    looked_up = []

    def resolve(name, *answers):
        answered = itertools.chain(answers, itertools.repeat(answers[-1]))
        real = socket.getaddrinfo

        def look_up(host, port, *args, **kwargs):
            if host != name:
                return real(host, port, *args, **kwargs)
            looked_up.append(host)
            return [
                (socket.AF_INET6 if ":" in text else socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port))
                for text in next(answered)
            ]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return looked_up

    return resolve


async def post(url, settings):
    return await send_request(url, {"content-type": "application/json"}, "{}", settings)


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.5"],
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["::ffff:10.0.0.5"],
        ["::ffff:0:a00:5"],
        ["::a00:5"],
        ["64:ff9b::a00:5"],
        ["64:ff9b:1::a00:5"],
        ["2002:a00:5::"],
        ["fe80::1%lo"],
        ["0.0.0.0"],
        ["1.1.1.1", "10.0.0.5"],
        ["2606:4700:4700::1111", "::ffff:10.0.0.5"],
    ],
)
async def test_a_name_that_leads_inside_is_refused(addresses, names, production):
    names("crm.example.com", addresses)
    with pytest.raises(NotSent, match="not public"):
        await post("https://crm.example.com/hook", production())


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "017700000001", "0", "127.0.0.1."),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:7f00:1]"),
        *("[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "localhost", "localhost.", "LOCALHOST"),
        *("127%2e0%2e0%2e1", "%31%32%37.0.0.1"),
    ],
)
async def test_so_is_every_spelling_of_the_own_machine(host, production):
    """On both of its addresses a server listens, which would answer."""
    async with receiving() as receiver, receiving(host="::1", port=receiver.port) as other:
        with pytest.raises(NotSent):
            await post(f"https://{host}:{receiver.port}/hook", production())
        assert (receiver.connections, other.connections) == (0, 0)


async def test_a_name_that_is_rebound_leads_nowhere_else(names, production):
    """It is looked up once, and what it says then is where the request goes; the second answer would be another server."""
    async with receiving() as inside, receiving() as outside:
        looked_up = names("crm.test", ["127.0.0.2"], ["127.0.0.1"])
        allowed = production("127.0.0.2/32", environment="development")
        # Both listen on 127.0.0.1 alone, so nobody is there.
        with pytest.raises(NotSent, match="refused"):
            await post(f"http://crm.test:{inside.port}/hook", allowed)
        assert (looked_up, inside.connections, outside.connections) == (["crm.test"], 0, 0)


async def test_a_rebound_name_is_judged_at_each_attempt(names, production):
    async with receiving() as receiver:
        allowed = production("127.0.0.1/32", environment="development")
        looked_up = names("crm.test", ["127.0.0.1"], ["10.0.0.5"])
        assert (await post(f"http://crm.test:{receiver.port}/hook", allowed)).status_code == 204
        with pytest.raises(NotSent, match="not public"):
            await post(f"http://crm.test:{receiver.port}/hook", allowed)
        assert (len(looked_up), receiver.connections) == (2, 1)
        assert receiver.requests[0].headers["host"] == f"crm.test:{receiver.port}"


async def test_an_address_that_does_not_answer_leaves_the_next_one(names, production):
    async with receiving() as receiver:
        names("crm.test", ["127.0.0.2", "127.0.0.1"])
        found = await post(f"http://crm.test:{receiver.port}/hook", production(environment="development"))
        assert found.status_code == 204


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_leads_on(status, names, production):
    """To a place that is allowed, so that nothing else stops it."""
    local = production("127.0.0.1/32", environment="development")
    async with receiving() as inside, receiving() as outside:
        for location in (inside.url, f"//127.0.0.1:{inside.port}/hook"):
            outside.behave = answer(status, f"Location: {location}", f"Refresh: 0; url={location}")
            assert (await post(outside.url, local)).status_code == status
        assert (inside.connections, outside.connections) == (0, 2)


async def test_nothing_of_the_environment_goes_along(production, tmp_path, monkeypatch):
    """Neither a proxy nor a password that somebody keeps for the host."""
    passwords = tmp_path / "netrc"
    passwords.write_text("machine 127.0.0.1 login ada password lovelace")
    passwords.chmod(0o600)
    monkeypatch.setenv("NETRC", str(passwords))
    async with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        await post(receiver.url, production(environment="development"))
        [request] = receiver.requests
        assert (proxy.connections, sorted(request.headers)) == (
            0,
            ["accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"],
        )


@pytest.mark.parametrize("behave", [flood, flood_with_hints], ids=["headers", "hints"])
async def test_an_answer_without_end_is_read_for_16_kib_at_most(behave, production):
    async with receiving(behave) as receiver:
        with pytest.raises(NotSent, match="16 KiB"):
            await post(receiver.url, production(environment="development"))


@pytest.mark.slow
@pytest.mark.parametrize("behave", [hang, drip], ids=["nothing", "drops"])
async def test_an_answer_that_does_not_come_to_an_end_is_given_up(behave, production):
    async with receiving(behave) as receiver:
        with pytest.raises(NotSent, match="no answer within 10 seconds"):
            await post(receiver.url, production(environment="development"))


@pytest.mark.parametrize("rubbish", [b"", b"\0" * 100, b"SSH-2.0-OpenSSH_9.6\r\n"])
async def test_what_is_no_answer_of_http_is_a_failure(rubbish, production):
    async def behave(_, writer):
        writer.write(rubbish)
        await writer.drain()

    async with receiving(behave) as receiver:
        with pytest.raises(NotSent, match="not HTTP"):
            await post(receiver.url, production(environment="development"))


async def test_an_unknown_name(names, production, monkeypatch):
    def look_up(*_args, **_kwargs):
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(NotSent, match="could not be resolved"):
        await post("https://nowhere.example.com/", production())


async def test_without_https_only_loopback_is_called(names, production):
    names("crm.test", ["1.1.1.1"])
    for environment in ("production", "development"):
        with pytest.raises(NotSent, match="https"):
            await resolve_host("http://crm.test/hook", production(environment=environment))
    names("local.test", ["127.0.0.1"])
    with pytest.raises(NotSent, match="https"):
        await resolve_host("http://local.test/hook", production("127.0.0.0/8"))
    assert await resolve_host("http://local.test/hook", production(environment="development"))


async def test_retry_after_and_status_are_all_that_is_kept(production):
    async with receiving(answer(503, "Retry-After: 7", body=b"internal details")) as receiver:
        found = await post(receiver.url, production(environment="development"))
        assert found == sending.Answer(503, "7")


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A server's TLS context for crm.test, whose certificate this process trusts."""
    context, chain = make_certificate(tmp_path, "crm.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    sending._trusted_authorities.cache_clear()
    yield context
    sending._trusted_authorities.cache_clear()


async def test_tls_is_that_of_the_name_and_not_of_the_address(certificate, names, production):
    async with receiving(ssl=certificate) as receiver:
        names("crm.test", ["127.0.0.1"])
        found = await post(f"https://crm.test:{receiver.port}/hook", production("127.0.0.1/32"))
        assert found.status_code == 204
        names("other.test", ["127.0.0.1"])
        with pytest.raises(NotSent, match="certificate"):
            await post(f"https://other.test:{receiver.port}/hook", production("127.0.0.1/32"))
        assert len(receiver.requests) == 1


@pytest.mark.slow
async def test_a_server_without_tls_gets_nothing(names, production):
    """It waits for more of what it does not understand; no connection is left open."""
    async with receiving() as receiver:
        names("crm.test", ["127.0.0.1"])
        with pytest.raises(NotSent):
            await post(f"https://crm.test:{receiver.port}/hook", production("127.0.0.1/32"))
        assert receiver.requests == []
