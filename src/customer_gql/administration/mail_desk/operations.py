from collections.abc import Mapping
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import BadInput, Forbidden, Refusal
from customer_gql.core.ids import decode_id, encode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.database.statements import Connection as Pooled, Row
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.types import grid_field
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, RequiresPermission, admin_field, admin_mutation
from customer_gql.messaging.mail import writes
from customer_gql.messaging.mail.addressing import MailScope, find_mail_scope, load_envelope
from customer_gql.messaging.mail.kinds import MAIL_KINDS, MailKind
from customer_gql.messaging.mail.letters import clean_header
from customer_gql.messaging.mail.texts.rules import MAX_LENGTHS
from customer_gql.messaging.mail.texts.templates import PARTS, load_template_texts, render_mail
from customer_gql.shop.settings.declaration import encode_scope
from customer_gql.shop.settings.tables import ConfigurationScope
from customer_gql.staff.audit.writes import record_staff_event

from . import reads
from .types import DEAD_MAIL_GRID, MailPreview, MailTemplate, MailTemplateName

StoreViewId = Annotated[
    strawberry.ID, strawberry.argument(description="The store view, which determines the language.")
]

_STORE_VIEW_DETERMINES: Final = Refusal(
    "mail_template.scope_ambiguous", "A store view determines its website and language; leave them out."
)


@strawberry.input(description="The text of one mail, at one scope, in one language.")
class MailTemplateResetInput:
    template: MailTemplateName = column("Kind of the mail.")  # pyright: ignore
    website_id: strawberry.ID | None = strawberry.field(
        description="For one website; for all websites when neither a website nor a store view is given.", default=None
    )
    store_view_id: strawberry.ID | None = strawberry.field(
        description="For one store view, which has one language.", default=None
    )
    locale: str | None = strawberry.field(
        description="`de_AT`, `de`, or `default` (used when left out) for languages without a text of their own. "
        "Not allowed with a store view.",
        default=None,
    )
    expected_version: int | None = strawberry.field(
        description="Version the edit is based on, 0 for none. Another version is a `VersionConflictError` in every part that differs. "
        "Without it, the last edit wins.",
        default=None,
    )


@strawberry.input(description="The shop's own text of one mail, at one scope, in one language.")
class MailTemplateUpdateInput(MailTemplateResetInput):
    subject: str = column(f"Subject, one line of at most {MAX_LENGTHS['subject']} characters.")
    html: str = column(
        f"Body of the HTML part, at most {MAX_LENGTHS['html']} characters; values are escaped.",
        longest=MAX_LENGTHS["html"],
    )
    text: str = column(f"Body of the text part, at most {MAX_LENGTHS['text']} characters.", longest=MAX_LENGTHS["text"])


@strawberry.type(description="The text after the change.")
class MailTemplatePayload(Payload):
    version: int | None = strawberry.field(
        description="New version of the shop's own text; null when refused or after a reset.", default=None
    )


@strawberry.input(description="The dead mail to send again.")
class MailRetryInput:
    id: strawberry.ID = column("Id of the dead mail.")


@strawberry.type(description="The mail after the request to retry it.")
class MailRetryPayload(Payload):
    mail_id: strawberry.ID | None = strawberry.field(
        description="The mail that will be tried again; null when refused.", default=None
    )


@strawberry.type
class MailAdminQuery:
    @admin_field(
        permission=Permission.MAIL_MANAGE,
        graphql_type=list[MailTemplate],
        assumed=len(MAIL_KINDS),
        description="The text of every mail that applies in a store view; a few dozen.",
    )
    async def mail_templates(self, info: Info, store_view_id: StoreViewId) -> list[MailTemplate]:
        scope = await _scope(info, store_view_id)
        async with info.context.database.reads.acquire() as connection:
            found = await load_template_texts(connection, list(MAIL_KINDS), scope)
        return [
            MailTemplate(
                template=MailTemplateName(name),
                locale=source.locale,
                origin=source.origin,
                version=source.version,
                subject=source.subject.strip(),
                html=source.html,
                text=source.text,
                placeholders=sorted(MAIL_KINDS[name].samples),
            )
            for name, source in found.items()
        ]

    @admin_field(
        permission=Permission.MAIL_MANAGE,
        graphql_type=MailPreview,
        description="A mail rendered with sample values, or with the name of a customer if one is given "
        "(that needs `customers.read` and `customers.pii` too). Its link is a sample. Nothing is sent.",
    )
    async def mail_preview(
        self,
        info: Info,
        template: Annotated[MailTemplateName, strawberry.argument(description="Kind of the mail.")],  # pyright: ignore
        store_view_id: StoreViewId,
        customer_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="The customer whose name is used; a sample name when left out."),
        ] = None,
    ) -> MailPreview:
        values = await _customer_values(info, customer_id)
        scope, kind = await _scope(info, store_view_id), MAIL_KINDS[template.value]
        async with info.context.database.reads.acquire() as connection:
            envelope = await load_envelope(connection, kind, scope, info.context.settings)
            source = (await load_template_texts(connection, [kind.name], scope))[kind.name]
        link = envelope.link("SAMPLE" if kind.has_token else None)
        shown = {"shopName": envelope.shop_name, "shopUrl": envelope.shop_url, "link": link}
        made = render_mail(source, {**kind.samples, **shown, **values})
        sender = f"{clean_header(envelope.sender_name)} <{envelope.sender.addr_spec}>"
        return MailPreview(
            locale=source.locale,
            origin=source.origin,
            sender=sender,
            subject=made.subject,
            html=made.html,
            text=made.text,
        )

    mail_dead_letters: DEAD_MAIL_GRID.connection | None = grid_field(  # pyright: ignore
        DEAD_MAIL_GRID,
        description="Mails that failed and are no longer tried, newest first: a grid with filter, search, sort and facets. They are "
        "kept for the configured days. Staff of some websites see those of customers and store views of their websites.",
    )


@strawberry.type
class MailAdminMutation:
    @admin_mutation(
        permission=Permission.MAIL_MANAGE,
        description="Try a failed mail again, starting with the first attempt. Refused when its link has expired. "
        "Writes the history of staff. It cannot be undone once the mail is sent.",
    )
    async def mail_retry(self, info: Info, input: Annotated[MailRetryInput, INPUT]) -> MailRetryPayload:
        id = parse_input_id(input.id, "mai", ["id"])
        async with info.context.transaction() as connection:
            if not await reads.is_reachable(connection, id, info.context.viewer.website_ids):
                raise writes.mail_not_found()
            await writes.retry_mail(connection, id)
            await record_staff_event(connection, "MAIL_RETRIED", by=actor_of(info.context.viewer), subject=input.id)
        return MailRetryPayload(mail_id=strawberry.ID(encode_id("mai", id)))

    @admin_mutation(
        permission=Permission.MAIL_MANAGE,
        description="Replace the text of a mail with the shop's own. Refused unless it consists of this mail's "
        "placeholders, filters and conditions, contains `{{ link }}` only as a whole `href` or word, and can be rendered. "
        "Mails not sent yet use the new text. A text for all websites needs a role for all websites, a text of mails to "
        "staff `staff.manage` for all websites; service tokens cannot change mails whose link has a token. Writes the history of staff. "
        "`mailTemplateReset` undoes it.",
    )
    async def mail_template_update(
        self, info: Info, input: Annotated[MailTemplateUpdateInput, INPUT]
    ) -> MailTemplatePayload:
        viewer, texts = info.context.viewer, {"subject": input.subject, "html": input.html, "text": input.text}
        _require_power(viewer, MAIL_KINDS[input.template.value])
        place = _place(input, viewer)
        async with info.context.transaction() as connection:
            version, before = await writes.update_template(
                connection,
                MAIL_KINDS[input.template.value],
                *place,
                texts=texts,
                expected_version=input.expected_version,
                by=viewer.staff_id,
                websites=viewer.website_ids,
            )
            await _record(connection, info, "MAIL_TEMPLATE_SET", input.template, place, before, texts)
        return MailTemplatePayload(version=version)

    @admin_mutation(
        permission=Permission.MAIL_MANAGE,
        description="Delete the shop's own text of one scope and language, so that the next wider or the built-in one "
        "applies again. It needs the same rights as `mailTemplateUpdate`. Writes the history of staff, which keeps the "
        "text. It cannot be undone.",
    )
    async def mail_template_reset(
        self, info: Info, input: Annotated[MailTemplateResetInput, INPUT]
    ) -> MailTemplatePayload:
        viewer, kind = info.context.viewer, MAIL_KINDS[input.template.value]
        _require_power(viewer, kind)
        place = _place(input, viewer)
        async with info.context.transaction() as connection:
            before = await writes.reset_template(
                connection, kind, *place, expected_version=input.expected_version, websites=viewer.website_ids
            )
            await _record(connection, info, "MAIL_TEMPLATE_RESET", input.template, place, before, {})
        return MailTemplatePayload()


_Place = tuple[ConfigurationScope, int, str]


def _require_power(viewer: Viewer, kind: MailKind) -> None:
    """A text decides what its reader does with the link, so one for staff is for those who manage staff."""
    if kind.for_staff:
        RequiresPermission(Permission.STAFF_MANAGE, all_websites=True).check(viewer)
    if kind.has_token and viewer.kind is ViewerKind.SERVICE:
        raise Forbidden("A service token cannot change a mail whose link has a token; only staff can.")


async def _record(
    connection: Pooled,
    info: Info,
    kind: str,
    template: Any,
    place: _Place,
    before: Row | None,
    after: Mapping[str, str],
) -> None:
    """Record each part that differs: `WELCOME.de.subject`, in a store view `WELCOME.subject`."""
    scope, scope_id, locale = place
    where = ".".join(filter(None, [template.name, locale]))
    changes = {
        f"{where}.{part}": (None if before is None else before[part], after.get(part))
        for part in PARTS
        if before is None or before[part] != after.get(part)
    }
    if changes:
        subject = encode_scope(scope, scope_id)
        await record_staff_event(connection, kind, by=actor_of(info.context.viewer), subject=subject, changes=changes)


def _place(input: MailTemplateResetInput, viewer: Viewer) -> _Place:
    if input.store_view_id is not None:
        if input.website_id is not None or input.locale is not None:
            raise _STORE_VIEW_DETERMINES(path=["storeViewId"])
        return ConfigurationScope.STORE_VIEW, parse_input_id(input.store_view_id, "stv", ["storeViewId"]), ""
    locale = writes.validate_locale(input.locale)
    if input.website_id is not None:
        return ConfigurationScope.WEBSITE, parse_input_id(input.website_id, "web", ["websiteId"]), locale
    RequiresPermission(Permission.MAIL_MANAGE, all_websites=True).check(viewer)
    return ConfigurationScope.GLOBAL, 0, locale


async def _scope(info: Info, store_view_id: strawberry.ID) -> MailScope:
    id = decode_id(store_view_id, "stv")
    # A key may be any 63-bit number, a store view's is smaller.
    async with info.context.database.reads.acquire() as connection:
        found = await find_mail_scope(connection, id) if id < 1 << 31 else None
    if found is None or not info.context.viewer.reaches(found.website_id):
        raise BadInput("storeViewId: there is no such store view.")
    return found


async def _customer_values(info: Info, customer_id: strawberry.ID | None) -> Mapping[str, Any]:
    if customer_id is None:
        return {}
    for needed in (Permission.CUSTOMERS_READ, Permission.CUSTOMERS_PII):
        RequiresPermission(needed).check(info.context.viewer)
    found = await find_reachable_customer(info.context, decode_id(customer_id, "cus"))
    if found is None:
        raise BadInput("customerId: there is no such customer.")
    return {"firstName": found.first_name}


ADMIN_QUERIES: Final = (MailAdminQuery,)
ADMIN_MUTATIONS: Final = (MailAdminMutation,)
