from typing import Final

from .writes import delete_labels_of_scope

ON_SCOPE_DELETED: Final = (delete_labels_of_scope,)
