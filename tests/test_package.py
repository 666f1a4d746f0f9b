"""What leaves this repository: the wheel, the image, and what the committed files give away."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
import yaml

from customer_gql.admin_ui import built
from customer_gql.graphiql import parts

ROOT = Path(__file__).parents[1]
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com")
LOCKS = sorted(ROOT.glob("requirements/*.lock"))
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
is_checkout = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout of the repository")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def packed(wheel: Path) -> set[str]:
    """The wheel's files, without the folder of the package."""
    with zipfile.ZipFile(wheel) as opened:
        return {name.removeprefix("customer_gql/") for name in opened.namelist()}


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as opened:
        [name] = [name for name in opened.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(opened.read(name).decode())


def files(folder: Path, *endings: str) -> set[str]:
    found = [file for ending in endings for file in folder.rglob(f"*{ending}")]
    return {file.relative_to(folder).as_posix() for file in found}


def test_wheel_has_every_module_and_example(packed: set[str]):
    assert files(ROOT / "src" / "customer_gql", ".py", ".graphql", ".json", ".html", ".css", ".js") <= packed


def test_wheel_has_the_migrations(packed: set[str]):
    assert {f"migrations/{name}" for name in files(ROOT / "migrations", ".py", ".mako")} <= packed


def test_wheel_has_graphiql_and_its_licences(packed: set[str]):
    assert {f"graphiql/assets/{name}" for name in (*parts.NEEDED, "licences.txt")} <= packed


@pytest.mark.slow  # `make test` does without the admin UI
def test_wheel_has_the_admin_ui_compressed_with_its_documents_and_licences(packed: set[str]):
    if built.page_text() is None:
        pytest.skip("the admin UI is not built; run `make setup`")
    files_of_ui = {name.removeprefix("admin_ui/assets/") for name in packed if name.startswith("admin_ui/assets/")}
    assert {built.PAGE, built.DOCUMENTS, built.LICENSES, f"{built.LICENSES}.br"} <= files_of_ui
    large = [name for name, asset in built.asset_files().items() if asset.path.stat().st_size > 2048]
    assert {f"{name}{ending}" for name in large for ending in ("", ".br", ".gz")} <= files_of_ui


def test_lock_of_the_admin_ui_has_hashes_and_exact_versions_and_no_address():
    folder = ROOT / "web" / "admin"
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert [
        place for place, package in packages.items() if place and not package["integrity"].startswith("sha512-")
    ] == []
    assert "resolved" not in {key for package in packages.values() for key in package}
    wanted = json.loads((folder / "package.json").read_text())
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_wheel_tells_type_checkers_of_its_types(packed: set[str]):
    assert "py.typed" in packed


def test_wheel_has_license_and_notices(packed: set[str], metadata: Message):
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("License-File") == ["LICENSE", "THIRD_PARTY_NOTICES.txt"]
    folder = f"customer_gql-{metadata['Version']}.dist-info/licenses"
    assert {f"{folder}/LICENSE", f"{folder}/THIRD_PARTY_NOTICES.txt"} <= packed


def test_wheel_says_what_it_is(metadata: Message):
    links = dict(link.split(", ") for link in metadata.get_all("Project-URL", []))
    assert {"Homepage", "Documentation", "Changelog", "Issues"} == links.keys()
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert metadata.get_all("Provides-Extra") == ["demo", "oidc", "redis", "s3", "tracing"]


def test_every_dependency_has_an_upper_bound(metadata: Message):
    requirements = metadata.get_all("Requires-Dist", [])
    assert {"graphql-core", "pydantic"} <= {re.split(r"[<>\[ ]", requirement)[0] for requirement in requirements}
    assert [requirement for requirement in requirements if "<" not in requirement.split(";")[0]] == []
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"].values()
    assert [entry for group in groups for entry in group if isinstance(entry, str) and "<" not in entry] == []


def test_notices_name_every_part_of_graphiql():
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    pinned = {
        f"{place.rpartition('node_modules/')[2]} {package['version']}" for place, package in packages.items() if place
    }
    notices = (ROOT / "THIRD_PARTY_NOTICES.txt").read_text()
    assert set(re.findall(r"(?m)^(\S+ \d\S*): [\w.-]+$", notices)) == pinned


def test_wheel_has_nothing_else(packed: set[str]):
    strange = [name for name in packed if re.search(r"tests|\.env|node_modules|__pycache__|\.data|\.lock$", name)]
    assert strange == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_has_a_version_and_hashes_for_each_package_and_no_address(lock: Path):
    text = lock.read_text()
    packages = re.split(r"\n(?=[\w\[])", text.strip())
    for package in packages:
        assert re.match(r"[\w.\[\],-]+==[\w.+!]+( ; [^\n]+)? \\\n", package), package
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package
    assert "://" not in text


@pytest.mark.slow
def test_unreachable_index_is_told_in_one_line(tmp_path: Path):
    pip = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_CACHE_DIR": "1", "PIP_CONFIG_FILE": os.devnull}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    command = [sys.executable, ROOT / "requirements/install.py", ROOT / "requirements/web.lock", "--target", tmp_path]
    done = subprocess.run(command, env=kept | pip, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert re.fullmatch(r"The Python package index cannot be reached, .*\n", done.stderr)


def test_image_runs_without_root_and_build_tools():
    build, final = re.split(r"(?m)^FROM .*\n", (ROOT / "Dockerfile").read_text())[1:]
    steps = re.findall(r"(?m)^([A-Z]+) (.*)", final)
    assert "hatchling" in build
    assert [text for step, text in steps if step == "COPY"] == ["--from=build /venv /venv"]
    assert [text for step, text in steps if step == "RUN"] == [
        "useradd --system --uid 10001 --no-create-home customer-gql"
    ]
    assert [text for step, text in steps if step == "USER"] == ["10001"]
    assert [step for step, _ in steps if step == "HEALTHCHECK"] == ["HEALTHCHECK"]
    assert [step for step, _ in steps][-2:] == ["ENTRYPOINT", "CMD"]


def test_image_is_built_from_files_that_are_there():
    copied = re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", (ROOT / "Dockerfile").read_text())
    assert [name for names in copied for name in names.split() if not (ROOT / name).exists()] == []


def test_compose_has_service_database_and_mail():
    assert {"service", "database", "mail"} <= SERVICES.keys()
    assert SERVICES["service"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"]["database"] == {"condition": "service_healthy"}


def test_compose_migrates_as_another_role_than_the_service():
    owner = SERVICES["migrate"]["environment"]["CUSTOMER_GQL_OWNER_DATABASE_URL"]
    assert "//customer_gql_owner:" in owner
    for name in ("service", "worker"):
        assert "//customer_gql:" in SERVICES[name]["environment"]["CUSTOMER_GQL_DATABASE_URL"]
        assert "CUSTOMER_GQL_OWNER_DATABASE_URL" not in SERVICES[name]["environment"]
    mounted = next(volume for volume in SERVICES["database"]["volumes"] if "create-service-role" in volume)
    assert "CREATE ROLE customer_gql " in (ROOT / mounted.partition(":")[0]).read_text()


def test_compose_opens_ports_to_this_machine_only_and_holds_no_password():
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    made = SERVICES["database"]["environment"]
    assert made["POSTGRES_PASSWORD"].startswith("${POSTGRES_OWNER_PASSWORD:?")
    assert made["SERVICE_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")


@is_checkout
def test_committed_files_name_no_registry_and_no_folder_of_this_machine():
    forbidden = [argument for text in (*HOSTS, f"{ROOT}/") for argument in ("-e", text)]
    found = subprocess.run(
        ["git", "grep", "-nIF", *forbidden], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (found.returncode, found.stdout) == (1, "")
