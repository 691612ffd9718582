"""Texts that ask for faults: what they mean, what is refused, how they are counted."""

from __future__ import annotations

import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants_server.contract.operations import operations
from assistants_server.faults import HELP, Fault, FaultError, Faults, parse
from assistants_server.faults.fault import LONGEST, REMEMBERED
from assistants_server.faults.grammar import EVERY_OPTION, FAULTS, METHODS, SOME_OPTIONS
from tests.cases import each_case

pytestmark = pytest.mark.storeless

READ = {
    "400": Fault("status", 400),
    "599": Fault("status", 599),
    "429 retry-after=2": Fault("status", 429, {"retry-after": ("seconds", 2)}),
    "503 retry-after=0.5": Fault("status", 503, {"retry-after": ("seconds", 0.5)}),
    "503 retry-after=date:60": Fault("status", 503, {"retry-after": ("date", 60)}),
    "503 retry-after=date:-1.5": Fault("status", 503, {"retry-after": ("date", -1.5)}),
    "429 retry-after=none": Fault("status", 429, {"retry-after": ("none", 0)}),
    "500 should-retry=false": Fault("status", 500, {"should-retry": False}),
    "html": Fault("html", 502),
    "html=200": Fault("html", 200),
    "text": Fault("text", 500),
    "empty": Fault("empty", 404),
    "empty=204": Fault("empty", 204),
    "delay=2": Fault("delay", 2.0),
    "slow=0.25": Fault("slow", 0.25),
    "close=in-headers how=reset": Fault("close", "in-headers", {"how": "reset"}),
    "cut-body": Fault("cut-body", None),
    "cut-body=0": Fault("cut-body", 0),
    "cut-stream=3": Fault("cut-stream", 3),
    "end-stream=0": Fault("end-stream", 0),
    "error-event=1 shape=wrapped": Fault("error-event", 1, {"shape": "wrapped"}),
    "malformed event=2": Fault("malformed", None, {"event": 2}),
    "drop=id": Fault("drop", (("id",),)),
    "null=a.b,c": Fault("null", (("a", "b"), ("c",))),
    "omit-nulls": Fault("omit-nulls"),
    "extra": Fault("extra"),
    "pages=ignore-cursor": Fault("pages", "ignore-cursor"),
    "frames=no-done": Fault("frames", "no-done"),
    "extra times=2 skip=1": Fault("extra", times=2, skip=1),
    "extra on=GET,createRun": Fault("extra", on=frozenset({"GET", "createRun"})),
    "404 handled=yes": Fault("status", 404, handled=True),
    "close=after-headers handled=no": Fault("close", "after-headers", handled=False),
    "extra key=a=b": Fault("extra"),
    "  extra \t times=1 ": Fault("extra", times=1),
}
# A text, the word that its refusal quotes, and something of what it says is allowed.
REFUSED = [
    ("", "found nothing", "cut-stream"),
    ("429;", "found nothing", "html"),
    (";;", "found nothing", "html"),
    ("slwo=2", "'slwo=2' is no fault", "slow"),
    ("DELAY=2", "'DELAY=2' is no fault", "delay"),
    ("200", "'200' is no fault", "a status from 400 to 599"),
    ("600", "'600' is no fault", "400 to 599"),
    ("\uff14\uff12\uff19", "is no fault", "400 to 599"),
    ("503=1", "'503=1'", "takes no value"),
    ("extra=1", "'extra=1'", "takes no value"),
    ("malformed=", "'malformed='", "takes no value"),
    ("delay", "'delay'", "expected delay=SECONDS: seconds, such as 2 or 0.5"),
    ("delay=", "'delay='", "SECONDS"),
    ("delay=-1", "'delay=-1'", "SECONDS"),
    ("delay=nan", "'delay=nan'", "SECONDS"),
    ("delay=1e9", "'delay=1e9'", "SECONDS"),
    ("delay=1234567890", "'delay=1234567890'", "SECONDS"),
    ("delay=²", "'delay=²'", "SECONDS"),
    ("cut-stream=1.5", "'cut-stream=1.5'", "a whole number"),
    ("cut-body=half", "'cut-body=half'", "BYTES"),
    ("close=sometimes", "'close=sometimes'", "before-headers, in-headers or after-"),
    ("frames=lf", "'frames=lf'", "crlf, unnamed, no-done, misnamed or unescaped"),
    ("pages=", "'pages='", "duplicate"),
    ("html=204", "'html=204'", "but not 204, 205 or 304"),
    ("text=99", "'text=99'", "200 to 599"),
    ("empty=600", "'empty=600'", "200 to 599"),
    ("drop", "'drop'", "usage.total_tokens"),
    ("drop=a..b", "'drop=a..b'", "FIELDS"),
    ("null=a,", "'null=a,'", "FIELDS"),
    ("503 retry-after=-1", "'retry-after=-1'", "date:-SECONDS"),
    ("503 retry-after=date:", "'retry-after=date:'", "WHEN"),
    ("503 should-retry=yes", "'should-retry=yes'", "true or false"),
    ("503 times", "'times'", "a whole number from 1"),
    ("503 times=0", "'times=0'", "a whole number from 1"),
    ("503 skip=-1", "'skip=-1'", "a whole number"),
    ("503 on=createrun", "'on=createrun'", "createRun, getRun"),
    ("503 on=GET,", "'on=GET,'", "DELETE, GET"),
    ("503 handled=maybe", "'handled=maybe'", "yes or no"),
    ("503 key=", "'key='", "anything"),
    ("503 how=reset", "'how=reset' is no option of '503'", "retry-after, should-retry"),
    ("delay=1 now", "'now' is no option of 'delay=1'", "times, skip, on, handled, key"),
    ("503 times=1 times=2", "'times=2'", "already given"),
    ("cut-body handled=no", "'handled=no' can't go with cut-body", "handled=yes"),
    ("close-after-5xx handled=no", "'handled=no' can't go with", "handled=yes"),
    ("404; delay=x", "'delay=x'", "SECONDS"),
    ("x" * 100, "'" + "x" * 60 + "...'", "known are"),
    ("x" * (LONGEST + 1), str(LONGEST + 1), str(LONGEST)),
]

pieces = st.one_of(
    st.sampled_from([word.name for word in (*FAULTS, *SOME_OPTIONS, *EVERY_OPTION)]),
    st.sampled_from(["429", "503", "=", "=", ";", " ", " ", ",", ".", "date:", "-"]),
    st.sampled_from(["0", "1", "2.5", "reset", "crlf", "createRun", "GET", "yes"]),
    st.text(max_size=3),
)
nearly = st.lists(pieces, max_size=20).map("".join)


@each_case("text", READ)
def test_text_is_read(text: str) -> None:
    assert parse(text) == [READ[text]]


@given(st.lists(st.sampled_from([*READ]), min_size=1, max_size=5))
def test_text_may_hold_several(texts: list[str]) -> None:
    assert parse(";".join(texts)) == [READ[text] for text in texts]


@each_case(("text", "quoted", "allowed"), REFUSED)
def test_text_is_refused(text: str, quoted: str, allowed: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse(text)
    message = str(caught.value)
    assert quoted in message
    assert allowed in message
    with pytest.raises(ValueError, match=re.escape(message)):
        Faults([text])


@given(st.one_of(st.text(), nearly))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except FaultError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert len(found) == text.count(";") + 1
        assert all(isinstance(hash(fault), int) for fault in found)
    assert len(refusal) < 1000
    assert refusal.isprintable()


def test_every_operation_may_be_named() -> None:
    ids = [operation.id for operation in operations()]
    (fault,) = parse(f"429 on={','.join([*ids, *METHODS])}")
    # The document's, and the list of threads.
    assert len(fault.on) == 47 + 1 + len(METHODS)


def test_help_has_every_word_and_fits_a_terminal() -> None:
    assert max(map(len, HELP.splitlines())) <= 80
    heads = set(re.findall(r"^  ([a-z0-9-]+|STATUS)(?:\[?=|  |$)", HELP, re.MULTILINE))
    words = {word.name for word in (*FAULTS, *SOME_OPTIONS, *EVERY_OPTION)}
    assert heads == words | {"STATUS"}
    choices = re.findall(r"expected \S+=[A-Z]+: (\S+)", _refusal("close=x"))
    assert choices == ["before-headers,"]
    text = " ".join(HELP.split())
    for fault in ("close", "pages", "frames"):
        assert _refusal(f"{fault}=x").rpartition(": ")[2] in text
    for word in FAULTS:
        for option in word.options:  # vacuous: some have none
            head = rf"{word.label or word.name}(?![\w-])"
            (there,) = [part for part in _entries() if re.match(head, part)]
            assert option in there.partition("Options: ")[2]


def test_examples_of_the_help_are_right() -> None:
    examples = re.findall(r"^  ([0-9a-z-].*)$", HELP.partition("Faults:")[0], re.M)
    assert len(examples) == 2
    assert len(parse(";".join(examples))) == 3


def _entries() -> list[str]:
    """Return what the help says on each fault, in one line each."""
    table = HELP.partition("Faults:\n")[2].partition("\n\n")[0]
    return [" ".join(each.split()) for each in re.split(r"\n(?=  \S)", table)]


def _refusal(text: str) -> str:
    with pytest.raises(FaultError) as caught:
        parse(text)
    return str(caught.value)


@given(
    skip=st.integers(0, 5),
    times=st.none() | st.integers(1, 5),
    asked=st.lists(st.sampled_from(["createRun", "getRun", None]), max_size=15),
    by_header=st.booleans(),
)
def test_counting(
    skip: int, times: int | None, asked: list[str | None], *, by_header: bool
) -> None:
    text = f"503 on=createRun skip={skip}" + (f" times={times}" if times else "")
    faults = Faults([] if by_header else [text])
    struck = []
    for operation in asked:
        found = faults.matching(operation, "POST", [text] if by_header else [])
        if operation == "createRun":
            struck.append(bool(found))
        else:
            assert found == []
    last = len(struck) if times is None else skip + times
    assert struck == [skip <= index < last for index in range(len(struck))]


def test_texts_of_headers_are_counted_apart() -> None:
    faults = Faults(["500 times=1"])
    one, other = "503 times=1", "503 times=1 key=other"
    names = [
        [str(fault.value) for fault in faults.matching(None, "GET", headers)]
        for headers in ([one], [one, other], [one], [other], [])
    ]
    assert names == [["503", "500"], ["503"], [], [], []]


def test_unreadable_header_counts_nothing() -> None:
    faults = Faults(["500 times=1"])
    with pytest.raises(FaultError, match="'nonsense'"):
        faults.matching(None, "GET", ["503 times=1", "nonsense"])
    assert len(faults.matching(None, "GET", ["503 times=1"])) == 2


def test_unreadable_setting_sets_nothing() -> None:
    faults = Faults()
    with pytest.raises(FaultError):
        faults.add("503; nonsense")
    assert faults.matching(None, "GET") == []


def test_clearing_begins_anew() -> None:
    faults = Faults(["500"])
    assert len(faults.matching(None, "GET", ["503 times=1"])) == 2
    faults.clear()
    assert len(faults.matching(None, "GET", ["503 times=1"])) == 1
    assert faults.matching(None, "GET", ["503 times=1"]) == []


def test_texts_that_were_long_unused_are_forgotten() -> None:
    faults = Faults()
    old, used = "503 times=1", "500 times=1"
    assert len(faults.matching(None, "GET", [old, used])) == 2
    for number in range(REMEMBERED):
        assert len(faults.matching(None, "GET", [f"404 times=1 key={number}"])) == 1
        assert faults.matching(None, "GET", [used]) == []
    assert [f.value for f in faults.matching(None, "GET", [old, used])] == [503]


def test_threads_lose_and_repeat_no_count() -> None:
    faults = Faults(["503 times=100"])
    start = threading.Barrier(8)
    struck: list[int] = []

    def ask() -> None:
        start.wait()
        for number in range(100):
            if number % 10 == 0:
                faults.add("500 times=1 skip=1")
            found = faults.matching(None, "GET", ["404 times=50"])
            struck.extend(fault.value for fault in found)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    struck.extend(f.value for _ in range(2) for f in faults.matching(None, "GET"))
    counts = {status: struck.count(status) for status in (503, 404, 500)}
    assert counts == {503: 100, 404: 50, 500: 80}
