"""What production refuses to start without, what it warns of, and what the files of a deployment name."""

import re
from pathlib import Path

import pytest
import structlog
import yaml
from cryptography.fernet import Fernet

from customer_gql.cli.deployment import require_production_settings, warn_of_development_defaults, with_demo_key
from customer_gql.settings import SettingsError, load_settings
from support.mailed import SECRET_KEYS
from support.processes import run

pytestmark = pytest.mark.slow  # starts processes

ROOT = Path(__file__).parents[1]
COMPLETE = {"environment": "production", "storefront_url": "https://shop.example.com", "secret_keys": SECRET_KEYS}


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_production_does_not_start_without_keys(command, tmp_path, database_url):
    done = run(tmp_path, command, database_url=database_url, secret_keys="", port=0)
    assert done.returncode == 1
    assert done.stderr.startswith("customer-gql: Set CUSTOMER_GQL_SECRET_KEYS: ")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("storefront_url", "http://127.0.0.1:8000"),
        ("storefront_url", "https://localhost"),
        ("storefront_url", "http://[::1]:8000"),
        ("admin_url", "http://localhost:8000"),
        ("storefront_origins", "https://127.0.0.2"),
    ],
)
def test_production_has_no_link_that_leads_to_the_readers_own_machine(name, url):
    settings = load_settings(**{**COMPLETE, name: url})
    with pytest.raises(SettingsError, match=f"CUSTOMER_GQL_{name.upper()}"):
        require_production_settings(settings)
    require_production_settings(settings.model_copy(update={"environment": "development"}))


def test_production_starts_with_what_it_needs():
    require_production_settings(load_settings(**COMPLETE))


def test_each_default_of_development_is_warned_of():
    given = {"trusted_proxies": "10.0.0.1", "smtp_host": "mail", "allowed_hosts": "shop.example.com"}
    warnings = {
        "trusted_proxies": "no TLS",
        "smtp_host": "no SMTP server",
        "allowed_hosts": "any Host header is accepted",
    }
    for missing, warning in warnings.items():
        rest = {name: value for name, value in given.items() if name != missing}
        with structlog.testing.capture_logs() as logs:
            warn_of_development_defaults(load_settings(**COMPLETE, **rest))
        assert [(line["event"], line["log_level"]) for line in logs] == [(warning, "warning")]
    with structlog.testing.capture_logs() as logs:
        warn_of_development_defaults(load_settings(**COMPLETE, **given))
        warn_of_development_defaults(load_settings(environment="development"))
    assert logs == []


def test_the_demo_makes_a_key_once_in_its_data_folder(tmp_path):
    settings = load_settings(environment="development", data_dir=tmp_path / "data", secret_keys="")
    key = with_demo_key(settings).secret_keys
    assert with_demo_key(settings).secret_keys == key
    Fernet(key.get_secret_value())
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
    configured = load_settings(data_dir=tmp_path / "other", secret_keys=SECRET_KEYS)
    assert with_demo_key(configured) is configured


def test_compose_requires_what_production_requires():
    text = (ROOT / "compose.yaml").read_text()
    for name in ("STOREFRONT_URL", "SECRET_KEYS"):
        assert re.search(rf"CUSTOMER_GQL_{name}: \$\{{{name}:\?", text), name


def test_what_runs_in_compose_is_started_again():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    again = {name for name, service in services.items() if service.get("restart") == "unless-stopped"}
    assert again == {"service", "worker", "database", "mail", "proxy"}


def test_images_are_named_by_full_version():
    named = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    named += re.findall(r"^ +image: (\S+)", (ROOT / "compose.yaml").read_text(), re.MULTILINE)
    assert len(named) == 5
    assert [image for image in named if not re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$", image)] == []


def test_npm_runs_no_scripts_of_packages():
    installs = [
        line for line in (ROOT / "Makefile").read_text().splitlines() if "npm ci" in line or "npm install" in line
    ]
    assert installs
    assert [line for line in installs if "--ignore-scripts" not in line] == []
