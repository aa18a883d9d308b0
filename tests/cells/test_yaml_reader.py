"""Claims about the strict reader: what it reads, what it refuses, with how little work."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cells.yaml_reader import DEEPEST, LONGEST_WORD, MOST_BYTES, Refused, decode, read


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 12:30", "12:30"),
        ("a: 1e3", 1000.0),
        ("a: 012", 12),
        ("a: -7", -7),
        ("a: .5", 0.5),
        ("a: on", "on"),
        ("a: no", "no"),
        ("a: true", True),
        ("a: '5'", "5"),
        ("a: 2001-12-14", "2001-12-14"),
        ("a: 1_000", "1_000"),
        ("a: 0x1F", "0x1F"),
        ("a: .nan", ".nan"),
        ("a: -.inf", "-.inf"),
        ("a: 1e999", "1e999"),
        ("a: ~", None),
        ("a:", None),
        ("a: |\n  two\n  lines\n", "two\nlines\n"),
        ("\ufeffa: 1", 1),
        ("%YAML 1.2\n---\na: 1", 1),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says_and_is_never_infinite(text, data):
    assert read(text).data == {"a": data}


def test_a_number_of_5000_digits_stays_text():
    assert read("a: " + "9" * 5000).data == {"a": "9" * 5000}


def test_keys_are_text_whatever_they_look_like():
    assert read("1: a\ntrue: b\n~: c").data == {"1": "a", "true": "b", "~": "c"}


def test_every_key_and_item_has_its_line():
    document = read("a:\n  b: 1\n  c:\n    - x\n    - {d: 2,\n       e: 3}\n")

    assert document.line(("a", "b")) == 2
    assert document.line(("a", "c", 1)) == 5
    assert document.line(("a", "c", 1, "e")) == 6
    assert document.line(("a", "c", 1, "missing")) == 5
    assert document.line(("missing",)) == 1


_BOMB = "a: &a [x, x, x]\n" + "".join(
    f"{chr(98 + k)}: &{chr(98 + k)} [{', '.join(['*' + chr(97 + k)] * 9)}]\n" for k in range(8)
)
HOSTILE = {
    "alias bomb": (_BOMB, 1, "anchors and aliases"),
    "alias": ("a: 1\nb: *a", 2, "anchors and aliases"),
    "recursive": ("a: &x [*x]", 1, "anchors and aliases"),
    "python tag": (
        'a: !!python/object/apply:os.system ["true"]',
        1,
        "tag .*python.* is not allowed",
    ),
    "own tag": ("a:\n  !thing b", 2, "tag '!thing' is not allowed"),
    "binary": ("a: !!binary aGk=", 1, "tag"),
    "merge key": ("a: {x: 1}\nb:\n  <<: {x: 2}", 3, "merge keys"),
    "duplicate key": ("a: 1\nb: 2\na: 3", 3, "the key 'a' is already in line 1"),
    "duplicate below": ("a:\n  b: 1\n  'b': 2", 3, "the key 'b' is already in line 2"),
    "two documents": ("a: 1\n---\nb: 2", 2, "a second document"),
    "many documents": ("---\n" * 20_000, 2, "a second document"),
    "list as key": ("? [a]\n: b", 1, "a key must be plain text"),
    "mapping as key": ("{a: 1}: b", 1, "a key must be plain text"),
    "NUL": ("a: 1\nb: \0", 2, r"U\+0000 is not allowed"),
    "control character": ("a: \x1b[0m", 1, r"U\+001B"),
    "lone surrogate": ("a: \udc80", 1, r"U\+DC80"),
    "deep lists": ("[" * 30_000, 1, "."),
    "deep lists, spaced": ("[ " * 30_000, 1, "nested deeper"),
    "deep lists, lines": ("[\n" * 30_000, DEEPEST + 2, "nested deeper"),
    "deep mappings": ("{a: " * 30_000, 1, "nested deeper"),
    "deep dashes": ("- " * 10_000, 1, "nested deeper"),
    "deep indents": ("\n".join(" " * k + "a:" for k in range(900)), DEEPEST + 2, "nested deeper"),
    "question marks": ("? " * 10_000, 1, "a key must be plain text"),
    "too large": ("a" * (MOST_BYTES + 1), 0, "at most"),
    "long tag": ("!" * 100_000, 1, f"a word of more than {LONGEST_WORD}"),
    "long anchor": ("&" + "a" * 100_000, 1, "a word"),
    "long directive": ("%YAML " + "1" * 9_000, 1, "not valid YAML"),
    "wrong version": ("%YAML 9.9\n---\na: 1", 1, "not valid YAML"),
    "open quote": ("a: 1\nb: 'x", 2, "not valid YAML"),
    "tab": ("a:\n\tb: 1", 2, "not valid YAML"),
    "no space": ("a: 1\nb:2", 2, "not valid YAML"),
    "bad block": ("a: |9\n x", 2, "not valid YAML"),
}


@pytest.mark.parametrize("text, line, reason", HOSTILE.values(), ids=HOSTILE)  # noqa: PT006
def test_a_hostile_text_is_refused_with_line_and_reason_after_little_work(text, line, reason):
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        with pytest.raises(Refused, match=reason) as refused:
            read(text)
    finally:
        sys.setprofile(before)

    assert refused.value.fault.line == line
    # 50 000 calls of Python functions take some 10 ms; a sound cell of this size takes more.
    assert calls < 50_000


def test_a_flood_of_values_is_refused_at_the_first_too_many(monkeypatch):
    monkeypatch.setattr("cells.yaml_reader.MOST_NODES", 500)

    with pytest.raises(Refused, match="more than 500 values") as refused:
        read("x:\n" + "- 1\n" * 1_000)

    assert refused.value.fault.line == 499  # mapping, key and list are three of the 500


def test_bytes_that_are_not_utf_8_are_refused_with_their_line():
    with pytest.raises(Refused, match="not UTF-8") as refused:
        decode(b"a: 1\nb: \xff")

    assert refused.value.fault.line == 2


def test_a_file_of_too_many_bytes_is_not_even_decoded():
    with pytest.raises(Refused, match="at most 1048576"):
        decode(b"\xff" * (MOST_BYTES + 1))


_PIECES = st.sampled_from("a1[]{},'|>#%\"\t\n\x85\u2028\ufeffé") | st.sampled_from(
    [": ", "- ", "  ", "&a", "*a", "!t", "? ", "<<: ", "---\n", "...\n"]
)


@given(st.lists(_PIECES, max_size=40).map("".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        lines = set(read(text).lines.values())
    except Refused as refused:
        lines = {refused.fault.line}
    assert all(1 <= line <= len(text.splitlines()) + 1 for line in lines)
