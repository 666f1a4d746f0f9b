from typing import Final

from sqlalchemy import select

from customer_gql.loading.reads import one_by

from .tables import attribute_upload

_SHOWN: Final = (
    *(attribute_upload.c.id, attribute_upload.c.secret, attribute_upload.c.link_key),
    *(attribute_upload.c.media_type, attribute_upload.c.size_bytes),
)
uploads_by_id = one_by(select(*_SHOWN), attribute_upload.c.id)
