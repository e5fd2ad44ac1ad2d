"""Figures in form controls: a table printed as a filled-in form shows its values, so they are its text."""

from __future__ import annotations

from lxml import etree

from extraction.document import ReadIssue
from extraction.readers.html_text import hidden

_SHOWN = frozenset({"", "text", "number", "tel"})
"""Types of `<input>` whose value a browser shows as text."""


def show_controls(root: etree._Element) -> ReadIssue | None:
    """Put the value of each control in a table cell where a browser shows it.

    Returns:
        A note that says how many cells are filled in this way, or None when none is.
    """
    filled = 0
    for control in list(root.iter("input", "textarea", "select")):
        if next(control.iterancestors("td", "th"), None) is None or hidden(control):
            continue
        value = _value(control).strip()
        if not value:
            continue
        # What stands in a control is no part of the text in the reader's eyes; a span is.
        for child in list(control):
            control.remove(child)
        control.tag = "span"
        control.text = value
        filled += 1
    if not filled:
        return None
    return ReadIssue("form_controls", "note", f"{filled} values stand in form controls of a table")


def _value(control: etree._Element) -> str:
    if control.tag == "input":
        shown = (control.get("type") or "").strip().lower() in _SHOWN
        return (control.get("value") or "") if shown else ""
    if control.tag == "textarea":
        return control.text or ""
    options = list(control.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None]
    if not chosen and control.get("multiple") is None:
        chosen = options[:1]  # what a browser shows where none is chosen
    return (chosen[-1].text or "") if chosen else ""
