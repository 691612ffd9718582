"""The rooms of packages: each may import those above it, and itself."""

from __future__ import annotations

ROOMS = {
    "assistants_client": (
        *("_version", "_log", "_text", "_locks", "_effects", "_json"),
        *("_error_messages", "_records"),
        *("_errors", "_file_errors", "_run_errors", "_tool_ledger"),
        *("_verbosity", "_spellings", "_redaction", "_traces"),
        *("_api", "_arguments", "_ids", "_signatures", "_outputs", "_tool", "tools"),
        *("_option_checks", "_options", "_keywords", "_unknown", "_operation", "_call"),
        *("_operations", "_usual", "_casts"),
        *("_events", "_flows", "_lists"),
        *("_drive", "_progress", "_transcript", "_transport"),
        *("_local_file", "_downloads", "binary"),
        *("display", "pages", "_response", "responses"),
        *("streaming", "objects", "resources", "types"),
        *("azure", "custom_requests"),
        *("_attach_methods", "_setting_attributes", "_embedded"),
        *("_base_client", "client"),
        *("_imitation", ""),
    ),
    "assistants_server": (
        *("_api", "_model_api", "extras", "interrupts", "portions", "quiet_log"),
        *("address", "compact_json", "durations", "file_names"),
        *("contract", "store", "keys", "contents", "settings"),
        *("engines", "telemetry", "upstream"),
        *("http", "faults", "search", "library", "execution", "operations"),
        *("configuration", "archive", "copying"),
        *("page", "app", "layers", "uvicorn_server", "server", "commands"),
        *("", "fixtures", "__main__"),
    ),
}
TYPED_BELOW = {
    "assistants_client": {
        ("_operations", "objects"): "an operation names the classes of its results",
        ("streaming", "objects"): "callbacks take live objects",
        ("objects", "client"): "a live object knows its client",
        ("objects", "resources"): "methods of live objects take what resources take",
        ("resources", "client"): "a resource knows its client",
    },
    "assistants_server": {
        ("engines", "upstream"): "has names of engines that are imported when used",
    },
}
"""What only type checkers import from a room below, and why it can't be otherwise."""
