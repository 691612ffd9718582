"""What a run did when: its steps, their tool calls, and how long it waited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from .html import html_of
from .plain import WIDTH, text_of
from .runs import begin_of, end_of, problems, waits_for
from .shown import Shown
from .steps import entry_of_step, heading_of
from .texts import at, brief, data_of, items, moment, number, seconds, tokens
from .tones import tone_of
from .views import Entry, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .views import Part


@frozen(kw_only=True)
class Span:
    """A part of the time that a run took.

    Attributes:
        what: "queued", "message", the functions that were called, or "between steps".
        begin: seconds since the run was created; None where nobody says.
        end: likewise; None while it goes on.
        step: the step, as JSON data; None where there was none.
    """

    what: str
    begin: float | None
    end: float | None
    step: Mapping[str, Any] | None = None

    @property
    def duration(self) -> float | None:
        """Return how many seconds it took; None where that isn't known."""
        if self.begin is None or self.end is None:
            return None
        return self.end - self.begin


class Timeline(Shown):
    """A run and its steps in time. The server counts whole seconds.

    `print` shows it as text; notebooks and rich show it in their ways.

    Attributes:
        run: the run, as JSON data.
        steps: its steps as JSON data, the first one first.
        spans: how its time went by, in order.
    """

    def __init__(
        self,
        run: Any,
        steps: Iterable[Any],
        *,
        now: float | None = None,
        hide: Callable[[Any], Any] | None = None,
    ) -> None:
        """Make the timeline of a run; nothing is sent.

        Args:
            run: the run, or its JSON data.
            steps: its steps, or their JSON data.
            now: the present time in seconds since 1970, for a run that goes on.
            hide: takes secrets out of JSON data.
        """
        clean: Callable[[Any], Any] = hide or (lambda data: data)
        # What is too deep to be looked through is not shown.
        self.run: Mapping[str, Any] = clean(data_of(run)) or {}
        self.steps: list[Mapping[str, Any]] = [
            clean(data_of(each)) or {} for each in steps
        ]
        self.steps.sort(key=lambda step: begin_of(step) or 0)
        self._begin = begin_of(self.run)
        end = end_of(self.run)
        if end is None and not _has_ended(self.run):
            end = now
        self._end = end
        self.spans = [*_spans(self.run, self.steps, self._since)]

    @property
    def duration(self) -> float | None:
        """Return how many seconds the run took, or has taken so far."""
        return self._since(self._end)

    def __repr__(self) -> str:
        key, status = brief(at(self.run, "id")), brief(at(self.run, "status"))
        return f"<{type(self).__name__} of {key}, {status}, {len(self.steps)} steps>"

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int = WIDTH) -> str:
        """Return the timeline as plain text.

        Args:
            width: how many characters a line has at most.
        """
        return text_of(self._view(), width)

    def to_html(self) -> str:
        """Return the timeline as an element of HTML, without scripts."""
        return html_of(self._view())

    def _since(self, moment: float | None) -> float | None:
        """Return a point in time in seconds since the run was created."""
        if moment is None or self._begin is None:
            return None
        return moment - self._begin

    def _view(self) -> View:
        run = self.run
        status = brief(at(run, "status")).replace("_", " ")
        took = self.duration
        said = f"{status} after {seconds(took)}" if took is not None else status
        facts = (
            ("created", moment(at(run, "created_at"))),
            ("model", brief(at(run, "model"))),
            ("assistant", brief(at(run, "assistant_id"))),
            ("thread", brief(at(run, "thread_id"))),
            ("tokens", _tokens(at(run, "usage"))),
            ("waited", self._waited()),
        )
        parts: list[Part] = [self._entry(span) for span in self.spans]
        return View(
            title=f"Run {brief(at(run, 'id'))}: {said}",
            tone=tone_of(at(run, "status")),
            facts=tuple(fact for fact in facts if fact[1]),
            parts=(*parts, *waits_for(run), *problems(run)),
            note="" if self.steps else "The run has no steps.",
        )

    def _entry(self, span: Span) -> Entry:
        when = "" if span.begin is None else f"at {seconds(span.begin)}"
        took = "goes on" if span.end is None else f"took {seconds(span.duration or 0)}"
        if span.begin is None:
            took = ""
        aside = ", ".join(each for each in (when, took) if each)
        bar = self._bar(span)
        if span.step is None:
            return Entry(span.what, aside, tone="faint", bar=bar)
        return entry_of_step(span.step, aside or "no time", bar)

    def _bar(self, span: Span) -> tuple[float, float] | None:
        whole = max([self.duration or 0, *(s.end or 0 for s in self.spans)])
        if span.begin is None or not whole:
            return None
        begin = min(max(span.begin / whole, 0), 1)
        end = 1 if span.end is None else min(max(span.end / whole, begin), 1)
        return begin, end

    def _waited(self) -> str:
        """Return how long the run waited for the server, and for outputs."""
        queued = sum(s.duration or 0 for s in self.spans if s.what == "queued")
        outputs = sum(s.duration or 0 for s in self.spans if _is_of_functions(s))
        said = (
            f"{seconds(queued)} in the queue" if queued else "",
            f"{seconds(outputs)} for outputs of functions" if outputs else "",
        )
        return ", ".join(each for each in said if each)


_ENDED = frozenset({"completed", "failed", "cancelled", "expired", "incomplete"})


def _has_ended(data: Mapping[str, Any]) -> bool:
    status = at(data, "status")
    return isinstance(status, str) and status in _ENDED


def _spans(
    run: Mapping[str, Any],
    steps: Iterable[Mapping[str, Any]],
    since: Callable[[float | None], float | None],
) -> Iterable[Span]:
    """Return how the time of a run went by, in order."""
    started = since(number(at(run, "started_at")))
    ended = since(end_of(run))
    if started is None and at(run, "status") == "queued":
        yield Span(what="queued", begin=0, end=None)
    elif started:
        yield Span(what="queued", begin=0, end=started)
    last = started
    for step in steps:
        begin, end = since(begin_of(step)), since(end_of(step))
        if begin is not None and last is not None and begin > last:
            yield Span(what="between steps", begin=last, end=begin)
        if end is None and _has_ended(step):
            # Some servers don't say when.
            end = ended if begin is not None else None
        yield Span(what=heading_of(step), begin=begin, end=end, step=step)
        if end is not None:
            last = end if last is None else max(last, end)
    if ended is not None and last is not None and ended > last:
        yield Span(what="after the last step", begin=last, end=ended)


def _is_of_functions(span: Span) -> bool:
    calls = items(span.step, "step_details", "tool_calls")
    return any(at(call, "function") is not None for call in calls)


def _tokens(usage: Any) -> str:
    cached = at(usage, "prompt_token_details", "cached_tokens")
    said = tokens(usage)
    return f"{said}, {brief(cached)} cached" if said and cached else said
