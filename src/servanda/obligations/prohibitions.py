"""Duties not to act: prohibitions, undertakings to respect, truces; kept, broken, or released."""

from __future__ import annotations

from servanda.domain.instrument import Instrument, Provision
from servanda.obligations.areas import area_node
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kinds import ATTACKS, BELOW, COERCION, FORCE, THREATS, VIOLATIONS
from servanda.obligations.kleene import CONTESTED, FALSE, TRUE, UNKNOWN, Node, all_of, truth_of
from servanda.obligations.membership import Roll
from servanda.obligations.objects import object_node

__all__ = ["breach", "restrains"]

RESPECT = ("respect", "refrain", "cease_fire", "eliminate_use_of_force", "prior_agreement")
HOSTILE = ATTACKS | FORCE | BELOW | VIOLATIONS | {"strike", "shelling", "impact", "coup"}
ANY_HOSTILITY = (
    "hostil",
    "cease_fire",
    "eliminate",
    "strike",
    "attack",
    "force",
    "respect",
    "invade",
)


def restrains(provision: Provision) -> bool:
    """Say whether the provision is a duty not to act."""
    if "prohibition" in provision.modality:
        return True
    return provision.modality == "duty" and any(a.startswith(RESPECT) for a in provision.act)


def breach(
    instrument: Instrument, provision: Provision, facts: Facts, roll: Roll
) -> tuple[str, Node, tuple[str, ...]]:
    """Say whether somebody bound by the provision broke it.

    Returns:
        the finding, the reasoning, and who broke it.
    """
    bearers = roll.bearers(provision) or _pairs(provision)
    if provision.modality.startswith("conditional"):
        released = _released(provision, facts, bearers)
        if released is not None:
            return "lapsed", released, ()
    if any(a.startswith("prior_agreement") for a in provision.act):
        return _unasked(provision, facts, bearers)
    by = tuple(b for a in facts.actors for b in bearers if a == b or a.startswith(f"{b}_"))
    parts = [
        _actor(facts, bearers, by),
        _toward(provision, facts, roll),
        _deed(provision, facts),
        object_node(provision, facts),
        _domain(provision, facts),
        area_node(provision, facts, roll),
        *_excuses(provision, facts, by),
    ]
    node = all_of(provision.id, parts)
    word = {TRUE: "breach", FALSE: "not_triggered", CONTESTED: "contested"}.get(
        node.truth, "triggered_if"
    )
    return word, node, tuple(dict.fromkeys(by))


def _pairs(provision: Provision) -> tuple[str, ...]:
    return tuple(a for pair in provision.bearer if not isinstance(pair, str) for a in pair)


def _actor(facts: Facts, bearers: tuple[str, ...], by: tuple[str, ...]) -> Node:
    label = "actor: bound by the clause"
    if not facts.attributed or not facts.actors:
        return Node(label, UNKNOWN, missing=("attribution",))
    return Node(label, TRUE if by else FALSE, ("actor",), facts={"actor": facts.actors})


def _toward(provision: Provision, facts: Facts, roll: Roll) -> Node:
    toward = [t for t in provision.toward if t in roll.actors or t.isupper()]
    # a mutual undertaking protects those who gave it, not the world
    protected = toward or [a for a in (*roll.members, *roll.beneficiaries) if a in roll.actors]
    if len(protected) < 2 and not toward:
        protected = []
    if not protected or not facts.targets:
        return Node("target: any", TRUE)
    hit = bool(set(protected) & set(facts.targets))
    return Node("target", TRUE if hit else FALSE, ("target",), facts={"target": facts.targets})


def _deed(provision: Provision, facts: Facts) -> Node:
    kind = facts.kind
    label = f"deed: {kind} against {', '.join(provision.act) or 'the clause'}"
    shown = {"kind": kind}
    acts = " ".join(provision.act)
    if kind == ABSENT:
        return Node(label, UNKNOWN, missing=("kind",))
    if "nuclear" in acts:
        value = facts.get("nuclear")
        used = truth_of(value) if kind in HOSTILE else FALSE
        return Node(label, used, ("kind",), missing=("nuclear",), facts=shown)
    if "coercion" in acts and "economic" in acts:
        truth = TRUE if kind in COERCION else UNKNOWN
        return Node(label, truth, missing=("economic_coercion",), facts=shown)
    threatened = kind in THREATS and "threat" in acts
    if threatened or (kind in HOSTILE and (not acts or any(w in acts for w in ANY_HOSTILITY))):
        return Node(label, TRUE, facts=shown)
    if kind in HOSTILE | THREATS:
        return Node(label, FALSE, ("kind",), facts=shown)
    return Node(label, UNKNOWN, missing=("act_covered",), facts=shown)


def _domain(provision: Provision, facts: Facts) -> Node:
    wanted = set(provision.domain)
    if not wanted or "any" in wanted:
        return Node("domain: any", TRUE)
    seen = set(facts.names("domain"))
    if not seen:
        return Node("domain", UNKNOWN, missing=("domain",))
    truth = TRUE if wanted & seen else FALSE
    return Node("domain", truth, ("kind",), facts={"domain": sorted(seen)})


def _excuses(provision: Provision, facts: Facts, by: tuple[str, ...]) -> list[Node]:
    """Self-defence as an exception is read both ways where the other side struck first."""
    if not any("defence" in e for e in provision.exceptions):
        return []
    provokers = facts.provokers()
    if provokers and not set(provokers) & set(by):
        note = "self-defence is claimed"
        return [Node("exception: self-defence", CONTESTED, ("provocation",), note=note)]
    return [Node("exception: none applies", TRUE)]


def _released(provision: Provision, facts: Facts, bearers: tuple[str, ...]) -> Node | None:
    """A mirrored undertaking falls away when the other side breaks the calm."""
    others = [a for a in facts.actors if not any(a.startswith(b) for b in bearers)]
    if others and facts.kind in HOSTILE:
        return Node(
            "condition: calm on the other side",
            FALSE,
            ("time",),
            facts={"actor": facts.actors, "kind": facts.kind},
            note="the condition of the undertaking failed",
        )
    return None


def _unasked(
    provision: Provision, facts: Facts, bearers: tuple[str, ...]
) -> tuple[str, Node, tuple[str, ...]]:
    """A duty to agree beforehand is broken where a co-bearer is recorded as not asked."""
    for name in facts.raw:
        if name.startswith("consulted_") and facts.get(name) is False:
            movers = tuple(b for b in bearers if b in facts.targets or b in facts.actors)
            node = Node(provision.id, TRUE, facts={name: False})
            return "breach", node, movers
    node = Node(provision.id, UNKNOWN, missing=("prior_agreement",))
    return "triggered_if", node, ()
