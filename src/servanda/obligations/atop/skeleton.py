"""A row of the alliance data as an instrument: a skeleton whose empty slots are questions.

A row says that an obligation exists and that it has conditions, not which. What it does say becomes
parties, dates and one provision per obligation; what it cannot say stands under ``unspecified``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from servanda.domain.errors import ModelError
from servanda.domain.instrument import Instrument
from servanda.obligations.atop.names import (
    CONDITIONS,
    FIELDLESS,
    OBLIGATIONS,
    PREFIX,
    UNNAMED,
    VARIABLES,
    code_of,
    open_name,
)
from servanda.obligations.atop.record import Loss

__all__ = ["from_atop", "losses_of_row"]

Row = Mapping[str, str]
Codes = dict[str, int | None]

#: What no variable of ATOP can say, under the names of the checklist.
NEVER_SAID = (
    "legal_form", "minimum_response", "decision_rule", "deadline", "trigger_threshold",
    "attribution", "occupied_areas", "cyber_and_hybrid_threshold_in_text", "who_decides",
    "attack_by_another_party", "sanction", "verification", "nuclear_cover",
)  # fmt: skip
#: The clause that each obligation becomes.
CLAUSES: Mapping[str, Mapping[str, Any]] = {
    "defense": {
        "modality": "duty", "act": ["assist"], "bearer": ["each_party"],
        "trigger": {"kinds": ["armed_attack"], "object": ["party"]},
        "response": {
            "content": ["unspecified"], "military": "unspecified", "minimum": "unspecified",
        },
    },
    "offense": {
        "modality": "duty", "act": ["join_offensive_action"], "bearer": ["each_party"],
        "trigger": {"kinds": ["campaign_by_party"]},
    },
    "neutral": {
        "modality": "duty", "act": ["observe_neutrality"], "bearer": ["each_party"],
        "trigger": {"kinds": ["conflict_of_party"]},
    },
    "nonagg": {
        "modality": "prohibition", "act": ["threat_or_use_of_force"], "bearer": ["each_party"],
        "toward": ["other_parties"],
    },
    "consul": {
        "modality": "duty", "act": ["consult"], "bearer": ["all_parties"],
        "trigger": {"kinds": ["threat"], "object": ["security"], "of": ["party"]},
    },
}  # fmt: skip
AREA = "area_named_in_the_text"
_CONDITION = {
    "codem": "adversary_refuses_a_demand",
    "conpr": "no_provocation",
    "cocon": "in_a_named_conflict",
    "coreq": "request_of_party",
}
#: What a flag changes in the trigger.
_NARROWS: Mapping[str, Mapping[str, Any]] = {
    "coadv": {"actor": ["named_adversary"]},
    "conum": {"min_attackers": "number_named_in_the_text"},
    "coatt": {"kinds": ["armed_attack"]},
}
_AID = {1: "military_aid", 2: "military_grants_or_loans", 3: "military_training"}


def from_atop(row: Row, members: Sequence[Row] = ()) -> Instrument:
    """Make a skeleton of an instrument from a row of the alliance table.

    Missing codes (a blank cell, a dot, a negative code) stay unknown: they become open slots and
    never a 0. The row is kept as given under ``atop``.

    Args:
        row: the cells by column name; ``atopid`` is needed, every other column may be missing.
        members: rows of the member table; those of other alliances are passed over. A column
            ``iso3`` is preferred to ``member``.

    Raises:
        ModelError: a cell is not a code, or the row has no identifier (SV818).

    Examples:
        >>> pact = from_atop({"atopid": "9001", "begyr": "1931", "defense": "1", "defcoloc": "1",
        ...     "consul": "-9"}, [{"atopid": "9001", "member": "AAA", "yrent": "1931"}])
        >>> [p.id for p in pact.provisions], pact.provision("defense").area
        (['defense'], ('area_named_in_the_text',))
        >>> "what_follows_consultation" in pact.unspecified
        True
    """
    atopid = _identifier(row)
    codes = _codes(row)
    begin, end = _date(codes, "begyr", "begmo", "begday"), _date(codes, "endyr", "endmo", "endday")
    provisions = [p for name in OBLIGATIONS if (p := _clause(name, codes)) is not None]
    provisions += _cooperation(codes)
    data: dict[str, Any] = {
        "format": "1",
        "id": atopid,
        "title": f"Alliance {row['atopid'].strip()} of the ATOP data (skeleton of its row)",
        "kind": "treaty",
    }
    if begin:
        data["signed"] = begin
    if begin or end:
        data["in_force"] = {"from": begin or "unknown"} | ({"to": end} if end else {})
    parties = _parties(row, members, begin, end)
    if parties:
        data["parties"] = parties
    data["provisions"] = provisions
    data["unspecified"] = _open(codes, parties, end)
    data["atop"] = {
        name: cell for name, cell in row.items() if name in (*VARIABLES, "atopid") and cell.strip()
    }
    return Instrument.model_validate(data)


def losses_of_row(row: Row, members: Sequence[Row] = ()) -> tuple[Loss, ...]:
    """List what a row says that an instrument cannot, or only in part.

    Raises:
        ModelError: a cell is not a code (SV818).

    Examples:
        >>> [loss.slot for loss in losses_of_row({"atopid": "1", "defense": "1", "milcon": "2"})]
        ['milcon']
    """
    codes = _codes(row)
    losses = [*_unheld(row, codes), *_bare_flags(codes)]
    if codes["endyr"] == 0:
        losses.append(Loss("endyr", "0 means: still in force when the data end"))
    for stem in ("beg", "end"):
        names = (f"{stem}yr", f"{stem}mo", f"{stem}day")
        given = [str(codes[name]) for name in names if codes[name]]
        if given and (_date(codes, *names) or "").count("-") < len(given) - 1:
            losses.append(Loss(names[0], f"there is no such day: {'-'.join(given)}"))
    numbered = [n for n in dict.fromkeys(map(_member, _mine(row, members))) if _is_number(n)]
    if numbered:
        note = (
            f"known by state number only: {', '.join(numbered)}; write the codes of the registry "
            "instead, or no incident that names a state meets them"
        )
        losses.append(Loss("member", note))
    for name in _twice(row, members):
        losses.append(Loss("member", f"'{name}' entered twice; only the first entry is kept"))
    return tuple(losses)


#: Codes that an instrument holds, where it holds others than 0 and 1.
_HELD = {"milaid": range(4), "renounce": range(4)} | {name: range(1) for name in FIELDLESS}


def _unheld(row: Row, codes: Codes) -> Iterator[Loss]:
    """Yield columns and codes that have no place in an instrument."""
    for name, cell in row.items():
        if name in ("atopid", "iso3", "member", "") or _MEMBER_COLUMN.fullmatch(name):
            continue  # the identifier and the parties hold them
        if cell.strip() in ("", "0", ".", "NA"):
            continue
        if name not in VARIABLES:
            yield Loss(name, "no field of an instrument holds it")
    for name, code in codes.items():
        dated = name.startswith(("beg", "end"))
        if code is not None and not dated and code not in _HELD.get(name, range(2)):
            yield Loss(name, f"no field of an instrument holds the code {code}")


def _bare_flags(codes: Codes) -> Iterator[Loss]:
    """Yield flags: they say that there is a condition, not which."""
    for name, suffixes in CONDITIONS.items():
        for flag in (PREFIX[name] + suffix for suffix in suffixes):
            if codes[flag] and codes[name] == 1:
                yield Loss(flag, "a flag says that there is a condition, not which")
            elif codes[flag]:
                yield Loss(flag, f"a condition of '{name}', which the row does not have")


def _identifier(row: Row) -> str:
    text = (row.get("atopid") or "").strip()
    if not re.fullmatch(r"\d{1,6}(\.\d+)?|[A-Za-z0-9][A-Za-z0-9._-]{0,60}", text):
        raise ModelError(f"the row has no usable 'atopid' ({text[:40]!r})", code="SV818")
    return f"atop-{text}" if text[0].isdigit() else text


def _codes(row: Row) -> Codes:
    codes: Codes = {}
    for name in VARIABLES:
        try:
            codes[name] = code_of(row.get(name))
        except ValueError as error:
            raise ModelError(f"'{name}': {error}", code="SV818") from None
    return codes


def _date(codes: Mapping[str, int | None], *names: str) -> str | None:
    """Return a date as precise as the codes; a 0 in ATOP's dates stands for none."""
    year, month, day = (codes.get(name) or None for name in names)
    if year is None or not 1000 <= year <= 9999:
        return None
    text = f"{year:04d}"
    if month is None or not 1 <= month <= 12:
        return text
    text += f"-{month:02d}"
    return text if day is None or not _real(year, month, day) else f"{text}-{day:02d}"


def _real(year: int, month: int, day: int) -> bool:
    return 1 <= day <= monthrange(year, month)[1]


def _clause(name: str, codes: Codes) -> dict[str, Any] | None:
    if codes[name] != 1:
        return None
    clause: dict[str, Any] = {"id": name, **CLAUSES[name]}
    prefix, suffixes = PREFIX[name], CONDITIONS.get(name, ())
    held = [suffix for suffix in suffixes if codes[prefix + suffix] == 1]
    narrowed = {key: value for suffix in held for key, value in _NARROWS.get(suffix, {}).items()}
    if "trigger" in clause:
        clause["trigger"] = {**clause["trigger"], **narrowed}
    if "coloc" in held:
        clause["area"] = [AREA]
    conditions = [_CONDITION[suffix] for suffix in held if suffix in _CONDITION]
    if codes.get(f"{prefix}con") == 1 and not held:
        conditions.append(UNNAMED)
    if conditions:
        clause["conditions"] = conditions
    clause["clause_source"] = "gloss"
    return clause


def _cooperation(codes: Codes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    aid = [_AID[codes["milaid"] or 0]] if codes["milaid"] in _AID else []
    aid += ["economic_assistance"] if codes["ecaid"] else []
    if aid:
        found.append({
            "id": "aid", "modality": "duty", "act": ["provide_support"], "bearer": ["each_party"],
            "response": {"content": aid, "military": "materiel_not_troops",
                         "minimum": "unspecified"},
        })  # fmt: skip
    for name, clause in _EXTRA.items():
        if codes[name]:
            found.append({"id": name, **clause})
    leaving = {1: ("power", []), 2: ("prohibition", []), 3: ("power", ["after_a_term"])}
    if codes["renounce"] in leaving:
        modality, conditions = leaving[codes["renounce"] or 0]
        clause = {"id": "renounce", "modality": modality, "act": ["withdraw"],
                  "bearer": ["each_party"]}  # fmt: skip
        found.append(clause | ({"conditions": conditions} if conditions else {}))
    return found


_EXTRA: Mapping[str, Mapping[str, Any]] = {
    "olimob": {"modality": "condition", "act": ["limit"], "bearer": ["each_party"]},
    "base": {"modality": "permission", "act": ["station_forces"], "bearer": ["each_party"]},
    "organ1": {"modality": "declaration", "act": ["establish_organ"], "organ": ["common_organ"]},
    "intcom": {"modality": "declaration", "act": ["integrate_command"], "command": "integrated"},
    "contrib": {"modality": "declaration", "act": ["contribute"], "bearer": ["each_party"],
                "size": "named_in_the_text"},
    "armred": {"modality": "limit", "act": ["army_size"], "bearer": ["each_party"]},
    "secrart": {"modality": "declaration", "act": ["secret_article"],
                "secret_detail": {"text": "unknown"}},
}  # fmt: skip


def _parties(
    row: Row, members: Sequence[Row], begin: str | None, end: str | None
) -> dict[str, Any]:
    original: list[str] = []
    acceded: list[list[str]] = []
    former: list[list[str]] = []
    for entry in _mine(row, members):
        name = _member(entry)
        if not name or name in original or name in {a[0] for a in acceded}:
            continue
        dates = {column: code_of(entry.get(column)) for column in _MEMBER_DATES}
        since = _date(dates, "yrent", "moent", "dayent")
        left = _date(dates, "yrexit", "moexit", "dayexit")
        if since is None or since == begin:
            original.append(name)
        else:
            acceded.append([name, since])
        if left is not None and left != end:
            former.append([name, left])
    found: dict[str, Any] = {"original": original, "acceded": acceded, "former": former}
    return {role: names for role, names in found.items() if names}


_MEMBER_DATES = ("yrent", "moent", "dayent", "yrexit", "moexit", "dayexit")


def _mine(row: Row, members: Sequence[Row]) -> list[Row]:
    """Return the entries of the member table, or the members that the row itself lists."""
    wanted = (row.get("atopid") or "").strip()
    mine = [m for m in members if (m.get("atopid") or wanted).strip() == wanted]
    if mine:
        return mine
    cells = [cell for name, cell in row.items() if _MEMBER_COLUMN.fullmatch(name)]
    return [{"member": name} for cell in cells if (name := _number(cell))]


#: Columns in which the table of alliances lists members by their state numbers.
_MEMBER_COLUMN = re.compile(r"mem\d+")


def _number(cell: str) -> str:
    try:
        code = code_of(cell)
    except ValueError:
        return cell.strip()
    return str(code) if code else ""


def _is_number(name: str) -> bool:
    return name.startswith("cow_")


def _member(entry: Row) -> str:
    """Return the actor of a member row; a bare state number is marked as one."""
    text = (entry.get("iso3") or entry.get("member") or "").strip()
    return f"cow_{text}" if text.isdigit() else text


def _twice(row: Row, members: Sequence[Row]) -> list[str]:
    names = [_member(entry) for entry in _mine(row, members)]
    return sorted({name for name in names if name and names.count(name) > 1})


def _open(codes: Codes, parties: Mapping[str, Any], end: str | None) -> list[str]:
    """List what the row cannot say, and the codes that are missing in it."""
    names = list(NEVER_SAID)
    listed = (*parties.get("original", ()), *(name for name, _ in parties.get("acceded", ())))
    if not parties or any(map(_is_number, listed)):
        names.insert(0, "who_is_bound")
    if end is None:
        names.append("duration")
    flags = {PREFIX[name] + s: name for name, found in CONDITIONS.items() for s in found}
    follow = {"defcon", "offcon", "conditio", "active", "bilat", *FIELDLESS}
    for name in VARIABLES:
        if codes[name] is not None or name in follow or name[:3] in ("beg", "end"):
            continue
        if name not in flags or codes[flags[name]] == 1:
            names.append(open_name(name))
    return list(dict.fromkeys(names))
