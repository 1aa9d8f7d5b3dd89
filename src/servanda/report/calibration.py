"""Calibration and backtest in a terminal and as JSON; posterior beside prior as a picture."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from servanda.report.terminal import Ink
from servanda.study.calibration.backtest import BY_TYPE, POOLED, Backtest, Row, Scored
from servanda.study.calibration.episodes import challenger_began
from servanda.study.calibration.fit import MAIN, Calibration, Fit
from servanda.study.calibration.pool import CALIBRATED

__all__ = [
    "backtest_json",
    "backtest_text",
    "calibration_json",
    "calibration_text",
    "posterior_picture",
]

Floats = NDArray[np.float64]

SHOWN = (*CALIBRATED, "oversampling")
FIT_TITLES = {
    "durability": "all episodes",
    "durability-without-founding": "without the founding conflict",
    "without-inter-war": "without the inter-war clusters",
}
CAUTION = (
    "In this model, and from a convenience sample coded once from general knowledge. Hard cases "
    "get peacekeepers and famous failures are remembered: the crude, unadjusted and adjusted "
    "ratios of one published table on peacekeeping are 2.06, 1.08 and 0.43."
)
#: Widths of the picture, in pixels.
PANEL, HEIGHT, GAP, TOP = 190, 120, 18, 56
INKS = {"prior": "#8a8f98", "strong": "#0b5c93", "near_zero": "#b84c00"}
DASHES = {"prior": "2 3", "strong": "", "near_zero": "7 3"}


def calibration_text(found: Calibration, width: int = 80, colour: bool = False) -> str:
    """Write what ``servanda calibrate`` prints.

    Args:
        found: the calibration.
        width: columns of the terminal.
        colour: whether escape codes may be used.
    """
    ink = Ink(width, colour)
    events = sum(challenger_began(e) for e in found.book.episodes)
    lines = ink.paragraph(
        f"Fit to {len(found.book.episodes)} episodes in {len(found.book.clusters)} clusters, "
        f"{events} ended by the challenger; {found.draws} draws, seed {found.seed}, "
        f"{found.seconds:.0f} s."
    )
    if found.left_out:
        lines += ink.paragraph(f"Left out: {', '.join(found.left_out)}.")
    for name, fit in found.fits.items():
        lines += ["", ink.bold(f"{FIT_TITLES.get(name, name)[:1].upper()}{FIT_TITLES[name][1:]}")]
        lines += _fit_lines(fit, ink)
    lines += ["", ink.bold("Log-likelihood by cluster, posterior mean"), *_cluster_lines(found)]
    lines += ["", *_check_lines(found, ink), "", *ink.paragraph(CAUTION)]
    return "\n".join(lines)


def _fit_lines(fit: Fit, ink: Ink) -> list[str]:
    lines = ink.paragraph(f"Left out: {', '.join(fit.left_out)}.") if fit.left_out else []
    lines.append(f"  {'':14}{'prior 5, 50, 95%':>24}  {'posterior 5, 50, 95%':>24}")
    for rival, p in fit.posteriors.items():
        lines.append(ink.dim(f"  a2 {rival}: effective sample size {p.effective:.0f}, {p.method}"))
        for name in SHOWN:
            lines.append(f"  {name:14}{_three(p.prior[name]):>24}  {_three(p.found[name]):>24}")
    return lines


def _three(points: tuple[float, ...]) -> str:
    return "  ".join(f"{x:6.3f}" for x in points)


def _cluster_lines(found: Calibration) -> list[str]:
    posteriors = found.fits[MAIN].posteriors
    lines = [f"  {'cluster':22}" + "".join(f"{rival:>12}" for rival in posteriors)]
    for name in found.book.clusters:
        values = "".join(f"{p.cluster_log_likelihood[name]:12.2f}" for p in posteriors.values())
        lines.append(f"  {name:22}{values}")
    return lines


def _check_lines(found: Calibration, ink: Ink) -> list[str]:
    name, (mean, error) = max(found.smoothing.items(), key=lambda item: abs(item[1][0] - 1.0))
    return ink.paragraph(
        f"Unsmoothed likelihoods as weights would leave {found.raw_effective:.0f} effective "
        f"draws. Unsmoothed over smoothed likelihood, posterior mean by cluster: furthest from 1 "
        f"in {name}, {mean:.2f} (standard error {error:.2f}). Values that did not converge: "
        f"{found.pool.hazards.unsolved:.2%}."
    )


def calibration_json(found: Calibration) -> dict[str, Any]:
    """Give everything that ``servanda calibrate --json`` prints."""
    return {
        "casebook": {
            "sha256": found.book.digest,
            "episodes": len(found.book.episodes),
            "clusters": len(found.book.clusters),
            "events": sum(challenger_began(e) for e in found.book.episodes),
            "left_out": list(found.left_out),
        },
        "draws": found.draws,
        "seed": found.seed,
        "unconverged_share": found.pool.hazards.unsolved,
        "effective_unsmoothed": found.raw_effective,
        "smoothing": {
            name: {"mean": mean, "standard_error": error}
            for name, (mean, error) in found.smoothing.items()
        },
        "fits": {name: _fit_json(fit) for name, fit in found.fits.items()},
    }


def _fit_json(fit: Fit) -> dict[str, Any]:
    return {
        "left_out": list(fit.left_out),
        "a2_models": {
            rival: {
                "method": p.method,
                "effective_sample_size": p.effective,
                "pool_effective_sample_size": p.pool_effective,
                "log_evidence": p.log_evidence,
                "prior": {name: _points(p.prior[name]) for name in SHOWN},
                "posterior": {name: _points(p.found[name]) for name in SHOWN},
                "cluster_log_likelihood": p.cluster_log_likelihood,
            }
            for rival, p in fit.posteriors.items()
        },
    }


def _points(points: tuple[float, ...]) -> dict[str, float]:
    return dict(zip(("p05", "p50", "p95"), points, strict=True))


# --- the picture ---------------------------------------------------------------------------------


def posterior_picture(found: Calibration, fit: str = MAIN) -> str:
    """Draw the posterior of each parameter beside its prior as SVG.

    One panel for each parameter: densities on a logarithmic axis, prior dotted, one line for each
    rival prior of a2; line styles differ, so that nothing is told by colour alone.
    """
    posteriors = found.fits[fit].posteriors
    width = GAP + (PANEL + GAP) * len(CALIBRATED)
    height = TOP + HEIGHT + 54
    body = [
        _words(GAP, 22, "Posterior and prior of the calibrated quantities", size=15, bold=True),
        _legend(list(posteriors)),
    ]
    for place, name in enumerate(CALIBRATED):
        curves = {f"posterior, a2 {r}": (r, p.rows[name]) for r, p in posteriors.items()}
        body.append(_panel(name, GAP + place * (PANEL + GAP), curves, posteriors))
    alt = "; ".join(
        f"{name}: prior median {p.prior[name][1]:.3g}, posterior {p.found[name][1]:.3g}"
        for p in list(posteriors.values())[:1]
        for name in CALIBRATED
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="11">'
        f"<title>Posterior and prior</title><desc>{escape(alt)}</desc>"
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(body)}</svg>\n'
    )


def _legend(rivals: list[str]) -> str:
    parts, x = [], float(GAP)
    for label, key in (("prior", "prior"), *((f"posterior, a2 {r}", r) for r in rivals)):
        parts.append(_line([(x, 38.0), (x + 28, 38.0)], key))
        parts.append(_words(x + 34, 42, label))
        x += 44 + 6.2 * len(label)
    return "".join(parts)


def _panel(
    name: str, left: float, curves: dict[str, tuple[str, Floats]], posteriors: dict[str, Any]
) -> str:
    low = min(p.prior[name][0] for p in posteriors.values())
    high = max(p.prior[name][2] for p in posteriors.values())
    span = (np.log(low) - 0.7, np.log(high) + 0.7)
    lines = {"prior": [p.prior[name] for p in posteriors.values()]}
    drawn = [(key, _density(np.log(rows), span)) for key, rows in curves.values()]
    drawn += [("prior", _normal(points, span)) for points in dict.fromkeys(lines["prior"])]
    top = max(float(y.max()) for _, y in drawn)
    base = TOP + HEIGHT
    parts = [
        f'<line x1="{left}" y1="{base}" x2="{left + PANEL}" y2="{base}" stroke="#b9bcc3"/>',
        _words(left, base + 36, name, bold=True),
    ]
    for tick in _ticks(np.exp(span[0]), np.exp(span[1])):
        x = left + PANEL * (np.log(tick) - span[0]) / (span[1] - span[0])
        parts.append(f'<line x1="{x:.1f}" y1="{base}" x2="{x:.1f}" y2="{base + 4}" stroke="#777"/>')
        parts.append(_words(x, base + 16, f"{tick:g}", middle=True))
    for key, y in drawn:
        xs = left + PANEL * np.linspace(0.0, 1.0, y.size)
        ys = base - (HEIGHT - 8) * y / top
        parts.append(_line(list(zip(xs.tolist(), ys.tolist(), strict=True)), key))
    return "".join(parts)


def _density(logs: Floats, span: tuple[float, float]) -> Floats:
    """Kernel density on the log scale with the usual bandwidth (Silverman 1986)."""
    grid = np.linspace(*span, 121)
    width = 0.9 * float(logs.std()) * logs.size**-0.2 + 1e-9
    z = (grid[:, None] - logs) / width
    found: Floats = np.exp(-0.5 * z * z).mean(axis=1) / width
    return found


def _normal(points: tuple[float, ...], span: tuple[float, float]) -> Floats:
    """A prior on the log scale from its 5, 50 and 95 percent points (all are lognormal)."""
    grid = np.linspace(*span, 121)
    sd = (np.log(points[2]) - np.log(points[0])) / (2 * 1.6448536)
    z = (grid - np.log(points[1])) / sd
    found: Floats = np.exp(-0.5 * z * z) / (sd * 2.5066283)
    return found


def _ticks(low: float, high: float) -> list[float]:
    marks = [m * 10.0**e for e in range(-4, 4) for m in (1, 2, 5)]
    inside = [round(m, 6) for m in marks if low <= m <= high]
    return inside[:: 1 + len(inside) // 6]


def _line(points: list[tuple[float, float]], key: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    ink, dash = INKS.get(key, "#006e52"), DASHES.get(key, "1 4")
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{ink}" stroke-width="1.8"{dashed}/>'


def _words(
    x: float, y: float, text: str, *, size: int = 11, bold: bool = False, middle: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    anchor = ' text-anchor="middle"' if middle else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="#1c1f26"{weight}{anchor}>'
        f"{escape(text)}</text>"
    )


# --- the backtest --------------------------------------------------------------------------------


def backtest_text(found: Backtest, width: int = 80, colour: bool = False) -> str:
    """Write what ``servanda backtest`` prints, whether the model wins or loses."""
    ink = Ink(width, colour)
    main, part = found.main, found.inter_war_dropped
    lines = ink.paragraph(
        f"Each of {main.clusters} clusters forecast from the others: {main.episodes} episodes, "
        f"{main.events} ended by the challenger; {found.draws} draws, seed {found.seed}, "
        f"{found.seconds:.0f} s. Brackets: 95% cluster bootstrap."
    )
    lines += ["", ink.bold("Integrated Brier score to 20 years (smaller is better), concordance")]
    lines += [*_score_lines(main), "", *ink.paragraph(_verdict(main)), ""]
    lines += [ink.bold("Events by type over the whole time at risk, and survival at 20 years")]
    lines += [*_type_lines(found), ""]
    lines += [ink.bold(f"Without {', '.join(part.left_out)}, fitted and scored anew")]
    lines += [*_score_lines(part), "", *ink.paragraph(_verdict(part)), ""]
    smallest = min(min(sizes.values()) for sizes in found.fold_effective.values())
    lines += ink.paragraph(
        f"Smallest effective sample size of a fold: {smallest:.0f}. The pooled Kaplan-Meier says "
        "the same of every episode but for the cluster left out, so its concordance is an artefact "
        "(an early failure left out makes the forecast of that very episode longer)."
    )
    return "\n".join([*lines, "", *ink.paragraph(CAUTION)])


def _score_lines(scored: Scored) -> list[str]:
    lines = [f"  {'forecast':38}{'Brier':>6}  {'95%':>13}{'conc.':>7}  {'less K-M by type':>21}"]
    for row in scored.rows:
        low, high = row.brier_interval
        mine = "" if row.model == BY_TYPE else _signed(row.difference, row.difference_interval)
        lines.append(
            f"  {row.model[:38]:38}{row.brier:6.3f}  [{low:.3f}, {high:.3f}]"
            f"{row.concordance:6.2f}  {mine:>21}"
        )
    return lines


def _signed(value: float, interval: tuple[float, float]) -> str:
    return f"{value:+.3f} [{interval[0]:+.2f}, {interval[1]:+.2f}]"


def _verdict(scored: Scored) -> str:
    """Say in words how the model under the first rival compares."""
    row = scored.rows[0]
    return (
        f"{row.model}: {_compared(row.difference, row.difference_interval)} Kaplan-Meier by type, "
        f"{_compared(row.difference_pooled, row.difference_pooled_interval)} the pooled one."
    )


def _compared(value: float, interval: tuple[float, float]) -> str:
    word = "smaller error than" if value < 0.0 else "larger error than"
    sure = interval[1] < 0.0 or interval[0] > 0.0
    doubt = "" if sure else ", which the interval does not tell from no difference,"
    return f"{word} (by {abs(value):.3f}{doubt} {_range(interval)})"


def _range(interval: tuple[float, float]) -> str:
    return f"interval {interval[0]:+.3f} to {interval[1]:+.3f}"


def _type_lines(found: Backtest) -> list[str]:
    model = found.main.rows[0].model
    lines = [f"  {'type':24}{'n':>3}{'events':>8}{'expected':>10}{'S(20)':>8}{'K-M by type':>13}"]
    for row in found.types:
        lines.append(
            f"  {row.kind:24}{row.episodes:3d}{row.observed:8d}{row.expected[model]:10.1f}"
            f"{row.survival_20[model]:8.2f}{row.survival_20[BY_TYPE]:13.2f}"
        )
    return lines


def backtest_json(found: Backtest) -> dict[str, Any]:
    """Give everything that ``servanda backtest --json`` prints."""
    return {
        "engine": "durability",
        "casebook_sha256": found.book.digest,
        "draws": found.draws,
        "seed": found.seed,
        "horizon_years": float(found.grid[-1]),
        "baselines": {"pooled": POOLED, "by_type": BY_TYPE},
        "main": _scored_json(found.main),
        "inter_war_dropped": _scored_json(found.inter_war_dropped),
        "by_type": [
            {
                "type": row.kind,
                "episodes": row.episodes,
                "observed": row.observed,
                "expected": row.expected,
                "survival_20": row.survival_20,
            }
            for row in found.types
        ],
        "fold_effective_sample_size": found.fold_effective,
        "folds_drawn_anew": {rival: list(n) for rival, n in found.drawn_anew.items()},
        "forecasts": [
            {
                "episode": episode.id,
                "cluster": episode.cluster,
                "survival": {
                    name: [round(float(x), 6) for x in curve[place, ::2]]
                    for name, curve in found.forecasts.items()
                },
            }
            for place, episode in enumerate(found.book.episodes)
        ],
        "forecast_years": [float(x) for x in found.grid[::2]],
    }


def _scored_json(scored: Scored) -> dict[str, Any]:
    return {
        "left_out": list(scored.left_out),
        "episodes": scored.episodes,
        "events": scored.events,
        "clusters": scored.clusters,
        "scores": [_row_json(row) for row in scored.rows],
    }


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "model": row.model,
        "integrated_brier": row.brier,
        "interval": list(row.brier_interval),
        "concordance": row.concordance,
        "concordance_interval": list(row.concordance_interval),
        "less_by_type": row.difference,
        "less_by_type_interval": list(row.difference_interval),
        "less_pooled": row.difference_pooled,
        "less_pooled_interval": list(row.difference_pooled_interval),
    }
