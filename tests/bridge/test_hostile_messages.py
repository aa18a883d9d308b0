"""Claims about sound messages with senseless contents: neither side falls over them."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from twin.bridge.live import LiveState
from twin.bridge.messages import Kind, Message, decode, encode, schema_digest
from twin.bridge.session import Desk, Execute, Follower, Link, Role, Send, Stream, Terms
from twin.kernel.log import ACTIVITY

MODEL, EPOCH, MS = "5e" * 32, 7, 1_000_000
LARGE = st.sampled_from([2**63 - 1, 2**62, -(2**63), 10**30, -1, 0, 1])
VALUES = (
    LARGE
    | st.none()
    | st.booleans()
    | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES |= st.lists(st.integers(), max_size=2) | st.dictionaries(st.text(max_size=3), st.none())
KEYS = st.sampled_from(
    [
        "model_id",
        "schema",
        "limit",
        "client",
        "from",
        "name",
        "resources",
        "products",
        "scan",
        "oldest",
        "first",
        "last",
        "end",
        "digest",
        "commands",
        "tag",
        "value",
        "lease",
        "hold",
        "status",
        "reason",
        "code",
        "text",
        "sent",
        "received",
        "unit",
        "mode",
        "late",
    ]
)
TRUE = {"model_id": MODEL, "schema": schema_digest()}
BODIES = st.dictionaries(KEYS, VALUES, max_size=4).flatmap(
    lambda body: st.sampled_from([body, body | TRUE])
)
COUNTS = st.sampled_from([0, 1, 5, 2**61, 2**62 - 1])
TIMES = st.sampled_from([0, 1, -(2**63), 2**63 - 1])
MESSAGES = st.builds(
    Message,
    kind=st.sampled_from([kind for kind in Kind if kind is not Kind.EVENTS]),
    session=st.sampled_from([0, EPOCH, 2**64 - 1]),
    sequence=COUNTS,
    acknowledge=COUNTS,
    source_time=TIMES,
    simulation_time=TIMES,
    time_to_live=COUNTS,
    body=BODIES,
    records=st.just(np.empty(0, ACTIVITY)),
    wire=st.just(b""),
)
LAST = 2**62 - 1
END_OF_ALL = Message(Kind.EVENTS, EPOCH, LAST, records=np.zeros(3, ACTIVITY))


def sent(actions):
    """Return what a side says, as it goes over the wire."""
    return [decode(encode(action.message)) for action in actions if isinstance(action, Send)]


@settings(deadline=None, max_examples=300)
@given(st.lists(MESSAGES, max_size=8))
def test_a_controller_goes_on_whatever_it_is_told(messages):
    stream = Stream(epoch=EPOCH, model_id=MODEL, name="c", resources=["mill"], products=["shaft"])
    desk = Desk(make_token=lambda: "token")
    link, now = Link(stream, now=0, desk=desk, user="k", role=Role.ENGINEER), 0
    hello = Message(Kind.HELLO, body=TRUE | {"limit": 10, "client": "c"})
    for message in (hello, *messages):
        now += MS
        actions = link.receive(decode(encode(message)), now)
        assert not any(isinstance(action, Execute) for action in actions)
        sent([*actions, *link.tick(now), *link.publish(now)])


@settings(deadline=None, max_examples=300)
@given(st.lists(MESSAGES, max_size=8), st.booleans())
@example([Message(Kind.GAP, EPOCH, LAST, body={"first": 0}), END_OF_ALL], False)
def test_a_follower_goes_on_or_ends_in_words_whatever_it_is_told(messages, from_now):
    terms = Terms(client="c", probing=True, from_now=from_now)
    follower, now = Follower(model_id=MODEL, now=0, terms=terms), 0
    names = {"resources": ["mill"], "products": ["shaft"]}
    welcome = Message(Kind.WELCOME, EPOCH, body=TRUE | names)
    for message in (welcome, *messages):
        now += MS
        sent(follower.receive(decode(encode(message)), now))
        sent([*follower.tick(now), *follower.committed(now), *follower.cut(now)])
        sent(follower.tick(now + 300 * MS))


SHOWN = st.sampled_from(
    ["unit", "mode", "stations", "states", "tags", "overruns", "late", "inside", "resources"]
)
TABLES = st.dictionaries(
    st.sampled_from(["mill", "Admin.ProdProcessedCount", "Admin.ProdDefectiveCount"]), VALUES
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.dictionaries(SHOWN, VALUES | TABLES), max_size=4))
@example([{"unit": [6]}, {"mode": {}}, {"states": {"mill": []}}, {"stations": {"mill": {}}}])
def test_what_is_shown_stands_whatever_a_status_says(bodies):
    live = LiveState()
    live.take(Message(Kind.STATUS, body={"unit": 6, "mode": 1}))
    for kind in (Kind.WELCOME, Kind.SNAPSHOT, Kind.STATUS):
        for body in bodies:
            live.take(decode(encode(Message(kind, body=body))))

    assert live.unit is not None
    assert live.mode is not None
