"""Files of every kind become text, or an error that says what to do."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from assistants_server.search import (
    ExtractionError,
    Limits,
    StoppedError,
    child,
    extract,
    extraction,
)
from assistants_server.search.plain_text import cleaned
from tests.search import specimens

READ = [
    ("tide.txt", b"High tide.", "High tide."),
    ("tide.md", b"# High\n\ntide", "# High\n\ntide"),
    ("tide.csv", b"place,metres\r\nHull,4\r\n", "place,metres\nHull,4\n"),
    ("tide.py", b"def tide():\n    return 4\n", "def tide():\n    return 4\n"),
    ("Makefile", b"all: tide\n", "all: tide\n"),
    ("tide.json", b'{"caf\\u00e9": [1, "x"]}', '{\n "café": [\n  1,\n  "x"\n ]\n}'),
    ("broken.json", b'{"a": 1}\n{"b": 2}', '{"a": 1}\n{"b": 2}'),
    ("tide.html", b"<p>High <b>ti</b>de<script>no</script>", "High tide"),
    ("tide.docx", specimens.docx("High", "tide & more"), "High\ntide & more"),
    ("tide.pptx", specimens.pptx("High", "tide"), "High\ntide"),
    ("tide.pdf", specimens.pdf("High", "tide (4 m)"), "High\ntide (4 m)"),
    ("TIDE.PDF", specimens.pdf("High tide", compressed=False), "High tide"),
    ("no-suffix", specimens.pdf("High tide"), "High tide"),
    ("../../etc/passwd", b"High tide.", "High tide."),
    ("..\\x.html", b"<i>High</i>", "High"),
    ("\0\n.txt", b"High tide.", "High tide."),
]


@pytest.mark.parametrize(("name", "content", "text"), READ, ids=[r[0] for r in READ])
def test_text_is_read(tmp_path: Path, name: str, content: bytes, text: str) -> None:
    assert _extract(tmp_path, name, content) == text


@pytest.mark.parametrize(
    "encoded",
    [
        "Größe \u2013 \u2018x\u2019".encode(),
        codecs.BOM_UTF8 + "Größe \u2013 \u2018x\u2019".encode(),
        codecs.BOM_UTF16_LE + "Größe \u2013 \u2018x\u2019".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "Größe \u2013 \u2018x\u2019".encode("utf-16-be"),
        codecs.BOM_UTF32_LE + "Größe \u2013 \u2018x\u2019".encode("utf-32-le"),
        "Größe \u2013 \u2018x\u2019".encode("cp1252"),
    ],
)
def test_encodings_are_recognised(tmp_path: Path, encoded: bytes) -> None:
    assert _extract(tmp_path, "a.txt", encoded) == "Größe \u2013 \u2018x\u2019"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("魔法词是熊猫。秘密地点在北京。", "gb18030"),
        ("魔法の言葉はアナグマです。テスト", "shift_jis"),
        ("마법의 단어는 너구리입니다", "euc_kr"),
        ("魔法詞是熊貓。秘密地點在北京。", "big5"),
        ("Волшебное слово — барсук.", "cp1251"),
        ("μαγική λέξη είναι ασβός", "cp1253"),
    ],
)
def test_other_encodings_are_told_of(tmp_path: Path, text: str, encoding: str) -> None:
    """They would be indexed as what nobody looks for."""
    with pytest.raises(ExtractionError, match="save it as UTF-8") as raised:
        _extract(tmp_path, "a.txt", text.encode(encoding))
    assert raised.value.code == "invalid_file"
    # Where it declares which it is, it is read.
    page = f'<meta charset="{encoding}"><p>{text}'.encode(encoding)
    assert _extract(tmp_path, "a.html", page) == text


@pytest.mark.parametrize(
    "text",
    [
        "Þetta reddast, en þó ætti það að vera öðruvísi í ár.",
        "Été dernier, à Évry, un élève a déjà été gênée là-bas.",
        "Ärger über Öl: Übergrößen für Schäfer und Bäcker.",
        "äöü ÄÖÜ ß",
        "Größe;Maß\n12;34\n",
        "Preis\n" + "12,50\u00a0€\n" * 20,
        "t\n" + "12,5 °C\n" * 20,
        "• £1 \u2013 £2 \u2013 £3\n" * 20,
    ],
)
def test_those_of_the_west_are_read(tmp_path: Path, text: str) -> None:
    assert _extract(tmp_path, "a.txt", text.encode("cp1252")) == text


def test_encoding_that_a_page_declares_is_used(tmp_path: Path) -> None:
    page = '<meta charset="iso-8859-7"><p>αβγ'.encode("iso-8859-7")
    assert _extract(tmp_path, "a.html", page) == "αβγ"
    unknown = b'<meta charset="no-such"><p>\xe9'
    assert _extract(tmp_path, "a.html", unknown) == "é"


def test_structure_of_a_page_is_kept_in_lines(tmp_path: Path) -> None:
    page = (
        b"<html><head><title>Tides</title><style>p {}</style></head><body>"
        b"<h1>High\n  tide</h1><ul><li>Hull<li>Grimsby</ul>"
        b"<table><tr><td>4<td>5</table><img alt='a chart'></body>"
    )
    assert _extract(tmp_path, "a.html", page).split("\n") == (
        ["Tides", "", "High tide", "", "Hull", "Grimsby", "", "4\t5", "", "a chart"]
    )


@pytest.mark.parametrize(
    "markup", ["<![if !IE]>", "<![CDATA[x]]>", "<![what is this]>", "<!x>", "<?php ?>"]
)
def test_markup_that_no_browser_shows_is_left_out(tmp_path: Path, markup: str) -> None:
    page = f"<p>High {markup}tide".encode()
    assert _extract(tmp_path, "a.html", page) == "High tide"


def test_head_that_is_never_closed_hides_no_body(tmp_path: Path) -> None:
    assert _extract(tmp_path, "a.html", b"<head><body>Hull") == "Hull"


def test_all_parts_of_a_word_document_are_read(tmp_path: Path) -> None:
    note = specimens.word_xml("a note")
    table = specimens.word_xml("cell").replace(
        b"<w:t>", b"<w:tab/><w:br/><w:noBreakHyphen/><w:t>"
    )
    made = specimens.docx("body", footnotes=note, header2=table, styles=note)
    assert _extract(tmp_path, "a.docx", made) == "body\na note\n\t\n-cell"


def test_slides_come_in_their_order(tmp_path: Path) -> None:
    slides = [f"slide {number}" for number in range(1, 13)]
    read = _extract(tmp_path, "a.pptx", specimens.pptx(*slides))
    assert read.split("\n") == slides


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("a.doc", b"\xd0\xcf\x11\xe0", "unsupported_file", "save it as .docx"),
        ("a.xlsx", b"PK\x03\x04", "unsupported_file", "save it as .csv"),
        ("a.PNG", b"\x89PNG\r\n\x1a\n", "unsupported_file", ".png files have no text"),
        ("a.tar.gz", b"\x1f\x8b\0", "unsupported_file", "Archives can't be"),
        ("a", b"PK\x03\x04", "unsupported_file", "archive"),
        ("a.txt", b"a\0b\0", "invalid_file", "save it as UTF-8"),
        ("a.txt", codecs.BOM_UTF16_LE + b"a", "invalid_file", "byte order mark"),
        ("a.txt", bytes(range(1, 256)) * 4, "unsupported_file", "neither text"),
        ("a.txt", b"", "invalid_file", "no text in it"),
        ("a.txt", b" \n\t ", "invalid_file", "no text in it"),
        ("a.pdf", specimens.pdf(""), "invalid_file", "OCR"),
        ("a.pdf", b"%PDF-1.4 broken", "invalid_file", "can't be read as pdf"),
        ("a.docx", b"PK\x03\x04broken", "invalid_file", "broken one"),
        ("a.docx", specimens.pptx("a"), "invalid_file", "not a Word document"),
        ("a.pptx", specimens.docx("a"), "invalid_file", "not a presentation"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, name: str, content: bytes, code: str, says: str
) -> None:
    with pytest.raises(ExtractionError) as raised:
        _extract(tmp_path, name, content)
    assert raised.value.code == code
    assert says in raised.value.message
    assert str(tmp_path) not in raised.value.message


def test_missing_extra_is_said_with_its_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsysbinary: Any
) -> None:
    path = tmp_path / "content"
    path.write_bytes(specimens.pdf("High tide"))
    monkeypatch.setitem(sys.modules, "pypdf", None)
    monkeypatch.setattr(child, "limit_resources", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["-", "pdf", str(path), "9", "9", "99"])
    child.main()
    status, _, text = capsysbinary.readouterr().out.partition(b"\n")
    assert json.loads(status) == {"code": "server_error"}
    command = 'pip install "assistants-client[search]"'
    assert text.decode() == f"Reading pdf files needs: {command}."


def test_only_pdf_needs_the_extra() -> None:
    """So text, HTML and office files are read without it."""
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['pypdf', 'numpy']));"
        "from assistants_server.search import child, Index;"
        "index = Index(); index.remove('a'); index.search(['a'], 'b')"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_missing_content_is_an_error_of_the_server(tmp_path: Path) -> None:
    with pytest.raises(ExtractionError, match="can't be opened") as raised:
        extract(tmp_path / "none", "a.txt")
    assert raised.value.code == "server_error"


def test_content_that_is_deleted_meanwhile_is_an_error_of_the_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Some words.", encoding="utf-8")

    def deleted(filename: str, start: bytes) -> object:
        path.unlink()
        return "text"

    monkeypatch.setattr(extraction, "kind_of", deleted)
    with pytest.raises(ExtractionError, match="can't be opened") as raised:
        extract(path, path.name)
    assert raised.value.code == "server_error"


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(specimens.pdf_of([b"BT (x) Tj ET " * 400_000]))
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    begun = time.monotonic()
    with pytest.raises(StoppedError):
        extract(path, "a.pdf", stop=stop)
    assert time.monotonic() - begun < 2


def test_limits_of_size_are_those_that_are_set(tmp_path: Path) -> None:
    limits = Limits(size=10, characters=8)
    assert _extract(tmp_path, "a.txt", b"12345678", limits) == "12345678"
    for content in (b"123456789", b"12345678901"):
        with pytest.raises(ExtractionError, match="split it"):
            _extract(tmp_path, "a.txt", content, limits)
    with pytest.raises(ExtractionError, match="more than 8 characters"):
        _extract(tmp_path, "a.html", b"123456789", Limits(characters=8))


def _extract(
    folder: Path, name: str, content: bytes, limits: Limits | None = None
) -> str:
    path = folder / "content"
    path.write_bytes(content)
    return extract(path, name, limits=limits)


@pytest.mark.parametrize("line", ["\r\n", "x\r\n", "\r", "\n", "\r\r\n", "\x0c\x00\n"])
def test_long_texts_are_cleaned_as_short_ones_are(line: str) -> None:
    """They are cleaned in pieces, and the end of a line may be at the end of one."""
    for start in ("", "y"):
        text = start + line * 200_001
        expected = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
        assert cleaned(text) == expected.replace("\x00", " ")
