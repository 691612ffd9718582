"""Models are named with the day on which they are retired."""

from __future__ import annotations

import re
from datetime import date

from assistants_cli.scan.scanner import findings_in
from tests.cases import each_case

TODAY = date(2026, 11, 29)


def test_a_model_says_when_it_goes() -> None:
    (gone,) = findings_in("m = 'gpt-4-turbo'", ".py", TODAY)
    assert gone.change.startswith(
        "was retired on 2026-10-23; --model 'gpt-4-turbo=NEW'"
    )
    (going,) = findings_in("m = 'gpt-4.1-mini'", ".py", TODAY)
    assert going.change.startswith("will be retired on 2027-01-14")
    (later,) = findings_in("m = 'gpt-4.1-mini'", ".py", date(2027, 1, 14))
    assert later.change.startswith("was retired on 2027-01-14")


@each_case(
    ("name", "day"),
    [
        ("gpt-3.5-turbo-16k", "2026-10-23"),
        ("gpt-4-32k-0613", "2026-10-23"),
        ("gpt-4o-mini-2024-07-18", "2027-01-14"),
        ("gpt-4.1", "2027-01-14"),
    ],
)
def test_every_family_of_models_has_its_day(name: str, day: str) -> None:
    (found,) = findings_in(f"m = {name!r}", ".py", TODAY)
    assert re.findall("retired on ([0-9-]+);", found.change) == [day]
