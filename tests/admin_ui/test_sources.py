"""The sources of the admin UI fit the graph: documents that are cheap and up to date, and a text for everything, in each language."""

import re
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    get_named_type,
    parse,
    validate,
    visit,
)
from graphql.language import FieldNode, Visitor

from admin_ui.sources import LANGUAGES, UI, documents, read_texts, text_folders
from customer_gql.core.permissions import Permission
from customer_gql.customers.history.kinds import list_history_kinds
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.operators import operators_of
from customer_gql.settings import AdminSettings
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from support.costs import GRAPH, cost

DOCUMENTS = documents()
COST_LIMIT = AdminSettings().cost // 2  # pyright: ignore[reportCallIssue]
# The largest page of a list, and every part of a document that a variable switches on.
LARGEST = {"first": 100, "last": None}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_valid_and_costs_half_the_limit_at_most(name: str):
    assert validate(GRAPH, parse(DOCUMENTS[name])) == []
    assert cost(DOCUMENTS[name], name, **LARGEST) <= COST_LIMIT


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_no_deprecated_field(name: str):
    found: list[str] = []
    info = TypeInfo(GRAPH)

    class Deprecated(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            field = info.get_field_def()
            if field is not None and field.deprecation_reason is not None:
                found.append(node.name.value)

    visit(parse(DOCUMENTS[name]), TypeInfoVisitor(info, Deprecated()))
    assert found == []


@pytest.mark.parametrize("folder", text_folders(), ids=lambda folder: str(folder.relative_to(UI)))
def test_every_text_is_there_in_each_language(folder: Path):
    english = read_texts(folder, "en")
    for language in LANGUAGES:
        texts = read_texts(folder, language)
        assert texts.keys() == english.keys(), language
        assert [key for key, text in texts.items() if not text.strip()] == []
        places = {key: sorted(re.findall(r"{{\w+}}", text)) for key, text in texts.items()}
        assert places == {key: sorted(re.findall(r"{{\w+}}", text)) for key, text in english.items()}, language


def test_every_permission_has_a_text():
    names = {permission.name for permission in Permission}
    assert read_texts(UI / "texts" / "permissions", "en").keys() == names
    # What its holder can do with it at worst; one without such a text is shown with what it allows alone.
    assert read_texts(UI / "texts" / "permission-risks", "en").keys() <= names


def screens() -> list[Path]:
    return sorted(file.parent for file in UI.glob("screens/*/screen.ts"))


@pytest.mark.parametrize("folder", screens(), ids=lambda folder: folder.name)
def test_a_screen_is_named_as_its_folder_and_has_a_title_and_a_place(folder: Path):
    text = (folder / "screen.ts").read_text(encoding="utf-8")
    assert f"name: '{folder.name}'" in text
    assert "title" in read_texts(folder / "texts", "en")
    if "navigation:" in text:
        assert f"screen.{folder.name}" in read_texts(UI / "texts" / "common", "en")


@pytest.mark.parametrize("folder", screens(), ids=lambda folder: folder.name)
def test_every_text_that_a_screen_names_is_there(folder: Path):
    for file in folder.rglob("*.tsx"):
        text = file.read_text("utf-8")
        places = {folder / "texts", UI / "texts" / "common", *_named_texts(text)}
        keys = {key for place in places for key in read_texts(place, "en")}
        named = set(re.findall(r"\bt\('([\w.-]+)'", text))
        assert [key for key in named if not {key, f"{key}_other"} & keys] == [], file


def _named_texts(text: str) -> list[Path]:
    """Folders of the texts that a file names in `useTranslation`."""
    names = {
        name for given in re.findall(r"useTranslation\(([^)]*)\)", text) for name in re.findall(r"'([\w-]+)'", given)
    }
    return [UI / "texts" / name for name in names if (UI / "texts" / name).is_dir()]


# Steer the page and are not shown to anybody; permissions have a file of their own.
NOT_SHOWN = {
    "ConfigurationScope",
    "ConfigurationType",
    "CountPrecision",
    "GridColumnType",
    "GridViewState",
    "StaffPermission",
    "ViewerKind",
}


def shown_enums() -> dict[str, set[str]]:
    """Enums that a document asks for, by name, and their values."""
    found: dict[str, set[str]] = {}
    info = TypeInfo(GRAPH)

    class Enums(Visitor):
        def enter_field(self, _node: FieldNode, *_: object) -> None:
            named = get_named_type(info.get_type())
            if isinstance(named, GraphQLEnumType) and named.name not in NOT_SHOWN:
                found[named.name] = set(named.values)

    for text in DOCUMENTS.values():
        visit(parse(text), TypeInfoVisitor(info, Enums()))
    return found


def named_values() -> set[str]:
    """What enums of the graph, and lists of kinds that it publishes as texts, call things."""
    # Sort keys are columns, which have texts of their own; so have permissions.
    enums = {
        name: kind.values
        for name, kind in GRAPH.type_map.items()
        if isinstance(kind, GraphQLEnumType) and not name.startswith("__") and not name.endswith("SortKey")
    }
    enums.pop("StaffPermission")
    kinds = {f"HistoryKind.{kind}" for kind in list_history_kinds()}
    return kinds | {f"{name}.{value}" for name, values in enums.items() for value in values}


def test_every_value_of_an_enum_and_every_kind_of_history_has_a_text():
    # Those that no screen shows are in a file of their own, which a list does not load.
    shown, others = (read_texts(UI / "texts" / folder, "en").keys() for folder in ("values", "other-values"))
    assert shown & others == set()
    assert {f"{name}.{value}" for name, values in shown_enums().items() for value in values} - shown == set()
    wanted = named_values()
    assert {"CustomerStatus.ACTIVE", "MailTemplateName.ORDER_PLACED", "HistoryKind.ACTIVATED"} <= wanted
    assert wanted - shown - others == set(), "add them to web/admin/src/texts/other-values, in each language"


def test_sections_and_choices_of_settings_have_texts_and_labels_are_those_of_settings():
    settings = {path: one for path, one in DECLARED_SETTINGS.items() if not path.startswith(("staff_tests.", "walk."))}
    # A setting without a label here is shown with its own.
    labels = read_texts(UI / "texts" / "setting-labels", "en")
    assert {path: settings[path].label for path in labels} == labels
    texts = read_texts(UI / "screens" / "settings" / "texts", "en").keys()
    wanted = {f"section.{one.section}" for one in settings.values()}
    wanted |= {f"option.{word}" for one in settings.values() for word in (*one.one_of, *one.some_of)}
    wanted |= {f"ownMutation.{one.own_mutation}" for one in settings.values() if one.own_mutation}
    assert wanted - texts == set()


def test_every_column_of_the_list_of_customers_has_a_text():
    row = GRAPH.get_type("CustomerGridRow")
    assert isinstance(row, GraphQLObjectType)
    # Attributes of the shop are columns with labels of its own.
    columns = set(row.fields) - {"attributes"}
    assert columns - read_texts(UI / "texts" / "columns", "en").keys() == set()


def test_every_operator_of_a_filter_has_a_text():
    texts = read_texts(UI / "texts" / "grid", "en").keys()
    operators = {operator for type_ in ColumnType for operator in operators_of(type_)}
    assert {"startsWith", "hasAll"} <= operators
    assert {f"operator.{operator}" for operator in operators - {"currency"}} - texts == set()
