"""What is vendored is what was recorded, and templates trust no data."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

from servanda.web.app import ASSETS


def test_htmx_and_the_shapes_are_the_recorded_ones() -> None:
    web, report = (files(f"servanda.{part}").joinpath("assets") for part in ("web", "report"))
    rows = re.findall(
        r"`([\w.-]+)` \| .*`([0-9a-f]{64})` \|", web.joinpath("VENDORED.md").read_text()
    )
    assert [name for name, _ in rows] == ["htmx.min.js"]
    for name, digest in rows:
        assert hashlib.sha256(web.joinpath(name).read_bytes()).hexdigest() == digest
    shapes = hashlib.sha256(report.joinpath("countries-110m.json").read_bytes()).hexdigest()
    assert shapes in report.joinpath("VENDORED.md").read_text()
    assert web.joinpath("licences", "htmx.txt").is_file()
    assert report.joinpath("licences", "world-atlas.txt").is_file()


def test_every_asset_that_pages_name_is_handed_out() -> None:
    named = set()
    for entry in files("servanda.web").joinpath("templates").iterdir():
        text = entry.read_text("utf-8")
        named |= set(re.findall(r"/assets/([\w.-]+)\?", text))
        named |= set(re.findall(r'"([\w.-]+\.js)"', text))
        assert "|safe" not in text.replace(" ", "")
        assert "autoescape false" not in text
        assert not re.search(r"\son[a-z]+=|style=|https?://", text), entry.name
    assert named == set(ASSETS)
