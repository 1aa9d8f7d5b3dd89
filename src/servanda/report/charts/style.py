"""How every chart looks: palettes for light, dark and page, one frame around each spec.

``theme="page"`` writes CSS variables in place of colours, so that the report follows the reader's
light, dark or print setting without being drawn again; notebooks use ``light`` or ``dark``.
Colours are those of Okabe and Ito (distinct for colour-blind readers); nothing is told by colour
alone: shapes, dashes and numbers say the same.
"""

from __future__ import annotations

from typing import Any

from servanda.report.words import wrapped
from servanda.study.result import Comparison

__all__ = ["LABEL_LINES", "Spec", "frame", "framed", "option_label", "palette", "split_label"]

Spec = dict[str, Any]

_NAMES = ("ink", "soft", "grid", "paper", "one", "two", "three")
_PALETTES: dict[str, dict[str, str]] = {
    "light": dict(
        zip(
            _NAMES,
            ("#1c1f26", "#555b66", "#d9d7d0", "#ffffff", "#0b5c93", "#b84c00", "#006e52"),
            strict=True,
        )
    ),
    "dark": dict(
        zip(
            _NAMES,
            ("#e9e6df", "#b0b4bd", "#3a3f49", "#15181d", "#7cc4f5", "#f0a44b", "#4fd0a4"),
            strict=True,
        )
    ),
    "page": {name: f"var(--c-{name})" for name in _NAMES},
}
_FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
LABEL_LINES = "split(datum.label, '\\n')"


def palette(theme: str) -> dict[str, str]:
    """Return the colours of a theme: ``light``, ``dark`` or ``page`` (CSS variables).

    Raises:
        KeyError: there is no such theme.
    """
    return _PALETTES[theme]


def option_label(letter: str, title: str, width: int = 24, lines: int = 3) -> str:
    """Write an option's axis label: its letter and its title, broken into lines."""
    return wrapped(f"{letter}  {title}", width, lines)


def split_label(**more: Any) -> Spec:
    """Axis of option names: broken into the lines of the label, no ticks, no title."""
    return {
        "title": None,
        "labelExpr": LABEL_LINES,
        "labelLimit": 400,
        "ticks": False,
        "domain": False,
        "labelPadding": 8,
        **more,
    }


def frame(
    body: Spec,
    comparison: Comparison,
    *,
    title: str,
    alt: str,
    kind: str,
    theme: str,
    **layout: Any,
) -> Spec:
    """Put schema, title, alt text, look and record around a chart body.

    ``usermeta.servanda`` carries what a page needs to fit it to its width (``cell``: least width
    of one panel, ``labels``: room the labels take) and which run it was drawn from.
    """
    record = {
        "run": comparison.run.hash,
        "as_of": comparison.run.as_of,
        "version": comparison.run.version,
    }
    return framed(
        body,
        title=title,
        subtitle=f"In this model; knowledge as of {comparison.run.as_of}",
        alt=alt,
        kind=kind,
        theme=theme,
        **record,
        **layout,
    )


def framed(
    body: Spec, *, title: str, subtitle: str, alt: str, kind: str, theme: str, **layout: Any
) -> Spec:
    """Put schema, title, alt text and look around a chart body that belongs to no comparison."""
    spec: Spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": alt,
        "usermeta": {"servanda": {"kind": kind, **layout}},
        **body,
        "config": _config(theme),
    }
    if theme != "page":
        spec["title"] = {"text": title, "subtitle": subtitle}
    return spec


def _config(theme: str) -> Spec:
    colour = palette(theme)
    text = {"labelColor": colour["ink"], "titleColor": colour["soft"]}
    size = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    return {
        "background": "transparent" if theme == "page" else colour["paper"],
        "font": _FONT,
        "view": {"stroke": None},
        # one description and a table, in place of a label on each of a thousand marks
        "mark": {"aria": False},
        "axis": {
            **text,
            **size,
            "gridColor": colour["grid"],
            "domainColor": colour["grid"],
            "tickColor": colour["grid"],
            "titlePadding": 8,
        },
        "legend": {
            **text,
            **size,
            "orient": "top",
            "direction": "vertical",
            "title": None,
            "labelLimit": 400,
            "symbolSize": 90,
            "offset": 10,
        },
        "header": {
            **text,
            "labelFontSize": 12,
            "labelFontWeight": "bold",
            "labelAnchor": "start",
            "labelAlign": "left",
            "labelLimit": 400,
            "labelLineHeight": 15,
            "title": None,
        },
        "title": {
            "color": colour["ink"],
            "subtitleColor": colour["soft"],
            "anchor": "start",
            "fontSize": 15,
        },
        "text": {"color": colour["ink"], "fontSize": 12},
    }
