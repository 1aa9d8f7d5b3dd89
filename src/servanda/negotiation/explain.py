"""What a forecast says in words: the rounds of challenges, the trades, what each model assumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from servanda.negotiation.exchange import Exchange
from servanda.negotiation.solve import IssueForecast

__all__ = ["ASSUMES", "CAUTION", "exchange_story", "rounds_by_number", "rounds_story"]

CAUTION = (
    "In this model. The only public table of positions with known outcomes is of decisions of the "
    "European Union, where actors bargain again and again and consent is the habit. No public set "
    "of outcomes exists for coercive bargaining: nothing here has been scored on it."
)

#: What each model takes for granted.
ASSUMES: Mapping[str, str] = {
    "combined": "what was seen on decisions of the European Union holds here",
    "condorcet": "every stated position can be raised against any other; gains decide",
    "compromise": "everybody gives way in proportion to the others' power and salience",
    "mean": "everybody counts alike",
    "salience-mean": "only caring counts",
    "power-mean": "only capability counts",
    "median": "every actor has one vote, and preferences have a single peak",
    "weighted-median": "votes are weighted, and preferences have a single peak",
    "nash": "failing to agree is as bad as it can be for all",
    "nash-quadratic": "the same, and large losses hurt more than in proportion",
    "nash-status-quo": "failing to agree leaves the reference point in place",
    "nash-status-quo-quadratic": "the same, and large losses hurt more than in proportion",
    "printed": "actors challenge each other where they expect to gain, by the printed formulas",
    "published-code": "the same, as the program behind the published numbers computes",
    "ktab": "capability decides, bent by attitudes to risk; salience does not enter",
    "exchange": "actors trade positions across issues until no pair gains",
    "veto": "one actor proposes, the others accept what beats the reference point",
}

_VERBS = {
    "confrontation": "loses a confrontation to",
    "compromise": "compromises with",
    "capitulation": "gives in to",
}


def rounds_story(found: IssueForecast, reading: str = "published-code") -> list[str]:
    """Tell who moved whom in each round of a challenge model.

    Args:
        found: a forecast with that model in it.
        reading: ``published-code`` or ``printed``.

    Returns:
        A line for each round and move; it ends where nobody moves any more.
    """
    rounds = found.models[reading].detail["rounds"]
    assert isinstance(rounds, list)  # noqa: S101 - made by negotiation.challenge
    return list(_rounds(rounds))


def rounds_by_number(
    found: IssueForecast, reading: str = "published-code"
) -> list[tuple[str, list[str]]]:
    """Tell the same with the moves of each round together.

    Returns:
        What a round came to, and its moves.
    """
    told: list[tuple[str, list[str]]] = []
    for line in rounds_story(found, reading):
        if line.startswith("  "):
            told[-1][1].append(line.strip())
        else:
            told.append((line, []))
    return told


def _rounds(rounds: Sequence[Mapping[str, object]]) -> Iterator[str]:
    start = rounds[0]
    yield f"Start: median {start['median']:.4g}, mean {start['mean']:.4g}."
    for told in rounds[1:]:
        moves = told["moves"]
        assert isinstance(moves, list)  # noqa: S101
        if not moves:
            yield f"Round {told['round']}: nobody moves."
            return
        yield f"Round {told['round']}: median {told['median']:.4g}, mean {told['mean']:.4g}."
        for move in moves:
            verb = _VERBS[move["kind"]]
            yield (
                f"  {move['actor']} {verb} {move['to']}: {move['from']:.4g} to "
                f"{move['reaches']:.4g} (expects {move['expects']:+.2f} of a challenge, "
                f"{move['fears']:+.2f} for the other)."
            )


def exchange_story(found: Exchange, most: int = 12) -> list[str]:
    """Tell the trades of a negotiation, whom else they help or hurt, and whether they last."""
    told = []
    for trade in found.trades[:most]:
        hurt = sorted((v, k) for k, v in trade.others.items() if v < 0)
        tail = f"; hurts most {hurt[0][1]} ({hurt[0][0]:+.3f})" if hurt else ""
        told.append(
            f"{trade.first} gives way on {trade.gives} ({trade.moved_first:+.4g}), {trade.second} "
            f"on {trade.gets} ({trade.moved_second:+.4g}); each gains {trade.gain_first:.3f}{tail}."
        )
    if len(found.trades) > most:
        told.append(f"and {len(found.trades) - most} smaller trades.")
    if not found.trades:
        told.append("No pair of actors gains by trading.")
    told.append(
        "No pair could still gain, so the package is stable."
        if found.stable
        else f"If traded positions were free again a pair could still gain {found.left:.3f} "
        "together, so the package needs to be binding."
    )
    return told
