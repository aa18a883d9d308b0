"""Set-ups of a station: how long it takes to change from one product to another."""

from cells.distributions import Distribution

ANY = "any"  # in place of a product: every other one, also none at the start

Setup = Distribution | dict[str, dict[str, Distribution]]


def setup_time(setup: Setup, before: str | None, to: str) -> Distribution | None:
    """Return how long a set-up takes, None if none is needed.

    Parameters
    ----------
    setup : Distribution or dict
        One time for every change, or times by product set up for and product to come.
    before : str or None
        What the server is set up for, None: for nothing yet.
    to : str
        What it is to be set up for.
    """
    if isinstance(setup, Distribution):
        return None if before == to else setup
    if before == to:  # only where it is written out: cleaning between two of a kind
        return setup.get(to, {}).get(to)
    for row in (setup.get(before, {}) if before else {}, setup.get(ANY, {})):
        for key in (to, ANY):
            if key in row:
                return row[key]
    return None
