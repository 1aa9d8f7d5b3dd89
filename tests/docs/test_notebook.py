"""The example notebook runs, and every result in it shows itself without a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from servanda.report.notebook import shown

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "comparison.ipynb"


def test_the_example_notebook_runs(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    found = [
        output["data"]["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
    ]
    assert len(found) >= 4
    assert all("<table>" in html and "<script" not in html for html in found)


def test_what_is_no_result_has_no_display() -> None:
    strange: Any = object()
    with pytest.raises(TypeError):
        shown(strange)


def test_hostile_text_is_escaped_in_the_display() -> None:
    from tests.unit.report.synthetic_comparison import build, with_text

    html = shown(with_text(build(), lambda text: f"<img src=x onerror=alert(1)>{text}"))
    assert "<img" not in html
    assert "&lt;img" in html
