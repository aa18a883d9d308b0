"""Rules of the random cells, as users write them."""


def first(now, product, priority, due, held, capacity, target):
    return 0


def level(now, product, priority, due, held, capacity, target):
    return held


def last(now, product, priority, due, held, capacity, target):
    return -target


def fullest(now, product, priority, due, held, capacity, target):
    return -room(held, capacity) if capacity >= 0 else 1


def mixed(now, product, priority, due, held, capacity, target):
    return (now // 1_000_000_000 * 7 + 3 * held + due + 5 * priority + product * target) % 3


def room(held, capacity):
    return capacity - held


def downstream(now, product, priority, due, waiting_since, rank, travel, source):
    return rank


def longest(now, product, priority, due, waiting_since, rank, travel, source):
    return waiting_since


def near(now, product, priority, due, waiting_since, rank, travel, source):
    return travel


def far(now, product, priority, due, waiting_since, rank, travel, source):
    return -travel


def latest(now, product, priority, due, waiting_since, rank, travel, source):
    waited = now - waiting_since
    return waited * (1 + product) - priority


def shuffled(now, product, priority, due, waiting_since, rank, travel, source):
    return (source * 5 + now // 1_000_000_000 * 3 + due) % 4
