"""Why each guarantor would or would not act, option by option, and what hangs on the solution."""

from __future__ import annotations

from servanda.report.tables import Cell, Table
from servanda.report.words import DASH, letters, percent, plain, plural, short, signed
from servanda.study.result import Comparison, GuarantorView, OptionResult

__all__ = ["joining_sentence", "reasons_tables"]

_HEADS = {
    "stake": "its stake in the defence",
    "standing": "its standing, whatever it promised",
    "commitment": "its word",
    "forces": "its forces on the spot",
    "pool": "the word it shares with others who act",
    "cost": "its cost of acting",
}


def reasons_tables(comparison: Comparison) -> list[tuple[str, str, str, Table]]:
    """Tabulate each option's reasons.

    Returns:
        Letter, title, what is said of the guarantor with most to bring, and the table, for every
        option under which anybody has something to weigh.
    """
    found = []
    for key, letter in letters(comparison).items():
        option = comparison.options[key]
        bound = [view for view in option.guarantors if view.terms and view.klass != "none"]
        if bound:
            foremost = max(bound, key=lambda view: view.capability)
            kind = _kind(comparison, option)
            found.append((letter, option.title, foremost.says, _table(kind, bound)))
    return found


def _kind(comparison: Comparison, option: OptionResult) -> str:
    """The kind of attack asked about, by its title in the incident bank."""
    titles = {str(i.get("id")): str(i.get("title") or "") for i in comparison.incidents}
    asked = option.reasons_kind or ""
    return titles.get(asked) or plain(asked) or "an attack"


def _table(kind: str, bound: list[GuarantorView]) -> Table:
    rows = tuple(
        (
            "",
            view.name,
            (
                Cell(plain(view.klass)),
                Cell(DASH if view.acts is None else short(percent(view.acts))),
                Cell(short(percent(view.blocked))),
                *(Cell(signed(view.terms.get(name, 0.0))) for name in _HEADS),
                Cell(plain(view.decides) if view.decides else "none alone"),
            ),
        )
        for view in bound
    )
    return Table(
        f"What speaks for and against acting ({kind}), in units of each guarantor's cost of a full "
        "war; means over the first draws",
        ("duty", "acts", "its way is shut", *_HEADS.values(), "what decides"),
        rows,
    )


def joining_sentence(comparison: Comparison) -> str:
    """Say whether who joins in has more than one solution, and what hangs on the one shown."""
    told = [(key, o.joining) for key, o in comparison.options.items() if o.joining is not None]
    if not told:
        return ""
    names, draws = letters(comparison), plural(told[0][1].draws, "draw")
    several = [(names[key], found) for key, found in told if found.several > 0.0]
    if not several:
        return (
            f"Who joins in depends on who else does, so it could have several solutions; in the "
            f"first {draws} it has one under every option."
        )
    parts = [
        f"{letter} in {percent(found.several)} of them (chance of an attack at the next occasion "
        f"{percent(found.attack_low)} to {percent(found.attack_high)})"
        for letter, found in several
    ]
    return (
        f"Who joins in depends on who else does. In the first {draws} it has several solutions "
        f"under {', '.join(parts)}; shown is the one reached from the word given."
    )
