"""The guide for merchants: a page for each screen, with its pictures, which stay small."""

import re

import pytest

from admin_ui.pictures import GUIDE, LOOKS, MOST_BYTES, PICTURES
from admin_ui.sources import UI

# Screens without a session have one page together; the last one leads on at once.
ON_PAGE_OF_SIGN_IN = {"sign-in", "forgotten-password", "choose-password"}
WITHOUT_PICTURE = {"signed-in"}
SCREENS = {file.parent.name for file in UI.glob("screens/*/screen.ts")} - WITHOUT_PICTURE


def page_of(screen: str) -> str:
    name = "sign-in" if screen in ON_PAGE_OF_SIGN_IN else screen
    return (GUIDE / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("screen", sorted(SCREENS))
def test_a_screen_has_a_page_with_its_pictures(screen: str):
    shown = re.findall(rf'"pictures/({screen}-(?:{"|".join(LOOKS)})\.webp)"', page_of(screen))
    assert set(shown) == {f"{screen}-{look}.webp" for look in LOOKS}
    assert f"({'sign-in' if screen in ON_PAGE_OF_SIGN_IN else screen}.md)" in (GUIDE / "README.md").read_text("utf-8")


def test_pictures_are_those_of_the_screens_and_small():
    files = list(PICTURES.iterdir())
    assert {file.name for file in files} == {f"{screen}-{look}.webp" for screen in SCREENS for look in LOOKS}
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES
