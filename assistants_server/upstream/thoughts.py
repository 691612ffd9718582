"""What a model thinks aloud in its text, between tags: it is shown to nobody.

Servers that know a model's tags send its thoughts apart. Without a parser for them
(vLLM, Ollama, llama.cpp, LM Studio) the text begins with them.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Showing: TypeAlias = Literal["hide", "unopened", "show"]
"""What becomes of thoughts: hidden where a tag opens them, hidden without one as well,
or left in the text."""
SHOWINGS: Final[tuple[Showing, ...]] = ("hide", "unopened", "show")

_CLOSING: Final = "</think>"
_FINAL: Final = "<|channel|>final<|message|>"
_COMMENTARY: Final = "<|channel|>commentary"
# How thoughts begin, and how they end. MiniMax M3 has a tag of its own
# (vllm-project/vllm#45687), as have Magistral, Seed, Command and Kimi; gpt-oss names a
# channel for each part of an answer (vllm-project/vllm#32587).
_TAGS: Final = {
    "<think>": (_CLOSING,),
    "<thinking>": ("</thinking>",),
    "<mm:think>": ("</mm:think>",),
    "<seed:think>": ("</seed:think>",),
    "[THINK]": ("[/THINK]",),
    "<|START_THINKING|>": ("<|END_THINKING|>",),
    "\u25c1think\u25b7": ("\u25c1/think\u25b7",),
    "<|channel|>analysis<|message|>": (_FINAL, _COMMENTARY),
    _FINAL: ("",),
}
_OPENING: Final = (*_TAGS,)
_UNOPENED: Final = f"\n{_CLOSING}"
_LONGEST: Final = 10
# Models whose templates are known to write the opening tag themselves, so that it is no
# part of the answer: deepseek-ai/DeepSeek-R1#526, vllm-project/vllm#13125 and #31045.
_KNOWN: Final = re.compile(r"deepseek-?r1|\bqwq\b|\bthinking\b", re.IGNORECASE)
_log = logging.getLogger("assistants_server")


class Thoughts:
    """Which models think aloud, and whether that is to be seen."""

    def __init__(self, showing: Showing = "hide") -> None:
        self._showing = showing
        self._unopened: set[str] = set()

    def of(self, model: str) -> AnswerThoughts:
        """Return what takes the thoughts out of one text of a model."""
        unopened = self._showing == "unopened" or model in self._unopened
        return AnswerThoughts(
            is_shown=self._showing == "show",
            unopened=unopened or _KNOWN.search(model) is not None,
            learn=lambda: self._learn(model),
        )

    def _learn(self, model: str) -> None:
        """Remember that a model's thoughts begin without a tag."""
        self._unopened.add(model)
        _log.warning(
            "%s thinks aloud without <think>: from now on its answers are held back "
            "until %s; --thoughts unopened does so from the beginning",
            model,
            _CLOSING,
        )


class AnswerThoughts:
    """Take the thoughts out of an answer, which comes in pieces of any size."""

    def __init__(
        self,
        *,
        is_shown: bool = False,
        unopened: bool = False,
        learn: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin an answer.

        Args:
            is_shown: whether thoughts stay in the text.
            unopened: whether it may begin with thoughts that no tag opens.
            learn: called where it did, and that was found out too late.
        """
        self._unopened = unopened
        self._learn = learn
        self._held = ""
        # What may be thoughts or an answer, and the end of it.
        self._pieces: list[str] = []
        self._recent = ""
        self._closings: tuple[str, ...] = (_CLOSING,)
        self._take = self._said if is_shown else self._beginning
        # The end of what was said, while it may turn out to be thoughts.
        self._tail: str | None = None if is_shown or unopened else "\n"

    def come_apart(self) -> None:
        """Note that the server sends thoughts apart, and text is text."""
        self._unopened = False
        self._tail = None

    def feed(self, text: str, *, is_whole: bool = False) -> str:
        """Return what is to be shown by now.

        Args:
            text: how the answer goes on.
            is_whole: whether it is the whole answer, so that nothing is shown too soon.
        """
        if is_whole and self._tail:
            before, closed, _ = f"\n{text}".partition(_UNOPENED)
            self._unopened = bool(closed) and not _tells_of_tags(before)
        return self._take(text)

    def end(self, *, is_cut: bool = False) -> str:
        """Return what was held back and is no thought, now that the answer has ended.

        Thoughts that never ended stay hidden where a tag began them. Where none did
        they may be an answer without thoughts, unless it is cut off.
        """
        hidden = is_cut or not self._unopened
        hidden = hidden and self._take == self._thinking
        held = self._held + "".join(self._pieces)
        self._held = ""
        self._pieces.clear()
        self._take = self._said
        return "" if hidden else held

    def _beginning(self, text: str) -> str:
        self._held += text
        begun = self._held.lstrip()
        for opening in _OPENING:
            if begun.startswith(opening):
                self._closings = _TAGS[opening]
                self._unopened = False
                return self._think(begun.removeprefix(opening))
        if any(opening.startswith(begun) for opening in _OPENING):
            return ""
        if self._unopened:
            return self._think(self._held)
        self._take = self._said
        return self._said(self.end())

    def _think(self, text: str) -> str:
        self._held = ""
        self._take = self._thinking
        return self._thinking(text)

    def _thinking(self, text: str) -> str:
        recent = self._recent + text
        places = [(p, c) for c in self._closings if (p := recent.find(c)) >= 0]
        if not places:
            self._recent = recent[-max(map(len, self._closings)) :]
            if self._unopened:
                self._pieces.append(text)
            return ""
        self._pieces.clear()
        self._tail = None
        self._take = self._paused
        end, closing = min(places)
        # A call begins with what ends the thoughts.
        return self._paused(recent[end + (closing != _COMMENTARY) * len(closing) :])

    def _paused(self, text: str) -> str:
        """Leave out the empty lines after the thoughts."""
        said = text.lstrip()
        if said:
            self._take = self._said
        return said

    def _said(self, text: str) -> str:
        """Pass everything on; look for the end of thoughts that had no beginning."""
        if self._tail is not None:
            recent = self._tail + text
            self._tail = recent[-_LONGEST:]
            if _tells_of_tags(recent):
                self._tail = None
            elif _UNOPENED in recent:
                self._tail = None
                self._learn()
        return text


def _tells_of_tags(text: str) -> bool:
    return any(opening in text for opening in _OPENING)
