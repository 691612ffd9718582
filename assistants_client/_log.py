"""The logger for whoever runs a program; the transcript has one of its own."""

from __future__ import annotations

import logging
from typing import Final

LOGGER: Final = logging.getLogger("assistants_client")
