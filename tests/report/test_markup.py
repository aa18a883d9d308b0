"""Claims about escaping: nothing a cell file says can become markup."""

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.report.markup import Markup, clean, element, join

ANY = st.text(st.characters(), max_size=40)


@given(ANY, ANY)
@settings(deadline=None)
def test_any_text_survives_as_text_and_as_attribute(content, attribute):
    root = ElementTree.fromstring(element("p", content, title=attribute))

    assert len(root) == 0
    # XML reads every end of line as one line feed, and blanks in attributes as spaces.
    assert "".join(root.itertext()) == clean(content).replace("\r\n", "\n").replace("\r", "\n")
    assert root.get("title").split() == clean(attribute).split()


def test_markup_is_not_escaped_twice():
    assert element("p", element("b", "a & b")) == "<p><b>a &amp; b</b></p>"
    assert isinstance(join(["<", Markup("<br/>")]), Markup)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_number_that_cannot_be_drawn_is_refused(value):
    with pytest.raises(ValueError, match="finite number"):
        element("rect", x=value)


def test_overrides_of_the_direction_of_writing_are_taken_out():
    assert "\u202e" not in element("p", "lathe\u202egnp")
