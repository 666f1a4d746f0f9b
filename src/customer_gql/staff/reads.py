from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import BYTEA

from customer_gql.core.db import compiled
from customer_gql.core.loading import one_by

from .tables import staff_role, staff_session, staff_user

staff_by_id = one_by(
    select(
        staff_user.c.id,
        staff_user.c.email,
        staff_user.c.name,
        staff_user.c.job_title,
        staff_user.c.is_active,
        staff_role.c.name.label("role"),
    ).join(staff_role),
    staff_user.c.id,
)

VIEWER_BY_TOKEN = compiled(
    select(staff_user.c.id, staff_role.c.permissions)
    .select_from(staff_session.join(staff_user).join(staff_role))
    .where(
        staff_session.c.token_hash == bindparam("token_hash", type_=BYTEA()),
        staff_session.c.expires_at > func.now(),
        staff_user.c.is_active,
    )
)
