"""Claims about the sockets: who may come in, what happens when nobody is there."""

import socket
import stat

import pytest

from twin.bridge.clock import MonotonicClock, VirtualClock
from twin.bridge.keys import (
    CONTROLLER,
    KeyFileError,
    allow,
    allowed,
    load_keys,
    make_keys,
)
from twin.bridge.messages import MAX_BODY
from twin.bridge.session import Role
from twin.bridge.transport import (
    MOST_AT_ONCE,
    ControllerSocket,
    EndpointError,
    FollowerSocket,
    is_key,
    new_key_pair,
)

HERE, THERE, STRANGER = new_key_pair(), new_key_pair(), new_key_pair()


def exchange(controller, follower, turns=200):
    """Send until the controller heard something and answered; return what both received."""
    heard, answered = [], []
    for _ in range(turns):
        follower.send(b"hello")
        controller.wait(5)
        for identity, data, _ in controller.receive():
            heard.append(data)
            controller.send(identity, b"welcome")
        follower.wait(5)
        answered += follower.receive()
        if answered:
            break
    return heard, answered


@pytest.fixture
def controller():
    sockets = ControllerSocket(keys=HERE, allowed=frozenset({THERE.public}))
    yield sockets
    sockets.close()


@pytest.fixture
def connect(controller):
    opened = []

    def make(keys, key=HERE.public):
        opened.append(FollowerSocket(controller.endpoint, keys=keys, controller_key=key))
        return opened[-1]

    yield make
    for sockets in opened:
        sockets.close()


def test_a_known_key_comes_in(controller, connect):
    heard, answered = exchange(controller, connect(THERE))

    assert heard[0] == b"hello"
    assert answered[0] == b"welcome"


@pytest.mark.parametrize(
    ("keys", "key"),
    [(STRANGER, HERE.public), (THERE, STRANGER.public), (None, None)],
    ids=["unknown key", "wrong key of the controller", "no key"],
)
def test_nobody_else_does(keys, key, controller, connect):
    assert exchange(controller, connect(keys, key), turns=30) == ([], [])
    assert exchange(controller, connect(THERE))[1]


def test_after_a_reconnect_the_follower_is_a_new_peer(controller, connect):
    follower = connect(THERE)
    exchange(controller, follower)

    follower.reconnect()

    assert exchange(controller, follower)[1]


def test_a_controller_that_dies_is_noticed_without_waiting_for_heartbeats(controller, connect):
    follower = connect(THERE)
    exchange(controller, follower)
    assert not follower.lost()

    controller.close()
    for _ in range(100):
        follower.wait(5)
        list(follower.receive())
        if follower.lost():
            break
    else:
        raise AssertionError("not noticed in half a second")
    assert not follower.lost()


def test_nothing_is_queued_for_a_controller_that_is_not_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    follower = FollowerSocket(endpoint, keys=THERE, controller_key=HERE.public)

    assert not follower.send(b"move")
    follower.close()


def test_sending_to_a_follower_that_is_gone_is_reported(controller):
    assert not controller.send(b"nobody", b"data")


def test_a_frame_beyond_the_limit_drops_the_peer(controller, connect):
    follower = connect(THERE)
    exchange(controller, follower)

    follower.send(b"x" * (2 * MAX_BODY))
    for _ in range(20):
        controller.wait(5)

    assert [data for _, data, _ in controller.receive() if data != b"hello"] == []


def test_a_port_in_use_says_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(
            EndpointError, match=f"port {port} is in use by another program; .* with --port"
        ):
            ControllerSocket(keys=HERE, port=port)


def test_without_keys_nobody_outside_is_served_or_asked():
    with pytest.raises(EndpointError, match=r"0\.0\.0\.0 can be reached by others"):
        ControllerSocket(keys=None, host="0.0.0.0")
    with pytest.raises(EndpointError, match="another machine: give the keys"):
        FollowerSocket("tcp://192.0.2.1:5555", keys=None, controller_key=None)


@pytest.mark.parametrize("endpoint", ["", "127.0.0.1:5555", "tcp://127.0.0.1:port", "ftp://::1"])
def test_what_is_no_endpoint_is_refused(endpoint):
    with pytest.raises(EndpointError):
        FollowerSocket(endpoint, keys=THERE, controller_key=HERE.public)


def test_a_watched_file_wakes_the_loop(controller):
    left, right = socket.socketpair()
    controller.watch(left.fileno())
    right.send(b"x")

    assert controller.wait(1000) == {left.fileno()}

    controller.unwatch(left.fileno())
    left.close()
    right.close()


def test_keys_are_files_that_only_their_owner_can_read(tmp_path):
    pair = make_keys(tmp_path / "keys", CONTROLLER)
    allow(tmp_path / "keys", "twin", THERE.public)

    assert load_keys(tmp_path / "keys", CONTROLLER) == pair
    assert allowed(tmp_path / "keys") == {THERE.public: Role.OBSERVER}
    assert stat.S_IMODE((tmp_path / "keys" / "controller.secret").stat().st_mode) == 0o600
    with pytest.raises(KeyFileError, match="never overwritten"):
        make_keys(tmp_path / "keys", CONTROLLER)


def test_a_secret_that_others_can_read_is_refused(tmp_path):
    make_keys(tmp_path, CONTROLLER)
    (tmp_path / "controller.secret").chmod(0o644)

    with pytest.raises(KeyFileError, match="others can read it; run: chmod 600"):
        load_keys(tmp_path, CONTROLLER)


@pytest.mark.parametrize("text", ["", "x" * 40 + "\0", "ü" * 40, "'" * 40])
def test_a_file_that_holds_no_key_is_refused(text, tmp_path):
    (tmp_path / "controller.public").write_text(text)

    assert not is_key(text)
    with pytest.raises(KeyFileError, match="holds no key"):
        load_keys(tmp_path, CONTROLLER)


def test_a_missing_key_is_named(tmp_path):
    with pytest.raises(KeyFileError, match=r"controller\.public: no such key"):
        load_keys(tmp_path, CONTROLLER)


def test_a_virtual_clock_moves_only_when_told():
    clock = VirtualClock(5)
    clock.advance(3)
    clock.sleep_until(4)
    assert clock.now() == 8
    clock.sleep_until(20)
    assert clock.now() == 20
    with pytest.raises(ValueError, match="time does not go back"):
        clock.advance(-1)


def test_the_wall_clock_does_not_return_early():
    clock = MonotonicClock()
    moment = clock.now() + 2_000_000
    clock.sleep_until(moment)

    assert clock.now() >= moment


def test_who_sends_without_end_leaves_time_for_something_else(controller, connect):
    follower, most, taken = connect(THERE), MOST_AT_ONCE, []
    exchange(controller, follower)
    for number in range(most + 100):
        assert follower.send(b"%d" % number)

    clock = MonotonicClock()
    until = clock.now() + 10_000_000_000
    while sum(map(len, taken)) < most + 100 and clock.now() < until:
        controller.wait(20)
        taken.append([data for _, data, _ in controller.receive() if data != b"hello"])

    assert max(map(len, taken)) <= most
    assert [data for some in taken for data in some] == [b"%d" % n for n in range(most + 100)]


def test_no_public_key_looks_like_an_option():
    assert not any(new_key_pair().public.startswith("-") for _ in range(2000))
