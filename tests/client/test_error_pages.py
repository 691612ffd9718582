"""Pages of errors: their titles, found in a time that grows as the page does."""

from __future__ import annotations

import time

from assistants_client._error_messages import message
from tests.cases import each_case

WITHOUT = "an HTML page without a title"


def said(page: str) -> str:
    return message(page, 502, "Bad Gateway")


@each_case(
    ("page", "title"),
    [
        ("<html><title>Bad</title>", "an HTML page: Bad"),
        ("  <!DOCTYPE html><TITLE lang='a>b'>Bad &amp; <b>worse</b></TITLE>", None),
        ("<html><head></head><h1 class=x>No\n way</h1>", "an HTML page: No way"),
        ("<html><title></title><h1>Here</h1>", "an HTML page: Here"),
        ("<?xml version='1.0'?><title>A &lt; B</title>", "an HTML page: A < B"),
        ("<html>İİİ<title>Bad</title>", "an HTML page: Bad"),
        ("<html><title>open", WITHOUT),
        ("<html><h1>open<title>", WITHOUT),
        ("<html></title><title>", WITHOUT),
        ("<html>" + "x" * 70_000 + "<title>late</title>", WITHOUT),
        (f"<html><title>&#{'1' * 9000};</title>", None),
    ],
)
def test_the_title_is_the_message(page: str, title: str | None) -> None:
    assert said(page).startswith("an HTML page: ") if title is None else True
    assert said(page) == title or title is None


@each_case(
    "page",
    [
        "<html>" + "<title>" * 150_000,
        "<html><title>" + "<" * 1_000_000,
        "<html><title" + "<title" * 150_000,
        "<html><h1>" + "<h1>" * 250_000 + "<title></title",
        "<html>" + "<title></title>" * 70_000,
        "<html><title>" + "&" * 1_000_000 + "</title>",
        " " * 1_000_000 + "<html",
        "<title>" * 150_000,
    ],
    ids=map(str, range(8)),
)
def test_no_page_takes_long(page: str) -> None:
    begun = time.process_time()
    assert said(page)
    assert time.process_time() - begun < 0.5
