"""Plain text, HTML, PDF and feeds as documents."""

import io
from pathlib import Path

import pytest

from servanda.domain.errors import ScenarioError
from servanda.evidence.texts import MOST_BYTES, document, documents

PARAGRAPHS = "".join(
    f"<p>Velland said on day {n} that the plan for the port would go on as it was.</p>"
    for n in range(6)
)
PAGE = f"""<!doctype html><html><head><title>Talks</title><meta property="article:published_time"
content="2024-05-06"></head><body><nav>Home About Contact</nav><article><h1>Talks on the sea</h1>
{PARAGRAPHS}
</article><script>alert(1)</script><footer>All rights reserved</footer></body></html>"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><title>One</title><link>https://example.org/1</link>
<pubDate>Tue, 06 May 2031 10:00:00 GMT</pubDate>
<description>&lt;p&gt;Velland backs the truce.&lt;/p&gt;</description></item>
<item><title>Two</title><description>Orsava opposes it.</description></item></channel></rss>"""


def test_a_plain_text_is_taken_as_it_is():
    text = "\ufeffOne.\r\nTwo.\n"
    (found,) = document(text.encode(), "a.txt")
    assert found.text == text


def test_the_main_text_of_a_page():
    pytest.importorskip("trafilatura")
    (found,) = document(PAGE.encode(), "a.html")
    assert found.kind == "html"
    assert "day 3" in found.text
    assert "alert" not in found.text
    assert found.published == "2024-05-06"
    assert (found.extractor or "").startswith("trafilatura")


def test_a_feed_is_one_document_for_each_entry():
    pytest.importorskip("feedparser")
    one, two = document(FEED.encode(), "feed.xml")
    assert one.text == "One\n\nVelland backs the truce."
    assert (one.published, one.url) == ("2031-05-06", "https://example.org/1")
    assert two.published is None


def test_entities_in_a_feed_are_refused():
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><rss><channel></channel></rss>'
    with pytest.raises(ScenarioError) as caught:
        document(bomb.encode(), "a.xml", kind="feed")
    assert caught.value.problems[0].code == "SV905"


def test_a_pdf_with_text():
    pytest.importorskip("pypdf")
    (found,) = document(pdf("Velland backs the truce at sea."), "a.pdf")
    assert "Velland backs the truce at sea." in found.text


def pdf(line: str) -> bytes:
    """Write the smallest PDF with one line of text."""
    stream = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, 2)
    places = []
    for number, part in enumerate(parts, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, part))
    start = out.tell()
    out.write(
        b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    )
    out.write(b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "SV905"),
        (b"x" * (MOST_BYTES + 1), "a.txt", "SV904"),
        ("Türkiye".encode("latin-1"), "a.txt", "SV102"),
        (b"a\x00b", "a.txt", "SV103"),
        (b"%PDF-1.4 broken", "a.pdf", "SV905"),
        (b"<html><body></body></html>", "a.html", "SV905"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_code(data: bytes, name: str, code: str):
    with pytest.raises(ScenarioError) as caught:
        document(data, name)
    assert caught.value.problems[0].code == code


def test_a_folder_is_read_in_order_without_hidden_files_and_links(tmp_path: Path):
    for name in ("b.txt", "a.md", "c.bin", ".d.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "link.txt").symlink_to(tmp_path / "b.txt")
    assert [p.name for p in documents(tmp_path)] == ["a.md", "b.txt"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScenarioError):
        documents(tmp_path / "empty")
