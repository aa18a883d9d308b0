"""Random cells in the public language, every feature mixed with every other.

Numbers are small whole seconds and capacities tight, so that much happens at one instant and lines
block, starve and lock up.  `random_case` draws from any `random.Random`: from a plain one in the
soak test, from one that hypothesis controls (and shrinks) in `cases`.
"""

import json
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cells.load import load_text
from tests.drawing import arms, flow, now, people, queues, rules, stations
from twin.build import build_line
from twin.kernel.model import Line

NS = 10**9
Document = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A cell document and what else decides a run."""

    document: Document
    robot_times: dict[str, list[int]]  # s, as many as the tables of the robot need
    hands: dict[str, dict[str, tuple[int, int]]]  # robot -> product -> its load and gripper
    paces: tuple[float, ...]  # of the stations in turn
    seed: int
    replication: int

    @property
    def text(self) -> str:
        """The cell file: JSON is YAML."""
        return json.dumps(self.document)

    @property
    def horizon(self) -> int:
        """How long to run, ns."""
        return int(self.document["run"]["horizon"].split()[0]) * NS

    def line(self) -> Line:
        """Return the line, with the drawn move times and paces."""
        motion = {
            name: arms.tables(tuple(self.document["places"]), times, self.hands[name])
            for name, times in self.robot_times.items()
            if name in self.document["robots"]
        }
        line = build_line(load_text(self.text, allow_rules=True), motion)
        nodes = line.nodes.copy()
        nodes["pace"] = np.resize(np.array(self.paces), nodes.size)
        return replace(line, nodes=nodes)


def cases() -> st.SearchStrategy[Case]:
    """Return the strategy of random cells for hypothesis."""
    return st.randoms(use_true_random=False).map(random_case)


def random_case(rng: Random) -> Case:
    """Return a random cell; some are refused by the checks of a cell."""
    draft = Draft(rng)
    draft.carriers()
    draft.nodes()
    draft.flow()
    draft.ring()
    draft.prune()
    stations.stages(rng, draft.document)
    queues.arrivals(rng, draft.document)
    stations.kits(rng, draft.document)
    stations.ovens(rng, draft.document)
    stations.maintenance(rng, draft.document)
    queues.orders(rng, draft.document)
    queues.belts(rng, draft.document)
    queues.limits(rng, draft.document)
    queues.stays(rng, draft.document)
    people.sequences(rng, draft.document)
    people.grippers(rng, draft.document)
    people.crews(rng, draft.document)
    people.needs(rng, draft.document)
    stations.preemption(rng, draft.document)
    flow.inside(rng, draft.document)
    stations.campaigns(rng, draft.document)
    stations.blocking(rng, draft.document)
    now.now(rng, draft.document)
    flow.loops(rng, draft.document)
    rules.rules(rng, draft.document)
    return Case(
        document=draft.document,
        robot_times={
            name: [rng.randint(0, 3) for _ in range(rng.choice([1, 2, 7, 31]))]
            for name in draft.document["robots"]
        },
        hands={name: arms.hands(rng, draft.document) for name in draft.document["robots"]},
        paces=tuple(rng.choice([1.0, 1.0, 1.0, 0.5, 1.3]) for _ in range(rng.choice([1, 3]))),
        seed=rng.choice([1, 2, 3, 2**63 - 1]),
        replication=rng.choice([0, 1, 7]),
    )


@dataclass
class Draft:
    """A cell while it is being drawn."""

    rng: Random
    document: Document = field(default_factory=dict)
    layers: list[list[str]] = field(default_factory=list)  # sources, then what follows, then sinks

    def __post_init__(self) -> None:
        rng = self.rng
        self.products = ["a", "b", "c"][: rng.choice([1, 1, 2, 3])]
        self.document = {
            "taktwin": 1,
            "name": "random",
            "products": {product: {} for product in self.products},
            **{key: {} for key in ("sources", "buffers", "conveyors", "stations", "sinks")},
            **{key: {} for key in ("robots", "operators", "shifts", "places")},
            "flow": [],
            "inside": [],
            "run": {
                "horizon": f"{rng.choice([40, 100, 250])} s",
                "scan": rng.choice(["0 s", "0 s", "0 s", "1 s", "700 ms", "3 s"]),
            },
        }
        for k in range(rng.choice([0, 1, 1, 2])):
            period = rng.choice([8, 10, 16, 24])
            on = rng.choice([period // 2, period // 4 * 3, period - 1, 5, period])
            self.document["shifts"][f"w{k}"] = {"period": f"{period} s", "on": f"{on} s"}
        for k in range(rng.choice([0, 2, 4])):
            position = [f"{rng.randint(0, 3)} m" for _ in range(2)] + ["0 m"]
            self.document["places"][f"p{k}"] = {"position": position}

    def likely(self, chance: float) -> bool:
        """Return True now and then; hypothesis shrinks towards False."""
        return self.rng.random() > 1.0 - chance

    def time(self, *, shortest: int = 1) -> Any:
        """Return a duration or a distribution of durations."""
        rng = self.rng
        value, other = sorted((rng.randint(shortest, 5), rng.randint(shortest + 1, 6)))
        mean = {"mean": f"{other} s"}
        if not self.likely(0.35):
            return f"{value} s"
        return rng.choice(
            [
                {"exponential": mean},
                {"sequence": [f"{rng.randint(shortest, 4)} s" for _ in range(3)]},
                {"empirical": [f"{value} s", f"{other} s"]},
                {"uniform": {"low": f"{value} s", "high": f"{other} s"}},
                {"triangular": {"low": "0 s", "mode": f"{value} s", "high": "6 s"}},
                {"pert": {"low": "0 s", "mode": f"{value} s", "high": "6 s"}},
                {"geometric": {"slot": "1 s", "probability": 0.5}},
                {"erlang": {**mean, "k": 3}},
                {"gamma": {**mean, "shape": rng.choice([0.7, 2.5])}},
                {"weibull": {**mean, "shape": 1.5}},
                {"normal": {**mean, "sd": "2 s"}},
                {"lognormal": {**mean, "cv": 0.5}},
                {"hyperexponential": {"weights": [0.5, 0.5], "means": ["1 s", f"{other} s"]}},
            ]
        )

    def shifts(self) -> Document:
        """Return the key `shifts`, or nothing."""
        known = list(self.document["shifts"])
        return {"shifts": self.rng.choice(known)} if known and self.likely(0.4) else {}

    def place(self, *keys: str) -> Document:
        """Return keys with places; sometimes none."""
        known = list(self.document["places"])
        return {key: self.rng.choice(known) for key in keys} if known and self.likely(0.9) else {}

    def carriers(self) -> None:
        """Draw operators and robots."""
        rng = self.rng
        rules = ["downstream_first", "longest_wait", "nearest", "priority", "first_come"]
        for k in range(rng.choice([0, 0, 1, 1, 2])):
            shared = {"serves": rng.choice(rules), **self.place("home"), **self.shifts()}
            if self.document["places"] and self.likely(0.4):
                self.document["robots"][f"arm{k}"] = {
                    "model": "ur10e",
                    "gripper": {"mass": "1 kg", "open": "1 s", "close": "1 s"},
                    **shared,
                }
            else:
                self.document["operators"][f"crew{k}"] = {
                    "count": rng.choice([1, 1, 2, 3]),
                    "walking": "1 m/s",
                    "pick": self.time(shortest=0),
                    "place": self.time(shortest=0),
                    **shared,
                }

    def nodes(self) -> None:
        """Draw sources, two or three layers of what parts pass, and sinks."""
        rng = self.rng
        self.layers.append([self.source(k) for k in range(rng.choice([1, 1, 2, 3]))])
        for depth in range(rng.choice([1, 2, 3, 4])):
            names = range(rng.choice([1, 1, 2, 3]))
            self.layers.append([self.middle(f"{depth}{k}") for k in names])
        self.layers.append([self.sink(k) for k in range(rng.choice([1, 1, 2]))])

    def source(self, k: int) -> str:
        """Draw a source."""
        rng, products = self.rng, self.products
        product: Any = rng.choice(products)
        if len(products) > 1 and self.likely(0.4):
            product = {products[0]: "40 %", products[1]: "60 %"}
        source: Document = {"product": product, **self.shifts(), **self.place("pick_at")}
        if not self.likely(0.6):
            source["saturated"] = True
        else:
            source["every"] = self.time()
            if self.likely(0.3):
                source["first"] = f"{rng.randint(0, 3)} s"
            if self.likely(0.3):
                source["batch"] = rng.randint(2, 4)
        if self.likely(0.3):
            source["limit"] = rng.randint(1, 12)
        self.document["sources"][f"s{k}"] = source
        return f"s{k}"

    def middle(self, tag: str) -> str:
        """Draw a buffer, a conveyor or, mostly, a station."""
        rng, document = self.rng, self.document
        kind = rng.choice(["station", "station", "station", "buffer", "conveyor"])
        if kind == "buffer":
            name = f"b{tag}"
            capacity = {"capacity": rng.randint(1, 3)} if not self.likely(0.2) else {}
            document["buffers"][name] = {**capacity, **self.place("at")}
        elif kind == "conveyor":
            name = f"c{tag}"
            document["conveyors"][name] = {
                "length": f"{rng.randint(1, 4)} m",
                "speed": rng.choice(["1 m/s", "0.5 m/s"]),
                "pitch": rng.choice(["1 m", "500 mm"]),
                **self.place("pick_at", "place_at"),
            }
        else:
            name = f"m{tag}"
            document["stations"][name] = self.station()
        return name

    def station(self) -> Document:
        """Draw a station."""
        rng = self.rng
        shortest = 0 if self.likely(0.1) else 1
        station: Document = {"process": self.time(shortest=shortest), **self.place("at")}
        if len(self.products) > 1 and self.likely(0.3):
            station["process"] = {name: self.time(shortest=shortest) for name in self.products}
        if self.likely(0.3):
            station["servers"] = rng.choice([2, 3])
        if self.likely(0.4):
            station["queue"] = rng.choice([1, 2, "unlimited"])
        if self.likely(0.4):
            station["failures"] = {f"f{k}": self.failure() for k in range(rng.choice([1, 1, 2, 3]))}
        station |= self.shifts()
        if "shifts" in station:
            policies = ["suspend", "finish", "start_if_fits"]
            station["at_shift_end"] = rng.choice(policies)
        if self.likely(0.3):
            standby = {"after": f"{rng.randint(0, 4)} s", "wake_up": f"{rng.randint(0, 3)} s"}
            station["power"] = {
                "working": "1 kW",
                "idle": "500 W",
                "standby": {"power": "1 W", **standby},
            }
        return station

    def failure(self) -> Document:
        """Draw a failure mode."""
        rng = self.rng
        after = rng.choice([f"{rng.randint(3, 15)} s", {"exponential": {"mean": "12 s"}}])
        return {
            "after": after,
            "repair": self.time(shortest=0),
            "clock": rng.choice(["operating", "calendar"]),
            "on_failure": rng.choice(["resume", "restart", "scrap"]),
        }

    def sink(self, k: int) -> str:
        """Draw a sink."""
        counts_as = {"counts_as": "scrap"} if self.likely(0.2) else {}
        self.document["sinks"][f"out{k}"] = {**counts_as, **self.place("place_at")}
        return f"out{k}"

    def flow(self) -> None:
        """Lead parts from layer to layer, sometimes back, sometimes past a layer."""
        for depth, layer in enumerate(self.layers[:-1]):
            for name in layer:
                self.document["flow"].append(self.entry(depth, name))
                if len(self.products) > 1 and self.likely(0.3):
                    product = self.rng.choice(self.products)
                    self.document["flow"].append({**self.entry(depth, name), "product": product})

    def entry(self, depth: int, name: str) -> Document:
        """Draw where parts go from a node."""
        rng = self.rng
        following = list(self.layers[depth + 1])
        if depth + 2 < len(self.layers) and self.likely(0.2):
            following += self.layers[depth + 2]
        targets = following[: rng.randint(1, len(following))]
        if name in self.document["stations"] and self.likely(0.2):
            back = [m for layer in self.layers[1 : depth + 1] for m in layer]
            again = rng.choice(back)
            if again != name or "queue" in self.document["stations"][name]:
                targets.insert(rng.randint(0, len(targets)), again)
        return {"from": name, **self.choice(targets), **self.means(name, targets)}

    def choice(self, targets: list[str]) -> Document:
        """Draw how parts choose among targets."""
        rng = self.rng
        if len(targets) == 1:
            return {"to": targets[0]}
        choose = rng.choice(["first_free", "shortest", "cyclic", "random"])
        if choose == "random":
            share = 100 // len(targets)
            shares = [f"{share} %"] * (len(targets) - 1)
            return {
                "to": dict(zip(targets, [*shares, f"{100 - share * len(shares)} %"], strict=True))
            }
        return {"to": targets, "choose": choose}

    def means(self, name: str, targets: list[str]) -> Document:
        """Draw who carries, and with what priority."""
        document = self.document
        known = [*document["operators"], *document["robots"]]
        means: Document = {"priority": self.rng.randint(-1, 2)} if self.likely(0.3) else {}
        if known and self.likely(0.5):
            means["by"] = self.rng.choice(known)
            if means["by"] in document["robots"] and not all(
                self.placed(node) for node in (name, *targets)
            ):
                del means["by"]
        return means

    def placed(self, name: str) -> bool:
        """Return whether a robot can reach a node."""
        document = self.document
        kinds = ("sources", "buffers", "conveyors", "stations", "sinks")
        node = next(document[kind][name] for kind in kinds if name in document[kind])
        return any(key in node for key in ("at", "pick_at", "place_at"))

    def ring(self) -> None:
        """Draw a closed loop of pallets beside the rest, and parts that are inside at the start."""
        rng, document = self.rng, self.document
        for name, buffer in document["buffers"].items():
            if self.likely(0.2):
                count = rng.randint(1, buffer.get("capacity", 3))
                document["inside"].append({"product": self.products[0], "count": count, "at": name})
        if self.likely(0.8):
            return
        document["products"]["pallet"] = {}
        names = [f"r{k}" for k in range(rng.randint(2, 4))]
        for name in names:
            document["stations"][name] = {**self.station(), "queue": rng.randint(1, 3)}
            document["stations"][name]["process"] = self.time()
        for name, following in zip(names, [*names[1:], names[0]], strict=True):
            means = self.means(name, [following])
            document["flow"].append({"from": name, "to": following, "product": "pallet", **means})
        for name in names[: rng.randint(1, len(names))]:
            queue = document["stations"][name]["queue"]
            pallets = {"product": "pallet", "count": rng.randint(1, queue), "at": name}
            document["inside"].append(pallets)

    def prune(self) -> None:
        """Leave out what no part can get to."""
        document = self.document
        reached = [*document["sources"], *(entry["at"] for entry in document["inside"])]
        for name in reached:
            for entry in document["flow"]:
                targets = [entry["to"]] if isinstance(entry["to"], str) else list(entry["to"])
                if entry["from"] == name:
                    reached += [target for target in targets if target not in reached]
        for kind in ("buffers", "conveyors", "stations", "sinks"):
            document[kind] = {k: node for k, node in document[kind].items() if k in reached}
        document["flow"] = [entry for entry in document["flow"] if entry["from"] in reached]
