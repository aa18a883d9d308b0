"""What buffers sort by, as far as it is known before the run."""

import numpy as np
from numpy.typing import NDArray

from cells.graph import build_graph, station_behind
from cells.schema import Cell
from twin.build.nodes import Nodes


def mean_times(cell: Cell, nodes: Nodes) -> NDArray[np.int64]:
    """Return the mean process time of each product at the station behind a buffer, ns, (N, P).

    It is 0 where a buffer does not sort by it.
    """
    products = list(cell.products)
    times = np.zeros((len(nodes.names), len(products)), np.int64)
    if all(buffer.order != "shortest" for buffer in cell.buffers.values()):
        return times
    graph = build_graph(cell)
    for name, product in graph.reached:
        buffer = cell.buffers.get(name)
        behind = station_behind(graph, (name, product))
        if buffer is not None and buffer.order == "shortest" and behind is not None:
            process = cell.stations[behind].process
            time = process[product] if isinstance(process, dict) else process
            times[nodes.index(name), products.index(product)] = round(time.mean())
    return times
