"""A Chromium without a window, which talks to nobody: what the tests of the report look at its pages with."""

import os
import shutil
import sys
import tempfile

DEBIANS_PYTHON = "/usr/bin/python3"
SKIPPED = 77  # what ctest takes for "skipped"

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None

QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en"]


def require():
    """Ends the program as skipped, and says why, where there is no browser to drive."""
    if webdriver is None and sys.executable != DEBIANS_PYTHON and os.path.exists(DEBIANS_PYTHON):
        # Debian's package of selenium is for Debian's Python, which need not be the first in the PATH.
        os.execv(DEBIANS_PYTHON, [DEBIANS_PYTHON, "-B", *sys.argv])
    missing = [what for what, found in (("python3-selenium", webdriver), ("chromium", shutil.which("chromium")),
                                        ("chromium-driver", shutil.which("chromedriver"))) if not found]
    if missing:
        print(f"skipped: the page can't be looked at without {', '.join(missing)}")
        sys.exit(SKIPPED)


class browser:
    """A context: a driver with a profile of its own, which is gone at the end."""

    def __init__(self, width=1280, height=900):
        self.size = (width, height)

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        options = Options()
        options.binary_location = shutil.which("chromium")
        for each in [*QUIET, f"--user-data-dir={self.profile.name}"]:
            options.add_argument(each)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.driver.set_script_timeout(60)
        self.resize(*self.size)
        return self

    def __exit__(self, *_):
        self.driver.quit()
        self.profile.cleanup()

    def resize(self, width, height=900, scale=1):
        """Not the window, which can't be as narrow as a phone: what the page takes for its screen."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600})

    def scheme(self, name):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": name}]})

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def open(self, file):
        self.driver.get(file.resolve().as_uri())

    def press(self, key, code=None, modifiers=0):
        for kind in ("keyDown", "keyUp"):
            self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {
                "type": kind, "key": key, "code": code or key, "modifiers": modifiers,
                "windowsVirtualKeyCode": {"Tab": 9, "Enter": 13, " ": 32}.get(key, 0),
                "text": {"Enter": "\r", " ": " "}.get(key, "") if kind == "keyDown" else ""})
