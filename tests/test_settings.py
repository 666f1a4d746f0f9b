"""Settings that would be ignored later are refused at the start, or told; an empty value is as good as none."""

import socket

import httpx
import pytest

from customer_gql.settings import SettingsError, find_unknown_settings, load_settings
from support.processes import free_port, line, run, started, until


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("trusted_proxies", ["proxy", "10.0.0.0/99", "10.0.0.1/8", "10.0.0.1,*"], "10.0.0.1, 10.0.0.0/8, fd00::/8"),
        (
            "allowed_hosts",
            ["https://shop.example.com", "shop.example.com:443", "*.example.com"],
            "shop.example.com,[::1]",
        ),
        (
            "rate_storage",
            ["redis", "foo://host", "redis:host", "redis+cluster://host", "memory://"],
            "redis://:secret@host:6379",
        ),
        ("traces", ["collector:4318", "collector"], "http://collector:4318/v1/traces"),
        ("oidc_issuer", ["id.example.com"], ""),
        ("oidc_redirect_url", ["/admin/oidc/callback"], "https://shop.example.com/admin/oidc/callback"),
        ("oidc_landing_url", ["shop.example.com"], "http://localhost:3000/landing"),
    ],
)
def test_a_text_in_the_wrong_form_is_refused(name, wrong, right, monkeypatch):
    for value in wrong:
        monkeypatch.setenv(f"CUSTOMER_GQL_{name.upper()}", value)
        with pytest.raises(SettingsError, match=rf"^Wrong settings: CUSTOMER_GQL_{name.upper()}: (?!Value error)"):
            load_settings()
    monkeypatch.setenv(f"CUSTOMER_GQL_{name.upper()}", right)
    load_settings()


def test_what_is_refused_is_not_quoted_where_it_may_contain_a_password():
    with pytest.raises(SettingsError) as refused:
        load_settings(rate_storage="redsi://:secret@host")
    assert "secret" not in str(refused.value)


def test_an_empty_value_is_as_good_as_none(monkeypatch):
    plain = load_settings()
    for name in ("METRICS_PORT", "SMTP_PORT", "SMTP_HOST", "STOREFRONT_URL", "MAIL_FROM", "STOREFRONT__COST", "WORKER"):
        monkeypatch.setenv(f"CUSTOMER_GQL_{name}", "")
    assert load_settings() == plain


def test_names_that_no_setting_has_are_found(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = find_unknown_settings()
    (tmp_path / ".env").write_text("CUSTOMER_GQL_ALOWED_HOSTS=shop.example.com\nCUSTOMER_GQL_PORT=8000\nOTHER=1\n")
    monkeypatch.setenv("CUSTOMER_GQL_STORFRONT__COST", "5")
    monkeypatch.setenv("CUSTOMER_GQL_STOREFRONT__COST", "5")
    monkeypatch.setenv("CUSTOMER_GQL_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("CUSTOMER_GQL_PORT_8000_TCP", "tcp://10.0.0.1:8000")
    expected = {*before, "CUSTOMER_GQL_ALOWED_HOSTS", "CUSTOMER_GQL_STORFRONT__COST"}
    assert find_unknown_settings() == sorted(expected)


@pytest.mark.slow
def test_a_misspelled_setting_is_told_at_the_start(tmp_path, database_url):
    with started(tmp_path, "serve", database_url=database_url, port=0, worker="false", alowed_hosts="x") as service:
        assert line(service.stderr).startswith("serving on ")
        told = line(service.stderr)
        assert '"event":"unknown setting"' in told
        assert '"name":"CUSTOMER_GQL_ALOWED_HOSTS"' in told


@pytest.mark.slow
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_metrics_port_that_is_taken_is_told_in_one_line(command, tmp_path, database_url):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, command, database_url=database_url, port=0, metrics_port=port)
    told = f"customer-gql: Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another address or port.\n"
    assert (done.returncode, done.stderr) == (1, told)


@pytest.mark.slow
def test_a_worker_serves_the_metrics_of_its_nightly_check(tmp_path, empty_database_url):
    port = free_port()
    with started(tmp_path, "worker", database_url=empty_database_url, metrics_port=port) as worker:
        assert line(worker.stderr) == "working"
        until(lambda: "customer_change" in read_metrics(port), seconds=20)
        told = read_metrics(port)
    for name in ("compared_customers", "differing_rows"):
        assert f'customer_gql_projection_{name}_total{{projection="customer_grid_row"}} 0.0' in told


def read_metrics(port):
    return httpx.get(f"http://127.0.0.1:{port}/metrics").text


@pytest.mark.slow
@pytest.mark.parametrize("name", ["owner_database_url", "database_read_url"])
def test_another_address_alone_does_not_lead_to_the_embedded_database(tmp_path, name):
    done = run(tmp_path, "migrate", **{name: "postgresql://owner@host/shop"})
    told = f"CUSTOMER_GQL_{name.upper()} is set, but CUSTOMER_GQL_DATABASE_URL is not: set both."
    assert (done.returncode, done.stderr) == (1, f"customer-gql: {told}\n")
