from typing import Final

HISTORY: Final = ("NOTE_CHANGED",)
