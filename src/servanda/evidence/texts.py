"""From bytes to the text that is read: plain text, HTML, PDF and feeds.

A plain text is taken as given, so offsets count into the file itself. Of HTML and PDF the main
text is extracted, and offsets count into that text, which the archive keeps beside the bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from servanda.domain.codes import problem
from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.problem import Span

__all__ = ["MOST_BYTES", "Document", "document", "documents"]

MOST_BYTES = 5_000_000
MOST_ENTRIES = 500
_SUFFIXES = {".txt": "text", ".md": "text", ".html": "html", ".htm": "html", ".xhtml": "html",
             ".pdf": "pdf", ".xml": "feed", ".rss": "feed", ".atom": "feed"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A text with where it comes from: hash of the bytes and of the text, address, day."""

    text: str
    name: str
    kind: str = "text"
    bytes_sha256: str = ""
    url: str | None = None
    title: str | None = None
    published: str | None = None
    retrieved: str | None = None
    publisher: str | None = None
    extractor: str | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def sha256(self) -> str:
        """Hash of the UTF-8 of the text that was read."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


def documents(path: Path) -> list[Path]:
    """Return the readable files of a path: itself, or those of a folder in order of name.

    Raises:
        ScenarioError: there is nothing to read (SV100).
    """
    if path.is_dir():
        found = sorted(
            p for p in path.rglob("*")
            if p.suffix.lower() in _SUFFIXES and p.is_file() and not p.is_symlink()
            and not any(part.startswith(".") for part in p.relative_to(path).parts)
        )  # fmt: skip
        if found:
            return found
        raise _refused("SV100", "the folder holds no text, HTML, PDF or feed", str(path))
    if not path.is_file():
        raise _refused("SV100", "there is no such file or folder", str(path))
    return [path]


def document(
    data: bytes, name: str, *, kind: str | None = None, url: str | None = None,
    retrieved: str | None = None,
) -> list[Document]:  # fmt: skip
    """Make documents of bytes: one, or one for each entry of a feed.

    Args:
        data: as they came.
        name: file name or address, for problems and to tell the kind.
        kind: ``text``, ``html``, ``pdf`` or ``feed``; else told by name and first bytes.
        url: where they came from.
        retrieved: when, ISO.

    Raises:
        ScenarioError: too large (SV904), not UTF-8 (SV102), binary (SV103), no text in it (SV905).
        ModelError: the extra that reads the kind is not installed (SV906).

    Examples:
        >>> document("Peace, he wrote.".encode(), "a.txt")[0].kind
        'text'
    """
    if len(data) > MOST_BYTES:
        raise _refused("SV904", f"{len(data):,} bytes; at most {MOST_BYTES:,} are read", name)
    found = kind or _kind(data, name)
    meta = {
        "bytes_sha256": hashlib.sha256(data).hexdigest(), "url": url, "retrieved": retrieved,
    }  # fmt: skip
    makers: dict[str, Callable[..., list[Document]]] = {
        "text": _text, "html": _html, "pdf": _pdf, "feed": _feed,
    }  # fmt: skip
    return makers[found](data, name, meta)


def _refused(code: str, message: str, name: str) -> ScenarioError:
    return ScenarioError([problem(code, message, Span(file=name))])


def _kind(data: bytes, name: str) -> str:
    head = data[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data[:5] == b"%PDF-":
        return "pdf"
    if head.startswith((b"<!doctype html", b"<html")):
        return "html"
    if re.match(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:rdf)\b", head, re.S):
        return "feed"
    kind = _SUFFIXES.get(Path(name.split("?")[0]).suffix.lower(), "text")
    return "text" if kind == "pdf" else kind


def _decoded(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        at = Span(file=name, line=line, column=error.start - data.rfind(b"\n", 0, error.start))
        raise ScenarioError([problem("SV102", "the text is not UTF-8", at)]) from None
    if "\x00" in text:
        raise _refused("SV103", "a zero byte is in the file", name)
    return text


def _text(data: bytes, name: str, meta: dict[str, Any]) -> list[Document]:
    text = _decoded(data, name)
    if not text.strip():
        raise _refused("SV905", "there is no text in it", name)
    return [Document(text, name, **meta)]


def _needed(module: str, kind: str) -> None:
    if find_spec(module) is None:
        raise ModelError(
            f"reading {kind} needs {module}; install servanda[evidence], or give plain text.",
            "SV906",
        )


def _html(data: bytes, name: str, meta: dict[str, Any]) -> list[Document]:
    _needed("trafilatura", "HTML")
    import trafilatura

    source = _decoded(_declared(data), name)
    text = trafilatura.extract(source, include_comments=False, include_tables=False)
    if not text or not text.strip():
        raise _refused("SV905", "no main text was found in the page", name)
    about = trafilatura.extract_metadata(source)
    return [
        Document(
            text, name, kind="html", title=getattr(about, "title", None),
            published=_day(getattr(about, "date", None)),
            publisher=getattr(about, "sitename", None),
            extractor=f"trafilatura {trafilatura.__version__}", **meta,
        )
    ]  # fmt: skip


def _declared(data: bytes) -> bytes:
    """Make UTF-8 of a page that declares another encoding."""
    match = re.search(rb"charset=[\"']?([\w-]{3,20})", data[:4_000])
    if match is None:
        return data
    try:
        return data.decode(match.group(1).decode("ascii")).encode("utf-8")
    except (LookupError, UnicodeDecodeError):
        return data


def _day(value: Any) -> str | None:
    return value[:10] if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value) else None


def _pdf(data: bytes, name: str, meta: dict[str, Any]) -> list[Document]:
    _needed("pypdf", "PDF")
    import pypdf

    try:
        reader = pypdf.PdfReader(BytesIO(data))
        if reader.is_encrypted:
            raise _refused("SV905", "the PDF is encrypted", name)
        pages = [page.extract_text() or "" for page in reader.pages[:400]]
    except ScenarioError:
        raise
    except Exception as error:  # pypdf raises whatever a broken file leads it to
        raise _refused("SV905", f"the PDF cannot be read ({type(error).__name__})", name) from None
    text = _unwrapped("\n\n".join(pages))
    if not text.strip():
        raise _refused("SV905", "the PDF holds no text; perhaps it is a scan", name)
    return [Document(text, name, kind="pdf", extractor=f"pypdf {pypdf.__version__}", **meta)]


def _unwrapped(text: str) -> str:
    """Join lines that a page broke: a line break after no full stop is a space."""
    text = re.sub(r"(\w)-\n(?=[a-z])", r"\1", text)
    return re.sub(r"(?<![.!?:”\"\n])\n(?=[^\n])", " ", text)


def _feed(data: bytes, name: str, meta: dict[str, Any]) -> list[Document]:
    _needed("feedparser", "feeds")
    import feedparser

    if re.search(rb"<!ENTITY", data[:100_000], re.I):
        raise _refused("SV905", "a feed with entity declarations is not read", name)
    found = []
    for number, entry in enumerate(feedparser.parse(data).entries[:MOST_ENTRIES], 1):
        body = next((c.get("value", "") for c in entry.get("content", [])), "") or entry.get(
            "summary", ""
        )
        plain = re.sub(r"<(script|style)\b.*?</\1\s*>", " ", body, flags=re.S | re.I)
        plain = re.sub(r"</p\s*>|<br\s*/?>", "\n", plain, flags=re.I)
        plain = re.sub(r"<[^>]*>", "", plain).strip()
        title = re.sub(r"<[^>]*>", "", entry.get("title", "")).strip()
        if not plain:
            continue
        when = entry.get("published_parsed") or entry.get("updated_parsed")
        day = f"{when.tm_year:04d}-{when.tm_mon:02d}-{when.tm_mday:02d}" if when else None
        own = {**meta, "url": entry.get("link") or meta["url"]}
        found.append(
            Document(
                f"{title}\n\n{plain}" if title else plain, f"{name}#{number}", kind="feed",
                title=title or None, published=day, 
                extractor=f"feedparser {feedparser.__version__}",
                **own,
            )
        )  # fmt: skip
    if not found:
        raise _refused("SV905", "the feed has no entry with text", name)
    return found
