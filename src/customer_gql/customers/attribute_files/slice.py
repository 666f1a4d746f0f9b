from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from .cleanup import delete_files_without_value, delete_unused_uploads

WORK: Final = (
    Schedule("attribute_files.delete_unused", "33 * * * *", delete_unused_uploads),
    Schedule("attribute_files.delete_without_value", "41 3 * * *", delete_files_without_value),
)
