"""The page on audience costs runs as printed; its tables and its list of exceptions hold."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "audience-costs.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def ran() -> list[dict[str, object]]:
    """What is known after each block of the page."""
    known: dict[str, object] = {}
    after = []
    for block in blocks("python"):
        exec(compile(block, PAGE.name, "exec"), known)  # noqa: S102 - our own text
        after.append(dict(known))
    return after


def rows(text: str) -> dict[str, list[float]]:
    """Names and numbers of a printed table."""
    found = {}
    for line in text.strip().splitlines():
        name, numbers = re.fullmatch(r"(\D+?)\s+([\d. a-z]+)", line).groups()  # type: ignore[union-attr]
        found[name] = [float(x) for x in re.findall(r"[\d.]+", numbers)]
    return found


def test_the_printed_tables_hold(
    ran: list[dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    shown = [text for text in blocks("text") if text.startswith("draws")]
    assert len(shown) == len(ran) == 2
    for known, text in zip(ran, shown, strict=True):
        capsys.readouterr()
        dyads = known["near"] if known is ran[0] else known["small"]
        known["table"](dyads, known["found"])  # type: ignore[operator]
        now, then = rows(capsys.readouterr().out), rows(text)
        for name, (cases, *shares) in now.items():
            # Which random start ends where may change with the last digit of a logarithm.
            assert cases == pytest.approx(then[name][0], rel=0.05)
            assert shares == pytest.approx(then[name][1:], abs=0.03)


def test_near_the_estimates_the_sign_depends_on_stability(ran: list[dict[str, object]]) -> None:
    ac, near, found = (ran[0][name] for name in ("ac", "near", "found"))
    change, peaceful = ac.effects(near, found), found.shares[:, 0] > 0.8
    assert ac.signs(change, found.stable & peaceful).own_up == 0.0
    assert ac.signs(change, ~found.stable & peaceful).own_up > 0.5
    index = np.sign(np.linalg.det(found.slope))
    assert (np.bincount(found.draw, weights=index) == 1.0).sum() >= 170
    assert (found.status == 1).all()


def test_the_exceptions_are_those_listed(ran: list[dict[str, object]]) -> None:
    ac, small, found = (ran[1][name] for name in ("ac", "small", "found"))
    change = ac.effects(small, found)
    calm = found.stable & (found.shares[:, 0] > 0.8)
    now = []
    for j in (0, 1):
        for row in np.flatnonzero(calm & (change.initiation[:, j, j] > 0.0)):
            d = found.draw[row]
            assert (small.precision[d], small.threat[d, 0], small.attack[d, 0]) == (2.0, 0.5, 2.0)
            cost = small.audience[d]
            now.append((small.crisis[d, 0], small.war[d, 0], cost[j], cost[1 - j]))
    line = r"\| ([-\d.]+) \| ([-\d.]+) \| (\d), (\d)[^|]*\| 0\.\d+ \| \+"
    then = [tuple(float(x) for x in m) for m in re.findall(line, PAGE.read_text("utf-8"))]
    assert sorted(now) == sorted(then)
