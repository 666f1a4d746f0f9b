from typing import Final

HISTORY: Final = ("TAGS_CHANGED",)
