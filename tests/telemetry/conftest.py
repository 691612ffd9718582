"""Fixtures of the tests of what the server says of itself."""

from tests.telemetry.exported import exported as exported
from tests.telemetry.logged import log as log
