"""`make pictures`: takes the pictures of the console in docs/pictures from the running stack.

Each shows what came of a button of trouble, at one width, in light or dark.
"""

import json
import os
import shutil
import sys
from typing import Final, Literal

from playwright.sync_api import Page, expect, sync_playwright

from sandbox.ministack import PROJECT

FOLDER: Final = PROJECT / "docs" / "pictures"
#: Width and height of the screens, in pixels.
SCREENS: Final = ((390, 844), (768, 1024), (1440, 900))
SCHEMES: Final[tuple[Literal["light"], Literal["dark"]]] = ("light", "dark")
_STACK_FILE: Final = PROJECT / ".local" / "stack.json"


def main() -> int:
    """Take the pictures; returns the exit code."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not _STACK_FILE.exists() or chromium is None:
        print("needs the stack of make run, and Chromium", file=sys.stderr)
        return 1
    address = str(json.loads(_STACK_FILE.read_text("utf-8"))["console_url"])
    FOLDER.mkdir(exist_ok=True)
    # Chromium's own sandbox does not work for root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page()
        outcome = _press(page, address)
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.goto(outcome)
                page.screenshot(path=FOLDER / f"console-{width}-{scheme}.png")
        browser.close()
    return 0


def _press(page: Page, address: str) -> str:
    """Let a studio's answers be lost, and return the address of what came of it."""
    page.goto(f"{address}/emulate")
    page.get_by_role("combobox", name="Studio").select_option("flexsoft")
    page.locator("button[value=drop-answer]").click()
    expect(page.locator("#verdict")).to_have_text("the money held")
    return page.url.partition("#")[0]


if __name__ == "__main__":
    sys.exit(main())
