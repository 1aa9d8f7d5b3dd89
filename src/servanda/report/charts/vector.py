"""A chart as a picture, where the package that draws it is installed."""

from __future__ import annotations

from servanda.domain.errors import ModelError
from servanda.report.charts.style import Spec

__all__ = ["svg_of"]


def svg_of(spec: Spec, code: str) -> str:
    """Draw a chart as SVG.

    Args:
        spec: a Vega-Lite spec.
        code: problem code of the command that asks.

    Raises:
        ModelError: the extra that draws it is not installed; it carries the code.
    """
    try:
        import vl_convert
    except ImportError:
        raise ModelError(
            "drawing a chart as .svg needs the extra 'static' (vl-convert); .html does not.", code
        ) from None
    return str(vl_convert.vegalite_to_svg(spec))
