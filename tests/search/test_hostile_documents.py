"""Documents that mean harm end as an error, soon, and take no more than they may."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from assistants_server.search import (
    ExtractionError,
    Index,
    Limits,
    chunks,
    extract,
    extraction,
)
from tests.search import specimens

MIB = 1024 * 1024
MEMORY = 200 * MIB
# For what would take for ever; the others have time enough on a machine that is busy.
SHORT = Limits(seconds=1, memory=MEMORY)
AMPLE = Limits(seconds=10, memory=MEMORY, characters=100_000)


@cache
def zip_bomb() -> bytes:
    """A document of 600 kB that takes 130 MB unpacked."""
    return specimens.archive({"word/document.xml": bytes(129 * MIB)})


def zip_bomb_that_lies() -> bytes:
    """The same, but its directory says that it has ten bytes."""
    size = 129 * MIB
    return zip_bomb().replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))


def billion_laughs() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{levels}]><w>&l11;</w>'
    return specimens.archive({"word/document.xml": xml.encode()})


def billion_laughs_in_utf16() -> bytes:
    """The same, in letters among which no search for bytes finds the declaration."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    xml = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE w [<!ENTITY l0 "ha">'
    return specimens.archive(
        {"word/document.xml": f"{xml}{levels}]><w>&l11;</w>".encode("utf-16")}
    )


def external_entity() -> bytes:
    xml = (
        '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        f'<w:t xmlns:w="{specimens.WORD}">&x;</w:t>'
    )
    return specimens.archive({"word/document.xml": xml.encode()})


def deep_xml() -> bytes:
    return specimens.archive({"word/document.xml": b"<a>" * 50_000 + b"</a>" * 50_000})


def looping_pages() -> bytes:
    """A PDF whose tree of pages contains itself."""
    return specimens.pdf_file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] /Parent 2 0 R >>",
        ]
    )


def looping_tables() -> bytes:
    """A PDF whose cross-reference table names itself as the one before."""
    file = specimens.pdf("a")
    place = file.rindex(b"xref\n0")
    return file.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % place)


def looping_references() -> bytes:
    """A PDF whose content is an object that refers to itself."""
    return specimens.pdf_file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
            b"4 0 R",
        ]
    )


def looping_forms() -> bytes:
    """A PDF whose page draws a form that draws itself, twice."""
    form = specimens.stream(b"/F Do /F Do", compressed=False).replace(
        b"<< ",
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9]"
        b" /Resources << /XObject << /F 4 0 R >> >> ",
        1,
    )
    return specimens.pdf_file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            (
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R"
                b" /Resources << /XObject << /F 4 0 R >> >> >>"
            ),
            form,
            specimens.stream(b"/F Do"),
        ]
    )


def nested_arrays() -> bytes:
    return specimens.pdf_of([b"[" * 1_000_000 + b"]" * 1_000_000 + b" TJ"])


def pdf_bomb() -> bytes:
    """A PDF of 1 kB whose page takes 250 MB unpacked, packed twice."""
    packed = zlib.compress(specimens.zeros(250))
    stream = b"<< /Filter [/FlateDecode /FlateDecode] /Length %d >>" % len(packed)
    return specimens.pdf_file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
            stream + b"\nstream\n" + packed + b"\nendstream",
        ]
    )


def slow_pdf() -> bytes:
    """A PDF of 5 kB whose page takes a minute."""
    return specimens.pdf_of([b"BT (x) Tj ET " * 400_000])


def text_without_end() -> bytes:
    """A PDF of 1 kB with more characters than it may have."""
    text = b"x" * (AMPLE.characters + 1)
    return specimens.pdf_of([b"BT /F1 1 Tf (" + text + b") Tj ET"])


def nested_tags() -> bytes:
    return b"<div>" * 100_000


def open_tags() -> bytes:
    return b"<a" * 200_000


def deep_json() -> bytes:
    return b"[" * 2_000_000


def wide_json() -> bytes:
    """Lists that take twenty times as much memory as they are long."""
    return b"[" + b"[],[],[],[]," * 1_000_000 + b"[]]"


LONG = "took more than 1 s or 200 MiB"
EMPTY = "There is no text in it"
CASES: list[tuple[str, Callable[[], bytes], str]] = [
    ("docx", zip_bomb, "more than 128 MiB"),
    ("docx", zip_bomb_that_lies, "takes more than 200 MiB"),
    ("docx", billion_laughs, "declares a document type"),
    ("docx", billion_laughs_in_utf16, "amplification"),
    ("docx", external_entity, "declares a document type"),
    ("docx", deep_xml, EMPTY),
    ("pdf", looping_pages, "can't be read as pdf"),
    ("pdf", looping_references, EMPTY),
    ("pdf", looping_forms, EMPTY),
    ("pdf", nested_arrays, "nested too deeply"),
    ("pdf", pdf_bomb, EMPTY),
    ("pdf", slow_pdf, LONG),
    ("pdf", text_without_end, "more than 100,000 characters"),
    ("html", nested_tags, EMPTY),
]
# What may as well be read, if it takes no more than it may.
EITHER: list[tuple[str, Callable[[], bytes]]] = [
    ("pdf", looping_tables),
    ("html", open_tags),
    ("json", deep_json),
    ("json", wide_json),
]


@pytest.mark.parametrize(
    ("kind", "made", "says"), CASES, ids=[case[1].__name__ for case in CASES]
)
def test_document_ends_as_an_error(
    tmp_path: Path, kind: str, made: Callable[[], bytes], says: str
) -> None:
    limits = SHORT if says == LONG else AMPLE
    error = _error(tmp_path, f"a.{kind}", made(), limits)
    assert error is not None
    assert error.code in ("invalid_file", "unsupported_file")
    assert says in error.message
    assert error.message.endswith(".")
    assert len(error.message) < 400


@pytest.mark.parametrize(("kind", "made"), EITHER, ids=[c[1].__name__ for c in EITHER])
def test_document_takes_no_more_than_it_may(
    tmp_path: Path, kind: str, made: Callable[[], bytes]
) -> None:
    _error(tmp_path, f"a.{kind}", made(), SHORT)


def test_child_limits_itself() -> None:
    program = extraction._BOOT.replace(
        "import main\nmain()", "import limit_resources"
    ) + (
        "import resource, signal; limit_resources(7, 1 << 33);"
        "kinds = (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE);"
        "print([resource.getrlimit(kind)[1] for kind in kinds], signal.alarm(0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(extraction.__file__).parents[1])],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.decode().strip() in (
        f"[7, {1 << 33}, 0] 14",
        f"[7, {1 << 33}, 0] 13",
    )


def test_a_line_of_100_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "content"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    with pytest.raises(ExtractionError, match="more than 20,000,000 characters"):
        extract(path, "a.txt")
    assert time.monotonic() - begun < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


def test_a_long_line_that_is_allowed_is_indexed_in_bounded_time(tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(b"x" * 4 * MIB)
    begun = time.monotonic()
    index = Index()
    added = index.add("vs", "a", chunks(extract(path, "a.txt")))
    assert added.chunks > 2000
    assert index.search(["vs"], "x" * 10_000) == []
    assert time.monotonic() - begun < 5
    index.close()


def test_modules_that_lie_about_are_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an upload into the server's own folder would run there."""
    for name in ("json", "html", "pypdf", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "content"
    path.write_bytes(specimens.pdf("High tide"))
    assert extract(path, "a.pdf") == "High tide"


@pytest.mark.parametrize("name", ["../x.txt", "/etc/passwd", "a\0b.txt", "\ud800.txt"])
def test_names_open_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / "content"
    path.write_bytes(b"The tide.")
    assert extract(path, name) == "The tide."


def test_characters_that_no_database_holds_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(b'["\\ud800 tide \\u0000 \\u0007 high"]')
    text = extract(path, "a.json")
    assert "tide" in text
    assert not {"\0", "\ud800", "\x07"} & {*text}
    index = Index()
    index.add("vs", "a\ud7ff", chunks(text))
    assert len(index.search(["vs"], "tide")) == 1
    index.close()


def test_limits_leave_room_for_an_ordinary_pdf(tmp_path: Path) -> None:
    """Eight full pages, and 20 MB of pictures."""
    line = "The tide in Hull is four metres high at noon on most days of the year"
    page = b"BT /F1 9 Tf 36 800 Td 10 TL" + f" ({line}) '".encode() * 60 + b" ET"
    picture = specimens.stream(bytes(range(256)) * 4096, compressed=False)
    path = tmp_path / "content"
    path.write_bytes(specimens.pdf_of([page] * 8, others=[picture] * 20))
    text = extract(path, "a.pdf")
    assert text.count(line) == 8 * 60


def _error(
    folder: Path, name: str, content: bytes, limits: Limits
) -> ExtractionError | None:
    """Read a document; return the error that it ends with."""
    path = folder / "content"
    path.write_bytes(content)
    del content
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    begun = time.monotonic()
    error = None
    try:
        extract(path, name, limits=limits)
    except ExtractionError as raised:
        error = raised
    assert time.monotonic() - begun < 2 * limits.seconds + 3
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - children
    assert used <= limits.seconds + 0.5
    return error
