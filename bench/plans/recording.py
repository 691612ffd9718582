"""The statements that a store sends, each with the values of one time."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from bench.plans.plan import Plan

_T = TypeVar("_T")
# Lists of values differ in their lengths.
_LIST = re.compile(r"(\(?\?(, \?)+\)?,? ?)+")


class Recording:
    """Statements with their times.

    Attributes:
        plans: what is known of each.
        values: the values that each had once.
    """

    def __init__(self) -> None:
        self.plans: dict[str, Plan] = {}
        self.values: dict[str, tuple[str, Sequence[Any]]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def noted(self, sql: str, values: Sequence[Any]) -> Iterator[None]:
        """Note a statement that is carried out within the block."""
        began = time.perf_counter()
        yield
        took = time.perf_counter() - began
        with self._lock:
            plan = self.plans.setdefault(_LIST.sub("(?...)", sql), Plan(sql))
            plan.seconds = (plan.seconds * plan.count + took) / (plan.count + 1)
            plan.count += 1
            self.values[_LIST.sub("(?...)", sql)] = sql, values

    def explain(
        self, explain: Callable[[str, Sequence[Any], Plan], None]
    ) -> list[Plan]:
        """Explain all statements, and return what came of it."""
        for key, plan in self.plans.items():
            sql, values = self.values[key]
            if re.match(r"\s*(select|update|delete|insert)\b", sql):
                explain(sql, values, plan)
        return [*self.plans.values()]
