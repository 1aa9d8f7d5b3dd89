"""The report's own scripts and styles: read from the package, hashed for the page's policy."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

__all__ = ["SCRIPTS", "STYLE", "content_policy", "embedded_json", "inline", "read"]

SCRIPTS = ("vega.min.js", "vega-lite.min.js", "vega-interpreter.min.js", "charts.js", "report.js")
STYLE = "report.css"


@cache
def read(name: str) -> str:
    """Read one asset as text.

    Raises:
        FileNotFoundError: the package has no such asset.
    """
    return files("servanda.report").joinpath("assets", name).read_text(encoding="utf-8")


def inline(name: str) -> Markup:
    """Return an asset for a script or style element.

    Assets are ours or vendored with a recorded hash, never data of a scenario; one that could end
    its element early is refused.

    Raises:
        ValueError: the asset contains an end tag or a comment opening.
    """
    text = read(name)
    if "</" + "script" in text.lower() or "</style" in text.lower() or "<!--" in text:
        msg = f"the asset {name} can not be placed inside an HTML element"
        raise ValueError(msg)
    return Markup(text)  # noqa: S704 - a vendored file with a recorded hash, not data


@cache
def _hash(name: str) -> str:
    digest = hashlib.sha256(read(name).encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def content_policy() -> str:
    """Write the content security policy: nothing loads, only the hashed scripts and style run."""
    scripts = " ".join(_hash(name) for name in SCRIPTS)
    return (
        f"default-src 'none'; script-src {scripts}; style-src {_hash(STYLE)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def embedded_json(value: Any) -> Markup:
    r"""Write data for a ``<script type="application/json">`` element.

    ``<``, ``>``, ``&`` and the two line separators are escaped, so no text can end the element.

    Examples:
        >>> str(embedded_json({"a": "</script>"}))
        '{"a":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - every character that HTML would read is escaped above
