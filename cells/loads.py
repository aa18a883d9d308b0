"""What is on the servers of stations at the start, and what has room there."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from cells.graph import Graph
from cells.inside import Inside
from cells.problems import Problem
from cells.schema import Station

Taken = dict[str, dict[int, "Load"]]  # of stations, by server


def check_servers(graph: Graph, taken: Taken) -> Iterator[Problem]:
    """Find parts on a server that has no room for them, or is not there; note who has parts."""
    for k, entry in enumerate(graph.cell.inside):
        node = graph.nodes[entry.at]
        if not entry.progress or not isinstance(node, Station):
            continue
        own = taken.setdefault(entry.at, {})
        path = ("inside", k, "at" if entry.server is None else "server")
        if entry.gathered and entry.server is None:
            if not all(takes(node, own, entry.product) for _ in range(entry.count)):
                yield Problem(path, f"no server of {entry.at!r} has room for them")
            continue
        together = _together(entry, node)
        for _ in range(1 if together else entry.count):
            free = next((s for s in range(1, node.servers + 1) if s not in own), 0)
            server = entry.server or free
            if not 1 <= server <= node.servers:
                message = f"they do not fit into {entry.at!r}: it has {node.servers} servers"
                yield Problem(path, message)
                break
            load = own.setdefault(server, Load(next(iter(entry.progress)), Counter()))
            load.parts[entry.product] += entry.count if together else 1
            message = load.fault(next(iter(entry.progress)), entry.product, node)
            if message:
                known = f"server {server} of {entry.at!r} {message}"
                yield Problem(path, f"{known}; name another, or none for the first empty one")
                break


def _together(entry: Inside, node: Station) -> bool:
    """Return whether all parts of an entry are on one server."""
    return node.batch is not None or entry.gathered or (bool(node.yields) and entry.finished)


@dataclass
class Load:
    """What is on a server."""

    stage: str  # the first part is in
    parts: Counter[str]  # by product

    def fault(self, stage: str, product: str, node: Station) -> str:
        """Return what is wrong with it when a part has come; empty if nothing is."""
        most, count = 1, self.parts.total()
        if node.batch is not None:
            most = node.batch.most
            if node.batch.same is not None and len(self.parts) > 1:
                return "takes parts of one product at a time"
        elif self.stage == "gathered":
            most = node.assemble.get(product, 0)
            count = self.parts[product]
        elif self.stage == "finished" and node.yields:
            most = sum(node.yields.values())
        if self.stage != stage:
            return "is at work on others"
        if count > most:
            return f"has room for {most}"
        return ""


def takes(node: Station, own: dict[int, "Load"], product: str) -> bool:
    """Return whether a server has room for one more part, and keep that for it."""
    gathers = bool(node.batch or node.assemble)
    for server in range(1, node.servers + 1):
        load = own.get(server)
        if load is None or (gathers and load.stage == "gathered"):
            parts = Counter() if load is None else load.parts
            more = Load("gathered", parts + Counter({product: 1}))
            if not gathers or not more.fault("gathered", product, node):
                own[server] = more
                return True
    return False
