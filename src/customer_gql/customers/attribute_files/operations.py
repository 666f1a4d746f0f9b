import datetime as dt
from typing import Annotated, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import Permission
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.attributes.uploads.writes import NewUpload
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, admin_mutation, guest_mutation
from customer_gql.shop.websites.reads import find_requested_view

from .routes import ADMIN_UPLOADS, STOREFRONT_UPLOADS
from .writes import announce_own_file, announce_staff_file, count_upload

_LIMITS: Final = (
    "Send the file to `upload.url` by one `PUT`, whose body is the file, within 15 minutes; what the content is not right for is "
    "refused there. `NOT_FOUND` for an unknown attribute"
)


@strawberry.input(description="A file that is to be the value of an attribute.")
class FileUploadCreateInput:
    attribute_code: str = column("Code of an attribute of type `FILE` or `IMAGE`.")
    entity: AttributeEntity = strawberry.field(
        description="What the attribute belongs to.", default=AttributeEntity.CUSTOMER
    )
    name: str = column("Name of the file, with an ending that the attribute takes.")
    size: int = column("Size of the file in bytes, exactly.")


@strawberry.type(description="Where to send a file.")
class FileUpload:
    url: str = strawberry.field(
        description="Path to send the file to, on the same host: one `PUT` whose body is the file. A secret; needs no token."
    )
    file_id: str = strawberry.field(
        description="Id to store the file by once it was sent, as `fileId` of a value: within a day, by a guest within an hour. A "
        "secret: with it the file can be stored once, by the one who asked for it."
    )
    expires_at: dt.datetime = strawberry.field(description="Time until which it can be sent.")


@strawberry.type(description="Result of `fileUploadCreate`.")
class FileUploadCreatePayload(Payload):
    upload: FileUpload | None = strawberry.field(description="Where to send it; null when refused.", default=None)


@strawberry.type(description="Result of `customerFileUploadCreate`.")
class CustomerFileUploadCreatePayload(FileUploadCreatePayload):
    pass


def _show_upload(new: NewUpload, folder: str) -> FileUpload:
    return FileUpload(url=f"{folder}/{new.token}", file_id=new.file_id, expires_at=new.expires_at)


@strawberry.type
class FileUploadMutation:
    @guest_mutation(
        description="Ask to upload a file for an attribute: a guest for one of the form of a sign-up, a customer for one of their own "
        f"forms. {_LIMITS}, and for one that the website does not show there. `RATE_LIMITED` beyond 60 files an hour of a customer, "
        "and 20 of a network address without a sign-in. Stores nothing of a customer."
    )
    async def file_upload_create(
        self, info: Info, input: Annotated[FileUploadCreateInput, INPUT]
    ) -> FileUploadCreatePayload:
        by = actor_of(info.context.viewer)
        async with info.context.database.writes.acquire() as connection:
            await count_upload(connection, by)
            view = await find_requested_view(connection, info.context.caller.store_view)
        async with info.context.transaction() as connection:
            new = await announce_own_file(
                connection,
                input.entity,
                input.attribute_code,
                name=input.name,
                size=input.size,
                guest_website=view.website_id,
                by=by,
            )
        return FileUploadCreatePayload(upload=_show_upload(new, STOREFRONT_UPLOADS))


@strawberry.type
class FileUploadAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description=f"Ask to upload a file for an attribute of a customer or address. {_LIMITS}. `RATE_LIMITED` beyond 600 files an "
        "hour, of a service 6,000. Stores nothing of a customer.",
    )
    async def customer_file_upload_create(
        self, info: Info, input: Annotated[FileUploadCreateInput, INPUT]
    ) -> CustomerFileUploadCreatePayload:
        by = actor_of(info.context.viewer)
        async with info.context.database.writes.acquire() as connection:
            await count_upload(connection, by)
        async with info.context.transaction() as connection:
            new = await announce_staff_file(
                connection, input.entity, input.attribute_code, name=input.name, size=input.size, by=by
            )
        return CustomerFileUploadCreatePayload(upload=_show_upload(new, ADMIN_UPLOADS))


MUTATIONS: Final = (FileUploadMutation,)
ADMIN_MUTATIONS: Final = (FileUploadAdminMutation,)
