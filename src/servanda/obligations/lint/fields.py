"""Fields whose words the engine reads beside triggers, conditions and acts, and what it knows.

Most of these vocabularies are the engine's own. Where it reads a word by its beginning or by a part
of it, so does the linter; a word it does not know waits for a fact of that name, or does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from servanda.domain.instrument import Provision
from servanda.obligations.lint.text import Path, Text
from servanda.obligations.vocabulary import family_of, mentions, stems

__all__ = ["KNOWN", "field_words"]

#: What a threshold may say: see the engine on armed attacks.
THRESHOLDS = (
    *("armed_attack", "any_armed_attack", "case_by_case", "flagrant", "unspecified", "none"),
    *("aggression", "grave", "large_scale", "any_use_of_force"),
)
RULES = (
    *("consensus", "unanim", "thirds", "majority", "decide", "vote", "agreement"),
    *("finding", "determination", "practice", "silent", "none", "several", "each", "separately"),
    *("constitutional", "unspecified"),
)
#: What a text may say of exceptions beside self-defence, provocation and the events of a trigger.
EXCEPTIONS = (
    *("defence", "defense", "provo", "charter", "article", "league", "un_", "commitments"),
    *("security_policy", "consent", "approval", "unspecified"),
)
JUDGED = ("considers", "deems", "judges", "regards", "finds", "vital", "recognised", "established")
AT_ONCE = (
    *("immediate", "without delay", "at once", "forthwith", "prompt", "as soon as", "urgent"),
    *("none", "unspecified", "hour", "day", "week", "month", "year", "act alone", "contested"),
)
CLOCKED = ("consult", "decision", "help", "assist", "meeting", "talks", "answer", "action")
MEANS = ("included", "optional", "materiel", "may_include", "if_necessary", "none", "excluded")
UNSAID = ("unspecified", "contested")
#: Parts of words for those to whom something is owed.
TOWARD = frozenset(
    """party parties state states member members side sides victim attacked beneficiary
    beneficiaries guarantor guarantors signatory signatories each other""".split()
)


def _actor(word: str, text: Text) -> bool:
    from servanda.obligations.doers import ANYBODY, GROUPS, INSIDERS, REGIONAL, STATES

    base, _, but = word.partition("_other_than_")
    if but:
        named = all(w in INSIDERS or text.is_actor(w) for w in but.split("_and_"))
        return named and _actor(base, text)
    if _named(word, text) or word in ANYBODY or word.startswith("any"):
        return True
    parts = set(word.replace("non_state", "group").split("_"))
    plain = {*STATES, *GROUPS, *INSIDERS, *REGIONAL, *ANYBODY, *JOINING}
    return parts <= plain


#: Parts of words for an aggressor that join or colour: see the engine on who did it.
JOINING = frozenset(
    """
    any one two another other great or of and by external foreign outside outsider hostile
    attacking non contracting single several armed militia
    """.split()
)


def _named(word: str, text: Text) -> bool:
    """Say whether a word is an actor, a group, or the name or adjective of one."""
    groups = text.roll.registry.groups
    forms = (word, f"{word}s", word.removeprefix("any_"), word.removesuffix("_state"))
    return text.is_actor(word) or word.lower() in text.words or any(f in groups for f in forms)


def _domain(word: str, text: Text) -> bool:
    from servanda.obligations.kinds import DOMAINS

    return word.removesuffix("_case_by_case") in {*DOMAINS, "any", "all", "unspecified"}


def _threshold(word: str, text: Text) -> bool:
    return mentions(word, THRESHOLDS)


def _baseline(word: str, text: Text) -> bool:
    from servanda.obligations.kinds import BASELINES

    return bool(BASELINES & set(word.split("_")))


def _judge(word: str, text: Text) -> bool:
    from servanda.obligations.decisions import JUDGES

    parts = word.split("_")
    if word in text.organs or set(parts) <= JUDGES:
        return True
    return _named(word, text) or any(_named(part, text) for part in parts)


def _exception(word: str, text: Text) -> bool:
    from servanda.obligations.conditions import SOFTENERS

    article = word.startswith("art") and word[3:4].isdigit()
    known = any(part in word for part in (*EXCEPTIONS, *SOFTENERS))
    return known or article or family_of(word) is not None


def _qualifier(word: str, text: Text) -> bool:
    from servanda.obligations.doers import SPARING

    if word.startswith(SPARING):
        return any(_named(part, text) for part in word.split("_"))
    return any(part in word for part in JUDGED)


def _victim(word: str, text: Text) -> bool:
    from servanda.obligations.targets import PARTIES

    roles = ("beneficiary", "beneficiaries", "protected_state")
    return word in PARTIES or word in roles or _thing(word, text) or _named(word, text)


def _thing(word: str, text: Text) -> bool:
    from servanda.obligations.objects import ALIKE, FORCES, THINGS, VALUES

    parts = set(word.lower().split("_"))
    if word in VALUES or word in UNSAID or parts & (THINGS | FORCES) or parts & TOWARD:
        return True
    return bool(stems(word) & {stem for group in ALIKE for stem in group})


def _toward(word: str, text: Text) -> bool:
    return bool(TOWARD & set(word.split("_"))) or word in UNSAID or _named(word, text)


def _rule(word: str, text: Text) -> bool:
    return any(part in word for part in RULES)


def _clock(word: str, text: Text) -> bool:
    said = word.lower().replace("_", " ")
    return any(part in said for part in AT_ONCE) or any(c.isdigit() for c in said)


def _counted(word: str, text: Text) -> bool:
    return any(part in word for part in (*CLOCKED, *UNSAID))


def _means(word: str, text: Text) -> bool:
    return word.startswith(MEANS) or any(part in word for part in UNSAID)


Known = Callable[[str, Text], bool]
#: The fields, and for each what the engine knows; in the order in which they are reported.
KNOWN: Mapping[str, Known] = {
    "trigger.actor": _actor,
    "trigger.object": _victim,
    "trigger.of": _victim,
    "trigger.threshold": _threshold,
    "trigger.domains": _domain,
    "trigger.baseline": _baseline,
    "trigger.judged_by": _judge,
    "trigger.qualifier": _qualifier,
    "object": _thing,
    "toward": _toward,
    "domain": _domain,
    "exceptions": _exception,
    "decision.determined_by": _judge,
    "decision.rule": _rule,
    "deadline.text": _clock,
    "deadline.for": _counted,
    "deadline.counts": _counted,
    "response.military": _means,
}


def field_words(provision: Provision, path: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield field, word and path of every word in these fields of a provision."""
    for field in KNOWN:
        keys = field.split(".")
        value: object = provision
        for key in keys:
            value = getattr(value, "for_" if key == "for" else key, None)
        here: Path = (*path, *keys)
        if isinstance(value, str):
            yield field, value, here
        elif isinstance(value, tuple):
            yield from ((field, word, (*here, i)) for i, word in enumerate(value))
