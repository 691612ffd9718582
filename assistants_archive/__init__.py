"""The format of archives: assistants, threads and files of a server, in a folder.

`assistants export` writes them, and `assistants import` and the server read them. This
package knows neither of the two: it holds names, lines, hashes and the manifest.
"""

from .errors import ArchiveError
from .folder import Folder
from .lines import Line, LineError, line_of, lines_of, value_of
from .manifest import FORMAT, VERSION, Entry, Manifest
from .names import MANIFEST, content_path, unit_path
from .reader import Archive
from .unit_lines import UnitLines
from .verification import Verification, verify

__all__ = [
    "FORMAT",
    "MANIFEST",
    "VERSION",
    "Archive",
    "ArchiveError",
    "Entry",
    "Folder",
    "Line",
    "LineError",
    "Manifest",
    "UnitLines",
    "Verification",
    "content_path",
    "line_of",
    "lines_of",
    "unit_path",
    "value_of",
    "verify",
]
