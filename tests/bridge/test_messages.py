"""Claims about messages: what is sent arrives, and no bytes whatever do harm."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from twin.bridge.messages import (
    HEADER_SIZE,
    MAX_BODY,
    BadMessage,
    Kind,
    Message,
    WrongVersion,
    canonical_json,
    decode,
    encode,
)
from twin.kernel.log import ACTIVITY

NUMBER = st.integers(0, 2**62 - 1)
TIME = st.integers(-(2**63), 2**63 - 1)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
RECORDS = npst.arrays(np.int64, st.tuples(st.integers(0, 5), st.just(7)), elements=TIME)


@st.composite
def messages(draw):
    kind = draw(st.sampled_from(Kind))
    fields = {"body": draw(st.dictionaries(st.text(max_size=5), JSON, max_size=3))}
    if kind is Kind.EVENTS:
        fields = {"records": draw(RECORDS).view(ACTIVITY).reshape(-1)}
    return Message(
        kind=kind,
        session=draw(st.integers(0, 2**64 - 1)),
        sequence=draw(NUMBER),
        acknowledge=draw(NUMBER),
        source_time=draw(TIME),
        simulation_time=draw(TIME),
        time_to_live=draw(NUMBER),
        **fields,
    )


@settings(deadline=None)
@given(messages())
def test_a_message_arrives_as_it_was_sent(message):
    arrived = decode(encode(message))

    for name in ("kind", "session", "sequence", "acknowledge", "source_time", "simulation_time"):
        assert getattr(arrived, name) == getattr(message, name)
    assert arrived.body == message.body
    assert arrived.records.tobytes() == message.records.tobytes()


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_a_typed_error(data):
    with pytest.raises(BadMessage):
        decode(data)


@settings(deadline=None)
@given(messages(), st.data())
def test_one_flipped_bit_is_noticed(message, data):
    sent = bytearray(encode(message))
    where = data.draw(st.integers(0, 8 * len(sent) - 1))
    sent[where // 8] ^= 1 << where % 8

    with pytest.raises(BadMessage):
        decode(bytes(sent))


@settings(deadline=None)
@given(messages(), st.data())
def test_a_message_cut_short_is_noticed(message, data):
    sent = encode(message)

    with pytest.raises(BadMessage):
        decode(sent[: data.draw(st.integers(0, len(sent) - 1))])


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[1]",
        b"{",
        b"\xff\xfe",
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":' + b"9" * 5000 + b"}",
    ],
    ids=["nested", "list", "open", "not UTF-8", "NaN", "infinite", "long number"],
)
def test_a_body_that_is_no_json_object_is_refused_though_its_crc_is_right(body, monkeypatch):
    monkeypatch.setattr("twin.bridge.messages.canonical_json", lambda _: body)

    with pytest.raises(BadMessage, match="the body is"):
        decode(encode(Message(kind=Kind.STATUS, body={"a": 1})))


def test_the_header_has_64_bytes_and_says_what_other_versions_need():
    sent = bytearray(encode(Message(kind=Kind.HELLO, body={"b": 2, "a": "ü"})))
    magic, version, kind = struct.unpack_from("<4sHH", sent)

    assert (HEADER_SIZE, magic, version, kind) == (64, b"TAKT", 1, 1)
    assert sent[64:].decode() == '{"a":"ü","b":2}'

    sent[4] = 9
    with pytest.raises(WrongVersion, match="version 9; this program speaks version 1"):
        decode(bytes(sent))


def test_a_message_too_long_for_the_transport_is_not_made():
    with pytest.raises(ValueError, match="1048576 at most"):
        encode(Message(kind=Kind.STATUS, body={"a": "x" * MAX_BODY}))


def test_canonical_json_refuses_what_is_no_number():
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"a": float("nan")})


@settings(deadline=None)
@given(st.sampled_from(Kind), st.binary(max_size=200), st.binary(min_size=52, max_size=52))
def test_any_body_and_any_header_under_a_right_crc_are_a_message_or_a_typed_error(
    kind, body, numbers
):
    head = struct.pack("<4sHH", b"TAKT", 1, kind) + numbers[:48] + struct.pack("<I", len(body))
    data = head + struct.pack("<I", zlib.crc32(body, zlib.crc32(head))) + body

    try:
        arrived = decode(data)
    except BadMessage:
        return
    assert decode(encode(arrived))[:-2] == arrived[:-2]


def test_spaces_around_a_body_do_no_harm(monkeypatch):
    monkeypatch.setattr("twin.bridge.messages.canonical_json", lambda _: b' {"a": 1}\n')

    assert decode(encode(Message(kind=Kind.STATUS, body={"a": 1}))).body == {"a": 1}
