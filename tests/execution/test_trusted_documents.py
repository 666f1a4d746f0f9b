import json
import subprocess
from typing import Literal

import pytest

from customer_gql.execution.limits.manifests import document_hash
from customer_gql.execution.limits.trusted_documents import TrustedDocuments
from customer_gql.execution.refusal import RequestRefused
from customer_gql.settings import SettingsError, load_settings
from execution.conftest import UNLIMITED_RATES
from support.processes import PROGRAM, environment
from support.service import code_of, serving

pytestmark = pytest.mark.slow  # starts processes

KNOWN = "query Known { __typename }"
OTHER = "query Other { __typename }"


@pytest.fixture
def folder(tmp_path):
    kept = tmp_path / "documents"
    kept.mkdir()
    (kept / "known.graphql").write_text(KNOWN)
    return kept


@pytest.mark.parametrize(
    ("mode", "by_id", "known", "other"), [("off", 400, 200, 200), ("log", 200, 200, 200), ("enforce", 200, 200, 400)]
)
def test_each_mode_takes_what_it_says(
    tmp_path, folder, database_url: str, mode: str, by_id: int, known: int, other: int
):
    settings = {"storefront__documents": mode, "storefront__documents_dir": folder}
    with serving(tmp_path, database_url, **UNLIMITED_RATES, **settings) as service:
        assert service.post({"documentId": document_hash(KNOWN)}).status_code == by_id
        assert service.post({"documentId": f"sha256:{document_hash(KNOWN)}"}).status_code == by_id
        assert service.post({"documentId": document_hash(OTHER)}).status_code == 400
        assert service.post({"query": KNOWN}).status_code == known
        assert service.post({"query": OTHER}).status_code == other
        assert service.post({"query": OTHER}, "/admin/graphql").status_code == 200
        logged = [line["sha256"] for line in service.lines() if line["event"] == "untrusted document"]
        assert logged == ([document_hash(OTHER)] if mode == "log" else [])


RELAY = {"7a3ec1": "query Relay { __typename }", "0be4f2": "query Other2 { __typename }"}
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": "ff01", "name": "Apollo", "type": "query", "body": "query Apollo { __typename }"}],
}


def persisted(sha256: str) -> dict[str, object]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256}}}


def test_manifests_of_build_tools_are_read(tmp_path, folder, database_url: str):
    (folder / "persisted.json").write_text(json.dumps(RELAY))
    (folder / "persisted-query-manifest.json").write_text(json.dumps(APOLLO))
    settings = {"storefront__documents": "enforce", "storefront__documents_dir": folder}
    with serving(tmp_path, database_url, **UNLIMITED_RATES, **settings) as service:
        for document_id in ("7a3ec1", "ff01", document_hash(RELAY["7a3ec1"]), document_hash(KNOWN)):
            assert service.post({"documentId": document_id}).json()["data"] == {"__typename": "Query"}
            assert service.post(persisted(document_id)).json()["data"] == {"__typename": "Query"}
        assert service.post({"query": RELAY["0be4f2"]}).status_code == 200
        # Sending a text once does not make it a trusted one.
        unknown = service.post({"query": OTHER, **persisted(document_hash(OTHER))})
        later = service.post(persisted(document_hash(OTHER)))
        for refused in (unknown, later):
            assert (refused.status_code, code_of(refused.json())) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"a": 1}',
        '{"format": "another", "version": 1, "operations": []}',
        json.dumps({**APOLLO, "version": 2}),
        json.dumps({**APOLLO, "operations": [{"id": "ff01"}]}),
    ],
)
def test_what_is_no_manifest_ends_the_start(tmp_path, text: str):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(SettingsError, match=r"manifest\.json is no manifest"):
        TrustedDocuments("log", tmp_path)


def test_what_is_no_text_ends_the_start(tmp_path):
    (tmp_path / "cart.graphql").write_bytes(b"\xff\xfe{\x00")
    with pytest.raises(SettingsError, match=r"cart\.graphql cannot be read as a document: 'utf-8' codec"):
        TrustedDocuments("log", tmp_path)


def test_one_id_for_two_documents_ends_the_start(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"1": KNOWN}))
    (tmp_path / "b.json").write_text(json.dumps({"1": OTHER}))
    with pytest.raises(SettingsError, match="gives the id '1' to another document"):
        TrustedDocuments("enforce", tmp_path)


@pytest.mark.parametrize("mode", ["off", "log", "enforce"])
def test_documents_of_the_package_are_trusted_in_every_mode_and_need_no_folder(mode: Literal["off", "log", "enforce"]):
    trusted = TrustedDocuments(mode, None, {document_hash(KNOWN): KNOWN})
    assert trusted.require_text(document_hash(KNOWN)) == KNOWN
    assert trusted.require_text(f"sha256:{document_hash(KNOWN)}") == KNOWN
    trusted.require_trusted(KNOWN)
    with pytest.raises(RequestRefused, match="not enabled" if mode == "off" else "No trusted document has this"):
        trusted.require_text(document_hash(OTHER))


def test_the_folder_of_the_admin_endpoint_adds_to_the_documents_of_the_package(folder):
    trusted = TrustedDocuments("enforce", folder, {document_hash(OTHER): OTHER})
    assert [trusted.find_text(document_hash(text)) for text in (KNOWN, OTHER)] == [KNOWN, OTHER]


def test_an_empty_folder_is_refused_whatever_the_package_has(tmp_path):
    with pytest.raises(SettingsError, match="contains none"):
        TrustedDocuments("enforce", tmp_path, {document_hash(OTHER): OTHER})


def test_only_the_admin_endpoint_can_do_without_a_folder():
    load_settings(_env_file=None, admin={"documents": "enforce"})
    with pytest.raises(SettingsError, match="STOREFRONT: documents=enforce needs documents_dir"):
        load_settings(_env_file=None, storefront={"documents": "enforce"})


@pytest.mark.parametrize("made", [True, False], ids=["empty", "missing"])
def test_enforce_without_documents_ends_the_start(tmp_path, database_url: str, made: bool):
    named = tmp_path / "named"
    if made:
        named.mkdir()
    given = {"storefront__documents": "enforce", "storefront__documents_dir": named, "database_url": database_url}
    done = subprocess.run(
        [PROGRAM, "serve"],
        cwd=tmp_path,
        env=environment(port=0, **given),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    [told] = [line for line in done.stderr.splitlines() if "documents=enforce" in line]
    assert told.endswith(f"documents=enforce needs trusted documents, and {named} contains none.")
    assert "Traceback" not in done.stderr


def test_log_without_documents_warns(tmp_path, database_url: str):
    settings = {"storefront__documents": "log", "storefront__documents_dir": tmp_path / "missing"}
    with serving(tmp_path, database_url, **settings) as service:
        assert [line["folder"] for line in service.lines() if line["event"] == "no trusted documents"] == [
            str(tmp_path / "missing")
        ]


def test_a_mode_without_a_folder_is_told():
    with pytest.raises(SettingsError, match="documents=enforce needs documents_dir"):
        load_settings(storefront={"documents": "enforce"})
