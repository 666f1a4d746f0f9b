"""An import is asked for, mapped, started and retried (docs/domain/import.md#import-23)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.administration.customer_import.stated_values.definitions import read_import_attributes
from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import has_bidi_override, has_control_character, normalize_text
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_value
from customer_gql.messaging.jobs.runs.follow_ups.retries import retry_job
from customer_gql.messaging.jobs.runs.reads import ONE_JOB
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import find_website

from .reads import is_visible_import
from .runs.columns import ACTION_TARGET, ColumnTarget, find_targets
from .runs.options import ALLOWED_ERRORS
from .runs.row_storage import MEBIBYTE
from .runs.work import IMPORT_NOT_FOUND, IMPORT_OVER, IMPORT_WORK, is_refused
from .settings import MAX_MEBIBYTES
from .tables import ImportBehavior, ImportLayout, ImportStatus, customer_import, import_mapping
from .waiting import refuse_many_waiting

MAX_NAME: Final = 200
MAX_MAPPING_NAME: Final = 100
MAX_MAPPINGS: Final = 50
MAX_ALLOWED_ERRORS: Final = 1_000_000
_SIZE: Final = Refusal("import.size_out_of_range", "A file has 1 to {limit} bytes.")
_NAME: Final = Refusal("import.file_name_invalid", "Enter a file name of 1 to {limit} characters without slashes.")
_BEHAVIOR: Final = Refusal(
    "import.behavior_unsupported", "This layout does not know this behavior. Choose {behaviors:or}."
)
_WEBSITE_NEEDED: Final = Refusal(
    "import.website_needed", "Choose the website that a mapped file is for.", UserErrorCode.REQUIRED
)
_WEBSITE_UNUSED: Final = Refusal("import.website_unused", "Leave the website out; the rows of this layout name it.")
_SEPARATOR: Final = Refusal(
    "import.separator_invalid", "Enter a single character that is neither a quotation mark nor a line break."
)
_ERROR_COUNT: Final = Refusal("import.error_count_out_of_range", "Enter 0 to {limit} allowed errors.")
_NOT_UPLOADED: Final = Refusal("import.not_uploaded", "Upload the file first.", UserErrorCode.NOT_ALLOWED)
_NOT_MAPPED: Final = Refusal("import.not_mapped", "Map the columns first.", UserErrorCode.NOT_ALLOWED)
_RUNNING: Final = Refusal(
    "import.running", "The import is running. Wait for it, or cancel its job.", UserErrorCode.NOT_ALLOWED
)
_MAPPING_UNUSED: Final = Refusal(
    "import.mapping_unused", "Only a file of the layout MAPPED has a mapping.", UserErrorCode.NOT_ALLOWED
)
_TARGET_UNKNOWN: Final = Refusal(
    "import.target_unknown", "There is no such target. Use a key from targets.", UserErrorCode.NOT_FOUND
)
_TARGET_REPEATED: Final = Refusal("import.target_repeated", "Map at most one column to each target.")
_TARGET_MISSING: Final = Refusal(
    "import.target_missing", "Map a column to the target {target}.", UserErrorCode.REQUIRED
)
_COLUMN: Final = Refusal("import.column_not_in_file", "The file does not have this column.", UserErrorCode.NOT_FOUND)
_COLUMN_REPEATED: Final = Refusal("import.column_repeated", "Map each column to one target.")
_MAPPING_NAME: Final = Refusal("import.mapping_name_invalid", "Enter a name of 1 to {limit} characters.")
_TOO_MANY_MAPPINGS: Final = Refusal(
    "import.too_many_mappings", "You have {limit} saved mappings; more are not possible.", UserErrorCode.LIMIT_REACHED
)
_NOTHING_TO_RETRY: Final = Refusal(
    "import.nothing_to_retry", "No row of the import failed or was canceled.", UserErrorCode.NOT_ALLOWED
)
_ALL: Final = tuple(ImportBehavior)
_BEHAVIORS: Final[Mapping[ImportLayout, Sequence[ImportBehavior]]] = {
    ImportLayout.ADOBE_CUSTOMERS: (ImportBehavior.ADD_UPDATE, ImportBehavior.DELETE, ImportBehavior.CUSTOM),
    ImportLayout.ADOBE_ADDRESSES: _ALL,
    ImportLayout.ADOBE_COMPOSITE: _ALL,
    ImportLayout.ADOBE_FINANCE: (ImportBehavior.ADD_UPDATE,),
    ImportLayout.MAPPED: _ALL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewImport:
    layout: ImportLayout
    behavior: ImportBehavior
    error_policy: ErrorPolicy
    file_name: str
    size_bytes: int
    website_id: int | None
    options: Mapping[str, Any]


async def create_import(connection: Connection, new: NewImport, *, by: Actor) -> int:
    assert by.viewer is not None, "an import belongs to somebody"
    limit = await setting(connection, MAX_MEBIBYTES) * MEBIBYTE
    refused = CollectedErrors()
    with refused.collecting():
        name = _validate_file_name(new.file_name)
    if not 1 <= new.size_bytes <= limit:
        with refused.collecting():
            raise _SIZE(path=["sizeBytes"], limit=limit)
    for validate in (_validate_behavior, _validate_options):
        with refused.collecting():
            validate(new)
    with refused.collecting():
        await _validate_website(connection, new, by)
    refused.raise_collected()
    await refuse_many_waiting(connection, by)
    websites = by.viewer.website_ids
    import_id = new_id()
    await execute_statement(
        connection,
        insert(customer_import).values(
            id=import_id,
            layout=new.layout.value,
            behavior=new.behavior.value,
            error_policy=new.error_policy.value,
            options=orjson.dumps(new.options).decode(),
            website_id=new.website_id,
            file_name=name,
            size_bytes=new.size_bytes,
            status=ImportStatus.UPLOADING.value,
            actor=by.kind.value,
            actor_id=by.id,
            website_ids=None if websites is None else sorted(websites),
        ),
    )
    return import_id


def _validate_file_name(given: str) -> str:
    name = normalize_text(given)
    if (
        not 1 <= len(name) <= MAX_NAME
        or any(letter in "/\\" for letter in name)
        or has_control_character(name)
        or has_bidi_override(name)
    ):
        raise _NAME(path=["fileName"], limit=MAX_NAME)
    return name


def _validate_behavior(new: NewImport) -> None:
    if new.behavior not in _BEHAVIORS[new.layout]:
        behaviors = [one.value for one in _BEHAVIORS[new.layout]]
        raise _BEHAVIOR(path=["behavior"], behaviors=behaviors)


def _validate_options(new: NewImport) -> None:
    for name, path in (("field_separator", "fieldSeparator"), ("multiple_value_separator", "multipleValueSeparator")):
        given = new.options.get(name)
        if given is not None and (len(given) != 1 or given in '"\r\n\0'):
            raise _SEPARATOR(path=["options", path])
    if not 0 <= new.options.get("allowed_error_count", ALLOWED_ERRORS) <= MAX_ALLOWED_ERRORS:
        raise _ERROR_COUNT(path=["options", "allowedErrorCount"], limit=MAX_ALLOWED_ERRORS)


async def _validate_website(connection: Connection, new: NewImport, by: Actor) -> None:
    if new.layout is not ImportLayout.MAPPED:
        if new.website_id is not None:
            raise _WEBSITE_UNUSED(path=["websiteId"])
        return
    if new.website_id is None:
        raise _WEBSITE_NEEDED(path=["websiteId"])
    assert by.viewer is not None
    await find_website(connection, new.website_id, websites=by.viewer.website_ids)


async def lock_visible_import(connection: Connection, import_id: int, *, by: Actor) -> Row:
    """Raises the same for an import that is unknown and for one that the actor does not see."""
    locked = select(customer_import).where(customer_import.c.id == import_id).with_for_update()
    imported = await fetch_one(connection, locked)
    if imported is None or by.viewer is None or not is_visible_import(imported, by, by.viewer):
        raise IMPORT_NOT_FOUND(path=["id"])
    return imported


async def map_columns(
    connection: Connection,
    import_id: int,
    mapping: Sequence[Mapping[str, str | None]],
    save_as: str | None,
    *,
    by: Actor,
) -> None:
    imported = await lock_visible_import(connection, import_id, by=by)
    if imported.layout != ImportLayout.MAPPED.value:
        raise _MAPPING_UNUSED(path=["id"])
    await _require_status(connection, imported, (ImportStatus.MAPPING, ImportStatus.READY))
    checked = _validate_mapping(imported, mapping, find_targets(await read_import_attributes(connection)))
    stored = orjson.dumps(checked).decode()
    targets = {one["column"].casefold(): one["target"] for one in checked}
    columns = [{**one, "target": targets.get(one["name"].casefold())} for one in orjson.loads(imported.columns)]
    await execute_statement(
        connection,
        update(customer_import)
        .where(customer_import.c.id == import_id)
        .values(mapping=stored, columns=orjson.dumps(columns).decode(), status=ImportStatus.READY.value),
    )
    if save_as is not None:
        await _save_mapping(connection, save_as, stored, by)


def _validate_mapping(
    imported: Row, mapping: Sequence[Mapping[str, str | None]], known: Sequence[ColumnTarget]
) -> list[dict[str, Any]]:
    names = {one["name"].casefold() for one in orjson.loads(imported.columns)}
    takes_action = imported.behavior == ImportBehavior.CUSTOM.value
    targets = {one.key: one for one in (*known, *([ACTION_TARGET] if takes_action else []))}
    refused, taken, mapped = CollectedErrors(), set[str](), set[str]()
    for place, one in enumerate(mapping):
        with refused.collecting():
            target, at = one["target"], ["mapping", str(place)]
            column = (one["column"] or "").casefold()
            if column not in names:
                raise _COLUMN(path=[*at, "column"])
            if target is None:
                continue
            if target not in targets:
                raise _TARGET_UNKNOWN(path=[*at, "target"])
            if target in taken:
                raise _TARGET_REPEATED(path=[*at, "target"])
            if column in mapped:
                raise _COLUMN_REPEATED(path=[*at, "column"])
            taken.add(target)
            mapped.add(column)
    for target in targets.values():
        if target.is_required and target.key not in taken:
            with refused.collecting():
                raise _TARGET_MISSING(path=["mapping"], target=target.key)
    refused.raise_collected()
    return [{"column": one["column"], "target": one["target"]} for one in mapping if one["target"] is not None]


async def _save_mapping(connection: Connection, given: str, stored: str, by: Actor) -> None:
    name = normalize_text(given)
    if not 1 <= len(name) <= MAX_MAPPING_NAME:
        raise _MAPPING_NAME(path=["saveAs"], limit=MAX_MAPPING_NAME)
    own = {"actor": by.kind.value, "actor_id": by.id}
    saved = upsert(import_mapping).values(id=new_id(), **own, name=name, mapping=stored)
    await execute_statement(
        connection,
        saved.on_conflict_do_update(index_elements=["actor", "actor_id", "name"], set_={"mapping": stored}),
    )
    if await fetch_value(connection, select(func.count()).select_from(import_mapping).filter_by(**own)) > MAX_MAPPINGS:
        raise _TOO_MANY_MAPPINGS(path=["saveAs"], limit=MAX_MAPPINGS)


async def start_import(connection: Connection, imported: Row, *, is_dry_run: bool, by: Actor) -> int:
    """The job of an import that is locked. Raises `RuleError` while it runs, or when it is not ready."""
    await _require_status(connection, imported, (ImportStatus.READY,))
    submission = Submission(
        IMPORT_WORK,
        describe_parameters(imported, is_dry_run=is_dry_run),
        "customerImportStart",
        None,
        ErrorPolicy(imported.error_policy),
        is_dry_run=is_dry_run,
    )
    return (await submit_job(connection, submission, by=by)).job_id


def describe_parameters(imported: Row, *, is_dry_run: bool) -> dict[str, Any]:
    return {
        "import_id": imported.id,
        "layout": imported.layout,
        "behavior": imported.behavior,
        "is_dry_run": is_dry_run,
    }


async def retry_import(connection: Connection, imported: Row, *, by: Actor) -> int:
    """A job for the rows of an import that failed or were canceled."""
    job = None if imported.job_id is None else await fetch_one(connection, ONE_JOB, job_id=imported.job_id)
    if imported.status == ImportStatus.RUNNING.value or (job is not None and job.finished_at is None):
        raise _RUNNING(path=["id"])
    if is_refused(imported):
        raise IMPORT_OVER(path=["id"])
    if job is None or job.is_dry_run or not job.failed_count + job.canceled_count:
        raise _NOTHING_TO_RETRY(path=["id"])
    made = await retry_job(connection, job, IMPORT_WORK, operation="customerImportRetry", key=None, by=by)
    return made.job_id


async def _require_status(connection: Connection, imported: Row, wanted: Sequence[ImportStatus]) -> None:
    status = ImportStatus(imported.status)
    if imported.job_id is not None:
        job = await fetch_one(connection, ONE_JOB, job_id=imported.job_id)
        if job is not None and job.finished_at is None:
            raise _RUNNING(path=["id"])
    if status in wanted:
        return
    if status is ImportStatus.UPLOADING:
        raise _NOT_UPLOADED(path=["id"])
    raise (_NOT_MAPPED if status is ImportStatus.MAPPING else IMPORT_OVER)(path=["id"])
