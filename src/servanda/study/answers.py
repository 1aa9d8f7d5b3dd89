"""Record a reply: a new dated version of the text in the scenario's folder, and its effects."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from servanda.domain.actor import Actor
from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.domain.noun import Noun
from servanda.domain.scenario import Resolved
from servanda.obligations import assess, bind
from servanda.obligations.open_slots import parts
from servanda.scenario.folder import example_names, load
from servanda.scenario.parsing import closest
from servanda.scenario.reading import read
from servanda.scenario.writing import write
from servanda.study.display import Displayed
from servanda.study.replies import Reply, Settled, next_version
from servanda.study.versioning import extended, uses

__all__ = ["Change", "Recorded", "Version", "record", "replies_of"]


class ReplyFile(Noun):
    """A file of replies: the list under ``answers``."""

    format: Literal["1"] = "1"
    answers: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a finding that the reply changes; an absent one is None."""

    incident: str
    provision: str
    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """One new version: the text answered, what the replies settle, the options that take it up."""

    former: str
    instrument: Instrument
    settled: tuple[Settled, ...]
    options: Mapping[str, str]
    changes: tuple[Change, ...]
    still_open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recorded(Displayed):
    """What was recorded, or with ``dry_run`` would be: versions, files, the day of knowledge."""

    folder: str
    versions: tuple[Version, ...]
    files: tuple[str, ...]
    as_of: str
    as_of_before: str
    dry_run: bool

    def published(self) -> dict[str, Any]:
        """Return the object of ``servanda answer --json``."""
        return {
            "folder": self.folder,
            "dry_run": self.dry_run,
            "files": list(self.files),
            "as_of": self.as_of,
            "as_of_before": self.as_of_before,
            "versions": [
                {
                    "instrument": v.instrument.id,
                    "version_of": v.instrument.version_of,
                    "answers": v.former,
                    "known_from": v.instrument.known_from,
                    "settled": sorted({s for o in v.settled if o.closes for s in o.slots}),
                    "recorded": sorted({s for o in v.settled if not o.closes for s in o.slots}),
                    "still_open": list(v.still_open),
                    "options": dict(v.options),
                    "changes": [
                        {
                            "incident": c.incident,
                            "provision": c.provision,
                            "what": c.what,
                            "before": c.before,
                            "after": c.after,
                        }
                        for c in v.changes
                    ],
                }
                for v in self.versions
            ],
        }


def replies_of(path: str | Path) -> tuple[Reply, ...]:
    """Read a file of replies.

    Raises:
        ScenarioError: the file has problems.
    """
    got = read(Path(path), ReplyFile)
    if got.value is None:
        raise ScenarioError(got.errors or got.problems)
    rows: tuple[Reply, ...] = got.value.answers
    return rows


def record(scenario: str | Path, replies: Sequence[Reply], *, dry_run: bool = False) -> Recorded:
    """Record replies in a scenario's folder; nothing that exists is overwritten but scenario.yaml.

    Replies to one text on one day make one new version of it. The options that used the former
    version are marked as superseded from that day, and copies of them take up the new one.

    Args:
        scenario: the folder.
        replies: what was answered.
        dry_run: compute everything and write nothing.

    Raises:
        ScenarioError: the scenario has problems, before or after.
        ModelError: the scenario ships with servanda (SV618), or a reply does not fit: see
            `servanda.study.replies.settled`; a date that does not fit (SV615), no source (SV616).
    """
    folder = _own(scenario)
    if not replies:
        raise ModelError("there is no reply to record", code="SV617")
    before = load(folder)
    with tempfile.TemporaryDirectory() as place:
        draft = Path(place) / "draft"
        _copy(folder, draft)
        versions: list[Version] = []
        newest: dict[str, str] = {}
        for group in _by_day(replies):
            versions.append(_version(draft, folder, group, newest))
        after = load(draft)
        made = [f"instruments/{v.instrument.id}.yaml" for v in versions]
        if not dry_run:
            _keep(draft, folder, made)
    return Recorded(
        folder=str(folder),
        versions=tuple(versions),
        files=(*made, "scenario.yaml"),
        as_of=str(after.scenario.as_of),
        as_of_before=str(before.scenario.as_of),
        dry_run=dry_run,
    )


def _own(scenario: str | Path) -> Path:
    """Return the folder to write to; a shipped example is not one."""
    path = Path(scenario)
    if path.name == "scenario.yaml" and path.is_file():
        path = path.parent
    shipped = Path(str(files("servanda").joinpath("examples"))).resolve()
    example = str(scenario) if not path.exists() and str(scenario) in example_names() else None
    if path.exists() and path.resolve().is_relative_to(shipped):
        example = path.resolve().name
    if example is not None:
        raise ModelError(
            f"'{example}' ships with servanda and is not written to; copy it with "
            f"`servanda new NAME --from {example}` and answer in the copy",
            code="SV618",
        )
    return path


def _copy(folder: Path, draft: Path) -> None:
    """Copy what makes up a scenario: its file, its instruments, its table."""
    draft.mkdir()
    for name in ("scenario.yaml", "incidents.csv"):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, draft / name)
    if (folder / "instruments").is_dir():
        shutil.copytree(folder / "instruments", draft / "instruments")
    else:
        (draft / "instruments").mkdir()


def _keep(draft: Path, folder: Path, made: Sequence[str]) -> None:
    """Put the new files into the folder, the scenario last and at once."""
    (folder / "instruments").mkdir(exist_ok=True)
    for name in made:
        with (folder / name).open("x", encoding="utf-8") as file:
            file.write((draft / name).read_text("utf-8"))
    kept = folder / "scenario.yaml"
    handle, fresh = tempfile.mkstemp(prefix=".scenario-", suffix=".yaml", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write((draft / "scenario.yaml").read_bytes())
    shutil.copymode(kept, fresh)
    os.replace(fresh, kept)


def _by_day(replies: Sequence[Reply]) -> list[list[Reply]]:
    groups: dict[tuple[str, str], list[Reply]] = {}
    for reply in replies:
        groups.setdefault((reply.date, reply.instrument), []).append(reply)
    return [groups[key] for key in sorted(groups)]


def _version(
    draft: Path, folder: Path, replies: Sequence[Reply], newest: dict[str, str]
) -> Version:
    """Write the next version of one text into the draft."""
    resolved = load(draft)
    asked = replies[0].instrument
    text = _text(resolved, newest.get(asked, asked))
    day = _day(replies[0].date, text, resolved)
    kept = [_checked(r, resolved.actors, folder) for r in replies]
    taken = {*resolved.instruments, *(p.stem for p in (draft / "instruments").glob("*.y*ml"))}
    new, found = next_version(text, kept, resolved.slots, taken)
    _write(draft / "instruments" / f"{new.id}.yaml", new, text.id, replies[0].date)
    options = uses(resolved.scenario.options, text.id, day)
    file = draft / "scenario.yaml"
    body, copies = extended(
        file.read_bytes().decode("utf-8"),
        "scenario.yaml",
        options,
        former=text.id,
        version=new.id,
        date=replies[0].date,
        source=f"reply of {replies[0].date}: {kept[0].source}",
        as_of=resolved.scenario.as_of,
    )
    file.write_bytes(body.encode("utf-8"))
    newest[asked] = newest[text.id] = new.id
    return Version(
        former=text.id,
        instrument=new,
        settled=found,
        options=copies,
        changes=changes(text, new, resolved.scenario.incidents, resolved.actors),
        still_open=new.unspecified,
    )


def _text(resolved: Resolved, name: str) -> Instrument:
    if name in resolved.instruments:
        return resolved.instruments[name]
    near = closest(name, resolved.instruments)
    known = ", ".join(resolved.instruments)
    hint = f"; did you mean '{near}'?" if near else f" (there are: {known})"
    raise ModelError(f"the scenario has no instrument '{name}'{hint}", code="SV614")


def _day(date: str, text: Instrument, resolved: Resolved) -> Moment:
    """Return the day of a reply after making sure that it follows the text and is answered last."""
    try:
        day = Moment(date)
    except ValueError as error:
        raise ModelError(f"--date: {error}", code="SV615") from None
    if day.precision != "day":
        raise ModelError(f"--date: give the day of the reply, not {date!r}", code="SV615")
    if text.known_from is not None and day.before(text.known_from):
        message = f"the reply of {date} is earlier than '{text.id}', known from {text.known_from}"
        raise ModelError(message, code="SV615")
    lineage = text.version_of or text.id
    for other in resolved.instruments.values():
        later = other.known_from is not None and (
            text.known_from is None or text.known_from.before(other.known_from)
        )
        mine = lineage in (other.version_of, other.id) and other.id != text.id
        if mine and later and other.known_from and other.known_from.not_after(day):
            message = f"by {date} '{other.id}' had replaced '{text.id}'; answer that one"
            raise ModelError(message, code="SV615")
    return day


def _checked(reply: Reply, actors: Mapping[str, Actor], folder: Path) -> Reply:
    """Return the reply after making sure of who gave it and where it can be read."""
    known = reply.by in actors or reply.by.split("_")[0] in actors
    if not known:
        near = closest(reply.by, actors)
        hint = f"; did you mean '{near}'?" if near else ""
        raise ModelError(f"--by names an unknown actor '{reply.by}'{hint}", code="SV613")
    source = reply.source.strip()
    if source.startswith(("https://", "http://")):
        return reply.model_copy(update={"source": source})
    if not source:
        raise ModelError(f"the reply on '{reply.slot}' names no source", code="SV616")
    for path in (folder / source, Path(source)):
        if path.is_file():
            inside = path.resolve().is_relative_to(folder.resolve())
            place = path.resolve().relative_to(folder.resolve()) if inside else path
            return reply.model_copy(update={"source": str(place)})
    message = f"the source '{source}' is neither an address nor a file, here or in the scenario"
    raise ModelError(message, code="SV616")


def _write(path: Path, text: Instrument, former: str, date: str) -> None:
    head = (
        f"# Reply of {date}, recorded by `servanda answer`: the next version of {former}.\n"
        "# The statements at the end of the list say what was answered and by whom.\n"
    )
    with path.open("x", encoding="utf-8") as file:
        file.write(head + write(text))


def changes(
    before: Instrument,
    after: Instrument,
    incidents: Sequence[Incident],
    actors: Mapping[str, Actor],
) -> tuple[Change, ...]:
    """Return what differs between two versions of a text over a bank of incidents."""
    old, new = (_standing(text, incidents, actors) for text in (before, after))
    return tuple(
        Change(*key, old.get(key), new.get(key))
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key)
    )


def _standing(
    text: Instrument, incidents: Sequence[Incident], actors: Mapping[str, Actor]
) -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for incident in incidents:
        for finding in assess([text], incident, actors=actors, trace=False):
            bound = bind(text, text.provision(finding.provision), actors=actors, on=incident.date)
            for what, value in parts(finding, bound).items():
                shown = value if isinstance(value, tuple) else (value,)
                words = ", ".join(str(v) for v in shown if v is not None)
                found[(incident.id, finding.provision, what)] = words or "none"
    return found
