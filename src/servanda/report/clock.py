"""A deadline as a clock: the day of 24 hours, from when the clock starts to when it is due."""

from __future__ import annotations

from datetime import datetime
from math import cos, pi, sin

from markupsafe import Markup, escape

__all__ = ["clock_picture"]

_CENTRE, _FACE = 100.0, 78.0


def clock_picture(start: datetime, end: datetime) -> Markup | None:
    """Draw a dial of 24 hours with the time allowed as an arc; None where it is over a day.

    Args:
        start: when the clock starts, with its zone.
        end: when it is due.

    Examples:
        >>> noon = datetime.fromisoformat("2027-03-01T12:00+02:00")
        >>> "allowed: 6 hours" in clock_picture(noon, noon.replace(hour=18))
        True
    """
    hours = (end - start).total_seconds() / 3600
    if not 0 < hours <= 24:
        return None
    end = end.astimezone(start.tzinfo)
    first, last = start.hour + start.minute / 60, end.hour + end.minute / 60
    label = f"Clock of the day: from {start:%H:%M} to {end:%H:%M}, allowed: {hours:g} hours"
    parts = [
        f'<svg class="clock" viewBox="0 0 200 200" role="img" aria-label="{escape(label)}">',
        f'<circle class="face" cx="{_CENTRE:g}" cy="{_CENTRE:g}" r="{_FACE:g}"/>',
        _span(first, hours),
    ]
    for hour in range(0, 24, 3):
        x, y = _at(hour, _FACE - 13)
        parts.append(f'<text x="{x:.1f}" y="{y:.1f}">{hour}</text>')
    x, y = _at(last, _FACE)
    parts.append(
        f'<line class="hand" x1="{_CENTRE:g}" y1="{_CENTRE:g}" x2="{x:.1f}" y2="{y:.1f}"/>'
    )
    parts.append(f'<text x="100" y="122">{hours:g} h</text></svg>')
    return Markup("".join(parts))  # noqa: S704 - numbers of ours; the one text is escaped


def _at(hour: float, radius: float) -> tuple[float, float]:
    angle = 2 * pi * hour / 24
    return _CENTRE + radius * sin(angle), _CENTRE - radius * cos(angle)


def _span(first: float, hours: float) -> str:
    radius = _FACE + 9
    if hours >= 24:
        return f'<circle class="span" cx="{_CENTRE:g}" cy="{_CENTRE:g}" r="{radius:g}"/>'
    (x1, y1), (x2, y2) = _at(first, radius), _at(first + hours, radius)
    large = int(hours > 12)
    return (
        f'<path class="span" d="M{x1:.2f} {y1:.2f} A{radius:g} {radius:g} 0 {large} 1 '
        f'{x2:.2f} {y2:.2f}"/>'
    )
