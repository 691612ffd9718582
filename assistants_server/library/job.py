"""What is being done with a file of a vector store."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(eq=False)
class Job:
    """A file that is being indexed.

    Attributes:
        place: its position in the store; None for one that is being removed.
        stop: set to stop it.
        is_counted: whether the store has counted that it began.
    """

    place: int | None
    stop: threading.Event = field(default_factory=threading.Event)
    is_counted: bool = False
