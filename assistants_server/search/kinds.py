"""Kinds of files, by their names and by how they begin."""

from __future__ import annotations

from typing import Literal, TypeAlias

from .errors import ExtractionError

Kind: TypeAlias = Literal["text", "html", "json", "pdf", "docx", "pptx"]
_BY_SUFFIX: dict[str, Kind] = {
    ".htm": "html",
    ".html": "html",
    ".xhtml": "html",
    ".json": "json",
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
}
# What is no text and has no reader, and what a user can do about it.
_ADVICE = {
    ".doc": "save it as .docx",
    ".ppt": "save it as .pptx",
    ".xls": "save it as .csv",
    ".xlsx": "save it as .csv",
    ".odt": "save it as .docx",
    ".rtf": "save it as .docx",
    ".epub": "save it as .html",
}
_ARCHIVES = {".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst"}
_WITHOUT_TEXT = {
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic"),
    *(".mp3", ".mp4", ".wav", ".ogg", ".m4a", ".avi", ".mov", ".webm"),
}
_ZIP = b"PK\x03\x04"
# The compound files of old office programs.
_COMPOUND = b"\xd0\xcf\x11\xe0"


def kind_of(filename: str, start: bytes) -> Kind:
    """Return what reads a file.

    Args:
        filename: the name that the user gave it; only its suffix counts.
        start: its first bytes, which count where the suffix says nothing.

    Raises:
        ExtractionError: nothing here reads it.
    """
    suffix = _suffix(filename)
    if suffix in _ADVICE:
        message = f"{suffix} files can't be searched; {_ADVICE[suffix]} and try again."
        raise ExtractionError("unsupported_file", message)
    if suffix in _ARCHIVES:
        message = "Archives can't be searched; upload the files that are in it."
        raise ExtractionError("unsupported_file", message)
    if suffix in _WITHOUT_TEXT:
        message = f"{suffix} files have no text that can be searched."
        raise ExtractionError("unsupported_file", message)
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start.startswith((_ZIP, _COMPOUND)):
        message = (
            "It is an archive or an office document whose name doesn't say which; "
            "name it .docx or .pptx if it is one, or upload the files in it."
        )
        raise ExtractionError("unsupported_file", message)
    return "text"


def _suffix(filename: str) -> str:
    name = filename.replace("\\", "/").rpartition("/")[2]
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if stem and dot else ""
