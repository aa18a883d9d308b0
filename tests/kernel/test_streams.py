"""Claims about the random streams."""

import numpy as np
import pytest
from numba import njit

from twin.kernel.names import stream_id
from twin.kernel.samplers import chance
from twin.kernel.streams import threefry

ONES = 2**64 - 1


@njit
def words(key0, key1, counter0, counter1):
    return threefry(key0, key1, counter0, counter1)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0), (0, 0), (0xF167B032C3B480BD, 0xE91F9FEE4B7A6FB5)),
        ((ONES, ONES), (ONES, ONES), (0xCCDEC5C917A874B1, 0x4DF53ABCA26CEB01)),
        (
            (0x243F6A8885A308D3, 0x13198A2E03707344),
            (0xA4093822299F31D0, 0x082EFA98EC4E6C89),
            (0xC3AAC71561042993, 0x3FE7AE8801AFF316),
        ),
    ],
)
def test_threefry_gives_the_published_known_answers(counter, key, expected):
    found = words(*(np.uint64(word) for word in (*key, *counter)))

    assert tuple(int(word) for word in found) == expected  # Random123, kat_vectors


def test_a_uniform_is_the_upper_53_bits_of_the_first_word_in_the_middle_of_its_interval():
    stream, seed, replication, i = stream_id("mill", "process"), 12, 3, 45

    first, _ = words(*(np.uint64(word) for word in (stream, seed, i, replication << 32)))

    expected = ((int(first) >> 11) + 0.5) * 2.0**-53
    assert chance(np.uint64(stream), seed, replication, i) == expected


def test_a_stream_is_named_by_the_start_of_a_sha_256():
    # sha256 of "mill", a zero byte and "process", first eight bytes, little endian
    assert stream_id("mill", "process") == 0xAE52C49B4CDCD053


@pytest.mark.parametrize("other", [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)])
def test_every_part_of_a_key_changes_the_draw(other):
    def drawn(stream, seed, replication, i):
        return chance(np.uint64(stream), seed, replication, i)

    assert drawn(*other) != drawn(0, 0, 0, 0)
