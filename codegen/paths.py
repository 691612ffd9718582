"""Where the files of this repository are."""

from __future__ import annotations

from pathlib import Path

CODEGEN = Path(__file__).resolve().parent
ROOT = CODEGEN.parent
PINNED = ROOT / "openapi.yaml"
GENERATED = ROOT / "generated"
MODEL_API = CODEGEN / "model_api.yaml"
METHODS = CODEGEN / "methods.yaml"
TYPES = CODEGEN / "types.yaml"
TEMPLATES = CODEGEN / "templates"
IS_CHECKOUT = PINNED.is_file()
"""Whether the generator runs in its repository, or was installed without it."""
LICENCE = CODEGEN / "LICENSE"
CLIENT = ROOT / "assistants_client"
