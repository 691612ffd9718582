"""Texts that try to leave their string, comment, file or template."""

from __future__ import annotations

from tests.codegen.audit import PAYLOAD

# Each may stand wherever a document has text of its own.
TEXTS = [
    *("'", '"', "\\", '\\"', "\\'", '"""', "'''", '\\"""', '""""', "\\\\\\", '"\\'),
    *("\n", "\r", "\r\n", "\t", "\f", "\v", "\0", "\x1b[31m", "\x7f", "\x85"),
    *("\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud7ff", "\x1c"),
    *("{", "}", "{{ 7*7 }}", "{% raw %}", "{% endraw %}", "{#", "#}", "{% if %}"),
    *("\\N{BULLET}", "\\x41", "\\u0041", "%s", "{0}", "{PAYLOAD}", "${x}", "`x`"),
    *('x" "y', 'ends with "', "ends with \\", " # noqa", "# fmt: off", "#!/bin/sh"),
    *("a" * 70 + '"', "a" * 70 + "\\", "word " * 400, "x" * 5000, "日本語", "😀"),
    f'"""\n{PAYLOAD}\n"""',
    f'"; {PAYLOAD}; "',
    f"'; {PAYLOAD}; '",
    f'"); {PAYLOAD} #',
    f'\\"); {PAYLOAD} #',
    f"\\'); {PAYLOAD} #",
    f"]; {PAYLOAD} #",
    f"\n{PAYLOAD}\n",
    f"\r{PAYLOAD}\r",
    f"\u2028{PAYLOAD}\u2028",
    f"x\n\n\n{PAYLOAD}",
    f"{{{{ {PAYLOAD} }}}}",
    f"{{% set x = {PAYLOAD} %}}",
    f'" + str({PAYLOAD}) + "',
    f"{{{PAYLOAD}}}",
    f"Literal[{PAYLOAD}]",
]

# Each is a name of which Python gets something, no two of them the same.
NAMES = [
    *("class", "def", "None", "True", "import", "async", "lambda", "match", "type"),
    *("__init__", "__mro__", "__slots__", "__call__", "__doc__", "__getattr__"),
    *("self", "cls", "list", "dict", "str", "int", "property", "object", "print"),
    *("from_dict", "to_dict", "from_json", "additional_properties", "_property_names"),
    *("body", "client", "data", "event", "request", "response", "media_type", "stream"),
    *("value", "rest", "take", "status", "result", "name", "other", "key", "url"),
    *("models", "types", "errors", "UNSET", "Any", "Model", "Literal", "TypedDict"),
    *(
        "form",
        "joined",
        "deep",
        "as_json",
        "texts",
        "fill_path",
        "to_json",
        "multipart",
    ),
    *("urlencoded", "success", "detailed", "unexpected", "events", "with_stream"),
    *("$ref", "$schema", "x-vendor", "1st", "a-b", "c.d", "e f", "g[]", "h/i", "~j"),
    *("../up", "/etc/passwd", "C:\\nul", "..\\k", "%2e%2e", "l\0m", "n\no", "p\tq"),
    *(
        "ünïcode",
        "\uff41\uff42",
        "I\u0307stanbul",
        "\u202eright",
        "x\u200by",
        "\x1b[31mred",
    ),
    f'r"""\n{PAYLOAD}\n"""',
    f's"; {PAYLOAD}; "',
    f"t'); {PAYLOAD} #",
    f'u\\"); {PAYLOAD} #',
    "v{{ 7*7 }}",
    "w{% raw %}",
    "y{# z",
    "z" * 110,
]

# Of these nothing is left that Python could use.
NO_NAMES = [
    "",
    " ",
    "_",
    "__",
    "-",
    "'",
    '"',
    "\\",
    "\n",
    "\0",
    "{",
    "#}",
    "日本",
    "😀",
]
