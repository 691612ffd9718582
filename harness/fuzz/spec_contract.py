"""Put packages to the contract tests, each beside the document that it was made of.

As a program it reads a list of documents (in normal form) and folders with their
`assistants_api` from its input, and writes what failed. The libraries are loaded once;
each package has a process of its own, since there is one `assistants_api` in each.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
import subprocess
import sys
import traceback
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.codegen.specs import ROOT, Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Tests that hold for any document, not only for the facts of the pinned one.
CHECKS: dict[str, tuple[str, ...]] = {
    "test_models": (
        "test_every_schema_has_its_module_and_nothing_else_has",
        "test_object_becomes_a_class",
        "test_properties_are_those_of_the_schema",
        "test_types_and_defaults_are_those_of_the_schema",
        "test_arguments_are_keywords",
        "test_instances_have_slots_and_nothing_besides",
        "test_constants_need_no_argument",
        "test_required_arguments_are_required",
        "test_datetimes_are_derived_for_each_time_and_nothing_else",
        "test_typed_dict_has_the_same_keys",
        "test_typed_dict_takes_models_and_dicts_alike",
        "test_other_schema_becomes_an_alias",
        "test_dict_of_a_union_lists_its_variants",
        "test_model_says_what_it_holds",
        "test_class_survives_pickling",
        "test_every_module_of_the_package_says_that_it_is_generated",
    ),
    "test_reading": (
        "test_our_own_instances_are_valid",
        "test_values_are_read_as_documented_and_come_back",
        "test_written_data_is_all_new",
        "test_models_made_by_keyword_equal_those_read",
        "test_copies_are_equal",
    ),
    "test_checking": (
        "test_valid_values_have_no_deviations",
        "test_models_are_checked_like_their_data",
        "test_each_broken_rule_is_named_with_its_place",
        "test_it_agrees_with_a_validator_that_is_not_ours",
    ),
    "test_operations": (
        "test_modules_are_those_of_the_document",
        "test_functions_are_those_promised",
        "test_arguments_are_those_of_the_document",
        "test_path_arguments_come_in_the_order_of_the_path",
        "test_all_calls_take_the_same_arguments",
        "test_results_are_the_documented_models",
        "test_method_and_path",
        "test_module_says_which_operation_it_is",
    ),
    "test_requests": (
        "test_requests_are_valid",
        "test_models_and_dicts_send_the_same",
        "test_ids_survive_the_path",
        "test_empty_ids_are_refused",
    ),
    "test_responses": (
        "test_documented_answers_are_read",
        "test_any_success_is_the_documented_one",
        "test_generated_answers_come_back",
        "test_undocumented_status_is_an_error",
        "test_what_is_not_json_is_an_error",
    ),
}
# What these tests understand: names that Python keeps as they are, and these keywords.
_CLASS = re.compile(r"(?:[A-Z][a-z0-9]+)+\Z")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?:\[\])?\Z")
_WORDS = {
    *("$ref", "type", "properties", "required", "items", "anyOf", "oneOf", "enum"),
    *("const", "format", "additionalProperties", "minimum", "maximum", "minItems"),
    *("maxItems", "maxLength", "minLength", "description", "title", "default"),
    *("discriminator", "deprecated", "example", "examples"),
}
_RESERVED = {"self", "cls", "models", "types", "errors", "client", "body"}


@dataclass(frozen=True)
class Subject:
    """A document in normal form, and the folder with its `assistants_api`."""

    document: Path
    generated: Path


def judge(subjects: list[Subject]) -> list[list[str]]:
    """Run the checks on packages; return what failed of each."""
    if not subjects:
        return []
    done = subprocess.run(
        [sys.executable, "-B", "-m", "harness.fuzz.spec_contract"],
        cwd=ROOT,
        input=json.dumps([[str(s.document), str(s.generated)] for s in subjects]),
        capture_output=True,
        text=True,
        timeout=60 + 60 * len(subjects),
        check=False,
    )
    if done.returncode:
        raise AssertionError(done.stderr[-2000:])
    found: list[list[str]] = json.loads(done.stdout)
    return found


def understood(document: Document) -> bool:
    """Return whether the contract tests understand all of a normal document."""
    schemas = document.get("components", {}).get("schemas", {})
    if not all(map(_CLASS.match, schemas)):
        return False
    return all(_plain(schema, top=True) for schema in schemas.values())


def _plain(schema: Any, *, top: bool = False) -> bool:
    if not isinstance(schema, dict) or not schema.keys() <= _WORDS:
        return False
    if "$ref" in schema:
        return not top
    properties = schema.get("properties", {})
    names = [name for name in properties if not _NAME.match(name) or name in _RESERVED]
    inner = [*properties.values(), *schema.get("anyOf", []), *schema.get("oneOf", [])]
    inner += [schema[key] for key in ("items",) if key in schema]
    extra = schema.get("additionalProperties", True)
    inner += [extra] if isinstance(extra, dict) else []
    return not names and all(map(_plain, inner))


def _main() -> None:
    for name in (
        "hypothesis",
        "jsonschema",
        "openapi_core",
        "attrs",
        "httpx",
        "pytest",
    ):
        importlib.import_module(name)
    found = [_apart(*each) for each in json.load(sys.stdin)]
    json.dump(found, sys.stdout)


def _apart(document: str, generated: str) -> list[str]:
    """Run the checks in a process of their own; return what they said."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.environ["ASSISTANTS_DOCUMENT"] = document
        sys.path.insert(0, generated)
        with os.fdopen(into, "w") as pipe:
            json.dump(_failed(), pipe)
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    result: list[str] = json.loads(said) if said else ["the process died"]
    return result


def _failed() -> list[str]:
    found = []
    try:
        _adapt()
        for module, names in CHECKS.items():
            tests = importlib.import_module(f"tests.contract.{module}")
            for name in names:
                for run in _runs(getattr(tests, name)):
                    try:
                        run()
                    except Exception:  # noqa: BLE001 - told
                        found.append(f"{name}: {traceback.format_exc()[-1500:]}")
    except Exception:  # noqa: BLE001 - told
        found.append(traceback.format_exc())
    return found


def _adapt() -> None:
    """Try fewer examples of each, and let there be nothing of what the whole has."""
    drawn: Any = importlib.import_module("harness.contract.drawn")
    whole = drawn.examples
    drawn.examples = lambda number: whole(max(2, number // 4))
    each: Any = importlib.import_module("harness.contract.each")
    over = each.for_each
    each.for_each = lambda names: over(names) if names else _nothing


def _nothing(_: Callable[..., None]) -> Callable[[], None]:
    return lambda: None


def _runs(test: Any) -> Iterator[Callable[[], None]]:
    """Call a test as pytest would, with each operation where it wants one."""
    if not inspect.signature(test).parameters:
        yield test
        return
    (mark,) = test.pytestmark
    for value in mark.args[1]:
        yield partial(test, value)


if __name__ == "__main__":
    _main()
