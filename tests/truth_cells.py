"""The cases with known answers in `tests/truth`, as cell files of the public language.

One unit of time of a case is one second of the cell.  `cell_text` translates the neutral format;
what a case says only in words is written out in `truth_written`.
"""

import json
from math import sqrt
from pathlib import Path
from typing import Any

from tests.truth_written import WRITTEN, seconds

_FOLDER = Path(__file__).parent / "truth"
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for name in ("des_cases.json", "trace_cases.json")
    for case in json.loads((_FOLDER / name).read_text(encoding="utf-8"))
}

NOT_COVERED: dict[str, str] = {}

_SINKS = {"EXIT": "finished", "SCRAP": "scrap"}


def distribution(case: dict[str, Any]) -> Any:
    """Return a distribution of the neutral format as a cell file writes it."""
    kind = case["type"]
    times = {
        k: seconds(v) for k, v in case.items() if k in ("mean", "low", "mode", "high", "scale")
    }
    if kind == "deterministic":
        return seconds(case["value"])
    if kind == "hyperexponential":
        means = [seconds(mean) for mean in case["means"]]
        return {kind: {"weights": case["p"], "means": means}}
    if kind == "lognormal":
        return {kind: {**times, "cv": sqrt(case["scv"])}}
    return {kind: times | {k: v for k, v in case.items() if k in ("k", "shape")}}


def cell_text(name: str, *, horizon: float, on_failure: str | None = None) -> str:
    """Return a case of the neutral format as the text of a cell file.

    Parameters
    ----------
    name
        Id of the case.
    horizon
        Units of time the case runs.
    on_failure
        Instead of what the case says, for variants of it.
    """
    model = CASES[name]["model"]
    if name in WRITTEN:
        return WRITTEN[name].replace("HORIZON", seconds(horizon))
    sources = model.get("sources", [])
    cell: dict[str, Any] = {
        "taktwin": 1,
        "name": name,
        "products": {product: {} for product in _products(sources)},
        "sources": {source["name"]: _source(source, model) for source in sources},
        "stations": {
            station["name"]: _station(station, model, on_failure) for station in model["stations"]
        },
        "sinks": _sinks(model["routes"]),
        "flow": [
            *({"from": source["name"], "to": source["to"]} for source in sources),
            *_flow(model["routes"]),
        ],
        "run": {"horizon": seconds(horizon), "warm_up": "0 s"},
    }
    if "closed" in model:
        loop = model["closed"]
        cell["inside"] = [{"product": "part", "count": loop["population"], "at": loop["start"]}]
    return json.dumps(cell, indent=1)


def _products(sources: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(source.get("class", "part") for source in sources)) or ["part"]


def _source(source: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"product": source.get("class", "part")}
    if "interarrival" in source:
        described["every"] = distribution(source["interarrival"])
    else:
        described["saturated"] = True
    if "parts" in model:
        described["limit"] = model["parts"]
    return described


def _station(
    station: dict[str, Any], model: dict[str, Any], on_failure: str | None
) -> dict[str, Any]:
    service = station["service"]
    timed = "type" in service
    described: dict[str, Any] = {
        "process": distribution(service)
        if timed
        else {product: distribution(one) for product, one in service.items()},
        "servers": station["servers"],
    }
    # A station straight behind a saturated source has no need of waiting places.
    saturated = any(
        source["to"] == station["name"] and "interarrival" not in source
        for source in model.get("sources", [])
    )
    if not saturated:
        described["queue"] = "unlimited" if station["buffer"] is None else station["buffer"]
    if "failures" in station:
        mode = station["failures"]
        described["failures"] = {
            "breakdown": {
                "after": distribution(mode["time_to_failure"]),
                "repair": distribution(mode["time_to_repair"]),
                "clock": mode["clock"],
                "on_failure": on_failure or mode["on_failure"],
            }
        }
    return described


def _flow(routes: dict[str, Any]) -> list[dict[str, Any]]:
    entries = []
    for origin, way in routes.items():
        for product, targets in way.items() if isinstance(way, dict) else [(None, way)]:
            to = {_SINKS.get(target, target): share for target, share in targets}
            entry = {"from": origin, "to": to if len(to) > 1 else next(iter(to))}
            entries.append(entry if product is None else entry | {"product": product})
    return entries


def _sinks(routes: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(routes)
    kinds = {"EXIT": {}, "SCRAP": {"counts_as": "scrap"}}
    return {_SINKS[key]: sink for key, sink in kinds.items() if f'"{key}"' in text}
