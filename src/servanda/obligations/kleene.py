"""Three-valued logic under two readings.

A truth is ``NO``, ``MAYBE`` or ``YES``; conjunction is the minimum and disjunction the maximum
(strong Kleene logic, S. C. Kleene, Introduction to Metamathematics, 1952, section 64). Where a text
can be read in two defensible ways, a condition carries one truth per reading, the narrow and the
wide one; both are carried to the end, and only there it is asked whether they differ.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["MAYBE", "NO", "YES", "Verdict", "all_of", "any_of", "contested", "maybe", "no", "yes"]

NO, MAYBE, YES = 0, 1, 2


class Verdict(NamedTuple):
    """The answer to one condition.

    ``narrow`` and ``wide`` are the truths under the two readings, ``roots`` the root reasons on
    which a "no" or a difference rests, ``missing`` the facts or slots that would settle it,
    ``facts`` what it rests on, ``note`` a few words for the reader.
    """

    narrow: int
    wide: int
    roots: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    facts: tuple[tuple[str, Any], ...] = ()
    note: str | None = None

    @property
    def truth(self) -> str:
        """The truth in words: true, false, unknown or contested."""
        return _WORDS[self.narrow][self.wide]


_WORDS = (("false", "contested", "contested"), ("contested", "unknown", "unknown"), ("contested", "unknown", "true"))


def yes(*facts: tuple[str, Any], note: str | None = None) -> Verdict:
    """The condition holds."""
    return Verdict(YES, YES, (), (), facts, note)


def no(root: str | tuple[str, ...], *facts: tuple[str, Any], note: str | None = None) -> Verdict:
    """The condition fails for the root reason given."""
    return Verdict(NO, NO, (root,) if isinstance(root, str) else root, (), facts, note)


def maybe(missing: str | tuple[str, ...], *facts: tuple[str, Any], note: str | None = None) -> Verdict:
    """Nothing fails, but what is named in ``missing`` is not known."""
    names = (missing,) if isinstance(missing, str) else missing
    return Verdict(MAYBE, MAYBE, (), names, facts, note)


def contested(
    root: str | tuple[str, ...], *facts: tuple[str, Any], note: str | None = None
) -> Verdict:
    """The narrow reading says no and the wide one yes."""
    return Verdict(NO, YES, (root,) if isinstance(root, str) else root, (), facts, note)


def all_of(*verdicts: Verdict) -> Verdict:
    """Conjunction, reading by reading; reasons and missing facts of every part are kept.

    Examples:
        >>> all_of(yes(), maybe("place"), contested("actor")).truth
        'contested'
    """
    narrow = min(v.narrow for v in verdicts)
    wide = min(v.wide for v in verdicts)
    return _joined(verdicts, narrow, wide, dominated=YES)


def any_of(*verdicts: Verdict) -> Verdict:
    """Disjunction, reading by reading: one alternative is enough.

    Examples:
        >>> any_of(no("area"), yes()).truth, any_of(no("area"), maybe("place")).truth
        ('true', 'unknown')
    """
    narrow = max(v.narrow for v in verdicts)
    wide = max(v.wide for v in verdicts)
    if narrow == YES:
        for verdict in verdicts:
            if verdict.narrow == YES and verdict.wide == YES:
                return verdict
    return _joined(verdicts, narrow, wide, dominated=NO)


def _joined(verdicts: tuple[Verdict, ...], narrow: int, wide: int, *, dominated: int) -> Verdict:
    """Keep the reasons of the parts that decide, drop those of the parts that do not."""
    if narrow == wide == YES:
        return Verdict(YES, YES, (), (), _facts(verdicts), _note(verdicts))
    roots: dict[str, None] = {}
    missing: dict[str, None] = {}
    for v in verdicts:
        if dominated == YES and v.narrow == v.wide == YES:
            continue
        if dominated == NO and v.narrow == v.wide == NO and wide > NO:
            continue
        if wide == NO and v.wide > NO:
            continue
        roots.update(dict.fromkeys(v.roots))
        missing.update(dict.fromkeys(v.missing))
    return Verdict(narrow, wide, tuple(roots), tuple(missing), _facts(verdicts), _note(verdicts))


def _facts(verdicts: tuple[Verdict, ...]) -> tuple[tuple[str, Any], ...]:
    return tuple(dict.fromkeys(k for v in verdicts for k in v.facts if _hashable(k)))


def _hashable(pair: tuple[str, Any]) -> bool:
    return not isinstance(pair[1], (dict, list))


def _note(verdicts: tuple[Verdict, ...]) -> str | None:
    notes = [v.note for v in verdicts if v.note]
    return "; ".join(dict.fromkeys(notes)) or None
