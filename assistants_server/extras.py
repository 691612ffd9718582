"""Extras: what can be installed besides, and the command that does it."""

from __future__ import annotations

import shlex
from pathlib import Path

_NAME = "assistants-client"


def install_command(extra: str, *, with_path: bool = False) -> str:
    """Return the command that installs an extra.

    What is installed already, as a wheel or as an editable checkout, is known by its
    name; a checkout that is only on the path is not, and no index has it.

    Args:
        extra: its name.
        with_path: whether the command names the folder of a checkout: for the user of
            this machine, not for whoever sends requests.
    """
    # Imported here, as it takes time and hardly anybody needs it.
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        distribution(_NAME)
    except PackageNotFoundError:
        folder = Path(__file__).resolve().parents[1] if with_path else Path()
        return f"pip install -e {shlex.quote(f'{folder}[{extra}]')}" + (
            "" if with_path else " in the checkout"
        )
    return f'pip install "{_NAME}[{extra}]"'
