"""The pictures of the README, taken from a running demo:

make demo PORT=8123
python -m tests.browser.take_screenshots http://localhost:8123
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from portal.demo import PASSWORD
from tests.browser.chromium import CHROMIUM_FLAGS
from tests.servers import find_chromium

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}


def log_in(browser: Browser, address: str, email: str, screen: dict) -> Page:
    page = browser.new_context(base_url=address, reduced_motion="reduce", **screen).new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{address}/")
    page.goto("/")
    return page


def keep(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.png")
    print(FOLDER / f"{name}.png", (FOLDER / f"{name}.png").stat().st_size // 1024, "kB")


def take(browser: Browser, address: str) -> None:
    keep(log_in(browser, address, "omar@demo.example", PHONE), "home")
    patient = log_in(browser, address, "agnes@demo.example", PHONE)
    patient.goto("/screening/spinal-fusion/cancer/")
    keep(patient, "section")
    surgeon = log_in(browser, address, "surgeon@demo.example", DESK)
    surgeon.goto("/review/")
    keep(surgeon, "list")
    surgeon.get_by_role("rowheader").get_by_role("link").first.click()
    surgeon.wait_for_url("**/review/*/")
    keep(surgeon, "case")


def main() -> int:
    if len(sys.argv) != 2:
        print("Give the address of a running demo, such as http://localhost:8000.")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        take(browser, sys.argv[1].rstrip("/"))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
