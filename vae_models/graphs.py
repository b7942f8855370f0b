"""A whole optimiser step recorded once on a GPU and replayed, which spares the launches of its kernels."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vae_models.objective import Terms
from vae_models.recording import WatchedBatch

if TYPE_CHECKING:  # the engine holds a graph, and the graph the engine
    from vae_models.engine import Engine

_WARM_UP = 3  # steps before recording, in which libraries choose their kernels


class GraphedStep:
    """The step of an engine, recorded after a few ordinary ones.

    Args:
        engine: Whose step it is. An objective that reads the step number is not recorded.
    """

    def __init__(self, engine: "Engine") -> None:
        """Begin without a recording."""
        self._engine, self._taken = engine, 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._index: Tensor | None = None
        self._terms: Terms | None = None
        self.possible = True

    def step(self) -> Terms | None:
        """Return the terms of a replayed step, or None where an ordinary step must be taken."""
        self._taken += 1
        if not self.possible or self._taken <= _WARM_UP:
            return None
        index = self._engine.next_index()
        if self._graph is None:
            self._record(index)
        if self._graph is None or self._index is None or self._terms is None:
            return None
        self._index.copy_(index)
        self._graph.replay()
        parts = {name: value.clone() for name, value in self._terms.parts.items()}
        return Terms(loss=self._terms.loss.detach().clone(), parts=parts)

    def _record(self, index: Tensor) -> None:
        engine = self._engine
        self._index = index.clone()
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(engine.generator)
        engine.optimiser.zero_grad(set_to_none=True)
        WatchedBatch.asked = False
        with torch.cuda.graph(graph):
            plain = engine.batch_of(self._index)
            batch = WatchedBatch(data=plain.data, index=plain.index, step=engine.steps, generator=plain.generator)
            with engine.precision():
                terms = engine.objective_of_batch(batch)
            engine.update(terms.loss)
        if WatchedBatch.asked:
            self.possible = False
            return
        self._graph, self._terms = graph, terms
