"""How far runs are, in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from servanda.report.terminal import Ink, clean
from servanda.study.status import Status

__all__ = ["status_text"]

#: Finished runs of a folder that are listed one by one; of more, only the number.
MOST = 12


def status_text(found: Sequence[Status], ink: Ink) -> str:
    """Draw the state of runs: those that need something first, each with what to do.

    Args:
        found: the runs, from `servanda.study.status.statuses`.
        ink: how to write to the terminal.
    """
    rank = {"running": 0, "unreadable": 1, "interrupted": 2, "finished": 3}
    ordered = sorted(found, key=lambda s: (rank[s.state], str(s.folder)))
    shown = [s for s in ordered if s.state != "finished"]
    finished = [s for s in ordered if s.state == "finished"]
    shown += finished[:MOST]
    lines = [line for one in shown for line in _one(one, ink)]
    if len(finished) > MOST:
        lines.append(ink.dim(f"and {len(finished) - MOST} more that are finished"))
    if len(found) > 1:
        counted = Counter(s.state for s in ordered)
        lines.append(", ".join(f"{count} {state}" for state, count in counted.items()))
    return "\n".join(lines)


def _one(status: Status, ink: Ink) -> Iterator[str]:
    total = "?" if status.chunks is None else f"{status.chunks:,}"
    yield ink.bold(clean(str(status.folder))) + f"  {status.state}"
    if status.title:
        yield from ink.paragraph(status.title, "  ")
    if status.state != "unreadable":
        yield f"  {status.finished:,} of {total} chunks, {_bytes(status.bytes)}{_speed(status)}"
    if status.damaged:
        yield from ink.paragraph(
            f"{status.damaged:,} damaged: never read, computed anew when the run goes on", "  "
        )
    if status.note:
        yield from ink.paragraph(status.note, "  ")
    if status.resumable:
        yield f"  servanda study resume {clean(str(status.folder))}"
    yield ""


def _speed(status: Status) -> str:
    if status.seconds is None:
        return ""
    text = f", {status.seconds:.1f} s a chunk"
    left = (status.chunks or 0) - status.finished
    if left > 0:
        text += f", {left * status.seconds / 60:.0f} min of one worker's time left"
    return text


def _bytes(count: int) -> str:
    """Word a size.

    Examples:
        >>> _bytes(12), _bytes(3_400_000)
        ('12 B', '3.4 MB')
    """
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
