"""What every test may use: the reference data, the deep and browser marks, hypothesis profiles.

Set ``SERVANDA_REFERENCE`` to the folder of the reference data, ``SERVANDA_DEEP=1`` for the heavy
counts. A test that needs the reference data skips without it and says so in the summary; where
the variable is set, skipping for that reason is a failure. So is skipping for want of pygambit in
the deep run.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REFERENCE_VARIABLE = "SERVANDA_REFERENCE"
DEEP = os.environ.get("SERVANDA_DEEP") == "1"
GAMBIT = "pygambit"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

_slow_is_fine = [HealthCheck.too_slow]
settings.register_profile(
    "default", max_examples=60, deadline=None, suppress_health_check=_slow_is_fine
)
settings.register_profile(
    "deep", max_examples=2000, deadline=None, suppress_health_check=_slow_is_fine
)
settings.load_profile("deep" if DEEP else "default")


@pytest.fixture(scope="session")
def reference() -> Path:
    """Return the folder of the reference data, or skip the test without it."""
    named = os.environ.get(REFERENCE_VARIABLE)
    if not named:
        pytest.skip(f"{REFERENCE_VARIABLE} is not set")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"{REFERENCE_VARIABLE} names {named!r}, which is no folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Chromium; without it skip the test, or fail it in the deep run."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    if DEEP:
        pytest.fail("SERVANDA_DEEP=1 needs Chromium (on Debian: apt-get install chromium)")
    pytest.skip("Chromium is not installed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the deep tests out of the ordinary run."""
    if DEEP:
        return
    for item in items:
        if item.get_closest_marker("deep"):
            item.add_marker(pytest.mark.skip(reason="deep: set SERVANDA_DEEP=1"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Turn a skip for missing reference data into a failure where the data is there."""
    report = yield
    if report.skipped and os.environ.get(REFERENCE_VARIABLE):
        reason = _skip_reason(report)
        if REFERENCE_VARIABLE in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped although {REFERENCE_VARIABLE} is set: {reason}"
    _needed_in_the_deep_run(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """Turn a file of tests that is skipped for want of pygambit into an error of the deep run."""
    report = yield
    _needed_in_the_deep_run(report)
    return report


def _needed_in_the_deep_run(report: pytest.CollectReport | pytest.TestReport) -> None:
    """In the deep run nothing is left unchecked because pygambit is missing."""
    if DEEP and report.skipped and GAMBIT in _skip_reason(report):
        reason = _skip_reason(report)
        report.outcome = "failed"
        report.longrepr = f"the deep run needs {GAMBIT}: {reason}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests did not run, and why, where it is not in the tests themselves."""
    reasons = [_skip_reason(report) for report in terminalreporter.getreports("skipped")]
    for word, remedy in (
        (REFERENCE_VARIABLE, f"set {REFERENCE_VARIABLE} to the folder of the reference data"),
        ("Chromium", "install Chromium"),
        ("SERVANDA_DEEP", "make test-deep"),
        (GAMBIT, f"install {GAMBIT} (make env), which the deep run insists on"),
    ):
        count = sum(word in reason for reason in reasons)
        if count:
            terminalreporter.write_line(
                f"NOT RUN: {count} {'test' if count == 1 else 'tests'}; to run: {remedy}",
                yellow=True,
            )


def _skip_reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    """Return why a test was skipped."""
    detail = report.longrepr
    return detail[2] if isinstance(detail, tuple) else str(detail)
