"""The rules: what is said of each kind of change, and whom it breaks.

The two letters of a rule are its verdicts for callers, who send a value, and for
readers, who receive it: B breaking, M mind, C compatible, - of no concern. They follow
from what code that was right with the old package may meet:

- `BC` where fewer values are allowed: what was sent may be refused, what is read is
  known.
- `CB` where there are more values, and of a kind that the old types exclude.
- `CM` where there are more values of a kind that the old types include: an open enum,
  an open union, a wider limit.
- `BB` where a name is gone, or the values are others.
- `MM` where nothing is wrong, but worth knowing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from codegen.diff.report import Change, Kind, Prose, Verdict, code
from codegen.errors import Path, json_path
from codegen.plan.literal import plain_text

_LETTERS = {verdict.name[0]: verdict for verdict in Verdict if verdict}
_LETTERS["-"] = Verdict.NONE


class Rule(NamedTuple):
    """What is said of a kind of change.

    Attributes:
        letters: its verdicts for callers and readers.
        text: the sentence; `{it}` is the place, what else stands in braces is code.
        gone: whether the new document no longer has the place.
        retypes: whether a list or map of such values has another type then. Its values
            still fit, but a variable annotated with the former list type doesn't.
    """

    letters: str
    text: str
    gone: bool = False
    retypes: bool = False


# --- Anything -------------------------------------------------------------------------
NEW = Rule("CC", "{it} is new")
NEW_REQUIRED = Rule("BC", "{it} is new and required")
GONE = Rule("BB", "{it} is gone", gone=True)
REQUIRED = Rule("BC", "{it} became required")
OPTIONAL = Rule("CC", "{it} became optional")
FLAGGED = Rule("MM", "{it} is {flag} now")
UNFLAGGED = Rule("CC", "{it} is no longer {flag}")
DEFAULT_NEW = Rule("MM", "{it} has the default {now} now")
DEFAULT_GONE = Rule("MM", "{it} has no default any more, was {was}")
DEFAULT = Rule("MM", "the default of {it} is {now} now, was {was}")
SAME_CODE = Rule("CC", "{it} is described differently, but the code for it is the same")

# --- Values ---------------------------------------------------------------------------
_TYPE = "{it} is {now} now, was {was}"
TYPE = Rule("BB", _TYPE, retypes=True)
TYPE_NARROWER = Rule("BC", _TYPE, retypes=True)
TYPE_WIDER = Rule("CB", _TYPE, retypes=True)
TYPE_SPELT = Rule("CC", "{it} is written {now}, was {was}, which means the same")
NULL = Rule("CB", "{it} may now be {null}", retypes=True)
NO_NULL = Rule("BC", "{it} is never {null} any more", retypes=True)
ALLOWED = Rule("CM", "{it} may be there at all")
FORBIDDEN = Rule("BC", "{it} can't be there at all")
# Single values beside any other value are hints.
HINT_NEW = Rule("CM", "{it} has {values} among its values now")
HINT_GONE = Rule("MC", "{it} has {values} no longer among its values")
ONLY_CONSTANTS = Rule("BC", "{it} is now only {values}", retypes=True)
ONLY_KNOWN = ONLY_CONSTANTS._replace(retypes=False)
FREED_CONSTANTS = Rule("CB", "{it} may now be anything, was {values}", retypes=True)
FREED_KNOWN = Rule("CM", FREED_CONSTANTS.text)
CONSTANTS = Rule("BB", "{it} is now {now}, was {was}")
CONSTANT_GONE = Rule("BC", "{it} can no longer be {values}", retypes=True)
KNOWN_GONE = CONSTANT_GONE._replace(retypes=False)
KNOWN_HINT_GONE = KNOWN_GONE._replace(letters="MC")
CONSTANT_NEW = Rule("CB", "{it} may now also be {values}", retypes=True)
KNOWN_NEW = Rule("CM", CONSTANT_NEW.text)
OPENED = Rule("CB", "{it} is now open: {values} or something else", retypes=True)
CLOSED = Rule("CC", "{it} is now always {values}", retypes=True)

# --- Limits ---------------------------------------------------------------------------
BOUND_NARROWER = Rule("BC", "{it} {bound}")
BOUND_WIDER = Rule("CM", "{it} {bound}")
# Few servers check a format, but some do.
FORMAT_NEW = Rule("MC", "{it} has the format {now} now")
FORMAT_GONE = Rule("CM", "{it} has no format any more, was {was}")
FORMAT = Rule("MM", "{it} has the format {now} now, was {was}")
LIMIT_NEW = Rule("BC", "{it} has the limit {limit} {now} now")
LIMIT_GONE = Rule("CM", "{it} has no limit {limit} any more")
LIMIT = Rule("BM", "the limit {limit} of {it} is {now}, was {was}")

# --- Models ---------------------------------------------------------------------------
MODEL_NEW = Rule("CC", "{it} is new, {kind}")
MODEL_GONE = Rule("BB", "{it} is gone, {kind}", gone=True)
MODEL_RENAMED = Rule("BB", "{was} is called {it} now")
SCHEMA_RENAMED = Rule("MM", "the schema of {it} is called {now} now, was {was}")
MODEL_KIND = Rule("BB", "{it} is {now} now, was {was}")
EXPORT_NEW = Rule("CC", "{name} is new")
WRITTEN_EXPORT_GONE = Rule("BC", "{name} is gone")
READ_EXPORT_GONE = Rule("CB", "{name} is gone")
PROPERTY_OPTIONAL = Rule("CB", "{it} became optional, and may be {unset}")
CONSTANT_REQUIRED = Rule("BC", "{it} must be given, since it is constant no longer")
PROPERTY_RENAMED = Rule("BB", "{was} is called {it} now")
KEY_RENAMED = Rule("BB", "{it} is {now} in the data now, was {was}")
# Those who send it have a format to keep to now.
TIME_NEW = Rule("MC", "{time} is new: a time")
TIME_GONE = Rule("CB", "{time} is gone, as the format is")
TIME_FORMAT = Rule("BB", "{time} is read by another format")
UNNAMED_FORBIDDEN = Rule("BC", "{it} no longer allows properties that it doesn't name")
UNNAMED_ALLOWED = Rule("CM", "{it} may have properties now that it doesn't name")

# --- Unions ---------------------------------------------------------------------------
VARIANTS_NEW = Rule("CM", "{it} may now also be {variants}")
VARIANTS_GONE = Rule("BC", "{it} can no longer be {variants}")
VARIANTS_CHANGED = Rule("CC", "{it} may be {variants}, which changed")
OTHERS_NEW = VARIANTS_NEW._replace(letters="CB")
DISCRIMINATOR_NEW = Rule("CC", "the variants of {it} are distinguished by {now} now")
DISCRIMINATOR_GONE = Rule("MM", "nothing distinguishes the variants of {it} any more")
DISCRIMINATOR = Rule("MM", DISCRIMINATOR_NEW.text + ", was {was}")
MEANING = Rule("BB", "in {it} {value} stands for {now} now, was {was}")
MEANINGS_NEW = Rule("CM", "{values} may now identify a variant of {it}")
MEANINGS_GONE = Rule("BC", "{values} no longer identifies a variant of {it}")

# --- Operations -----------------------------------------------------------------------
MOVED = Rule("BB", "the module {now} has moved from {was}")
RENAMED = Rule("BB", "the module {now} was called {was}")
OPERATION_ID = Rule("CC", "the operationId is {now} now, was {was}")
METHOD = Rule("BB", "the request is a {now} now, was a {was}")
ROUTE = Rule("BB", "the request goes to {now} now, went to {was}")
ARGUMENT_RENAMED = Rule("BB", "{it} was called {was}")
PARAMETER_RENAMED = Rule("BB", "{it} is sent as {now} now, was {was}")
LOCATION = Rule("BB", "{it} is in the {now} now, was in the {was}")
STYLE = Rule("BB", "{it} is written in the style {now} now, was {was}")
POSITIONS = Rule("BB", "the arguments by position are {now} now, were {was}")
MEDIA_TYPE_NEW = Rule("CC", "{it} may now also be sent as {now}")
MEDIA_TYPE_GONE = Rule("BB", "{it} can no longer be sent as {was}")
MEDIA_TYPE = PARAMETER_RENAMED
MEDIA_TYPE_DEFAULT = Rule("MM", "{it} is sent as {now} by default, was {was}")
MEDIA_TYPE_FORM = Rule("MM", "{it} is encoded differently as {now}")
ARGUMENT_NEW = Rule("CC", "argument {name} is new")
ARGUMENT_GONE = Rule("BB", "argument {name} is gone")

# --- Security -------------------------------------------------------------------------
_PROOF = "{it} is authenticated by {now} now, was by {was}"
PROOF = Rule("BB", _PROOF)
PROOF_WIDER = Rule("CC", _PROOF)
PROOF_SCOPES = Rule("MM", _PROOF)
SCOPES = Rule("MM", "{it} needs other scopes now")
SCHEME = Rule("BB", "the security scheme {it} is another one now")
SCHEME_DESCRIBED = Rule("MM", "the security scheme {it} is described differently")

# --- Responses ------------------------------------------------------------------------
STATUS = Rule("CC", "the response has status {now}, was {was}")
RESPONSE_WIDER = Rule("CB", _TYPE)
RESPONSE_NARROWER = Rule("CC", _TYPE)
RESPONSE_KNOWN = Rule("MM", _TYPE)
RESPONSE_DESCRIBED = Rule("CC", "{it} is described differently, but read the same")
RESULT_NEW = Rule("CB", "{it} is new: {now}")
RESULT_NEW_KNOWN = Rule("CC", "{it} is new: {now}")
RESULT_GONE = Rule("CC", "{it} is gone: {was}", gone=True)
LAST_RESULT_GONE = Rule("BB", "{it} is gone: {was}", gone=True)
ERROR_NEW = Rule("CB", "{it} is documented now: {now}")
ERROR_NEW_KNOWN = Rule("MM", "{it} is documented now: {now}")
ERROR_NAMED = Rule("CC", "{it} is named now, and read the same")
ERROR_UNNAMED = Rule("CC", "{it} is no longer named, and read the same", gone=True)
ERROR_GONE = Rule("BB", "{it} is no longer documented, and raises {raised}", gone=True)
ERROR_MERGED = RESPONSE_WIDER._replace(gone=True)
HEADER_NEW = Rule("CC", "{it} has the header {name} now")
HEADER_GONE = Rule("-M", "{it} has no header {name} any more")
HEADER = Rule("MM", "the header {name} of {it} is described differently")
STREAM_NEW = Rule("CC", "{it} are new: the response may be a stream of events")
STREAM_GONE = Rule(
    "BB", "{it} are gone: the response is never a stream of events", True
)
ENVELOPED = Rule("BB", "an event is now read as an object with {event} and {data}")
BARE = Rule("BB", "an event is now no longer read as an object with {event} and {data}")
SWITCH = Rule("MM", "a stream is requested by {now} in the body now, was by {was}")

# --- Sites ----------------------------------------------------------------------------


class Use(NamedTuple):
    """Whether something is sent, and whether it is read: before and now."""

    sent: tuple[bool, bool]
    read: tuple[bool, bool]


_ALWAYS, _NEVER = (True, True), (False, False)
SENT, READ, BOTH = Use(_ALWAYS, _NEVER), Use(_NEVER, _ALWAYS), Use(_ALWAYS, _ALWAYS)


@dataclass(frozen=True)
class Site:
    """A place of one or both documents, with all that a change says besides its text.

    Attributes:
        kind, name, where, element: as `Change` has them.
        subject: how a sentence names it.
        old: where it is in the old document.
        new: where it is in the new one.
        use: who meets it.
        is_property: whether it is a property, which may have a derived one.
        is_hint: whether the values of an enum here are only examples.
        is_held: whether it is in a list or a map.
    """

    kind: Kind
    name: str
    where: str
    subject: Prose
    old: Path
    new: Path
    use: Use
    element: str = ""
    is_property: bool = False
    is_hint: bool = False
    is_held: bool = False

    def change(self, rule: Rule, **words: Any) -> Change:
        """Return a change of this place."""
        shown = {k: w if isinstance(w, Prose) else code(w) for k, w in words.items()}
        least = Verdict.MIND if self.is_held and rule.retypes else Verdict.NONE
        callers, readers = (max(_LETTERS[letter], least) for letter in rule.letters)
        return Change(
            self.kind,
            self.name,
            self.where,
            self.element,
            plain_text(json_path(self.old if rule.gone else self.new)),
            rule.text.format(it=self.subject, **shown),
            _for_those(callers, self.use.sent),
            _for_those(readers, self.use.read),
        )

    def differing(self, rule: Rule, was: str, now: str) -> list[Change]:
        """Return the change from one name to another, if it is one."""
        return [self.change(rule, was=was, now=now)] if was != now else []

    def inside(self, subject: str, *steps: str | int) -> Site:
        """Return a place within this one that belongs to the same element."""
        return replace(
            self,
            subject=Prose(subject),
            old=(*self.old, *steps),
            new=(*self.new, *steps),
            is_property=False,
        )


def _for_those(verdict: Verdict, met: tuple[bool, bool]) -> Verdict:
    """Return the verdict for people who met the thing before, meet it now, or both."""
    if all(met):
        return verdict
    # Those who didn't meet it before have no code to break. Those who no longer meet it
    # are warned where they met it.
    return min(verdict, Verdict.COMPATIBLE) if any(met) else Verdict.NONE
