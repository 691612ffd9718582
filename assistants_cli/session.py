"""What a command works with: a client, and where its results go."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .output import Output

if TYPE_CHECKING:
    from assistants_client import Client

    from .settings import Settings


class Session:
    """One use of the command.

    Attributes:
        settings: what the common options say.
        output: writes the results.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.output = Output(json=settings.json)

    @cached_property
    def client(self) -> Client:
        """Return the client, made when it is first needed.

        Raises:
            ConfigurationError: a setting is missing or can't be used.
            WrongUse: likewise, for those of this command alone.
        """
        from .connection import client_of

        return client_of(self.settings)

    def close(self) -> None:
        """Close the client, if there is one."""
        if "client" in self.__dict__:
            self.client.close()
