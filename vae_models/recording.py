"""Recording what is computed from a batch once, to replay it without Python and autograd between operations."""

from collections.abc import Callable
from typing import Any

import torch
from torch.fx.experimental.proxy_tensor import make_fx

from vae_models.objective import Batch

_VIEWS = (torch.ops.aten.detach.default, torch.ops.aten.alias.default)  # which change nothing without autograd


class WatchedBatch(Batch):
    """A batch that notices whether the objective asks for the step, which a recording would freeze."""

    asked = False

    def __getattribute__(self, name: str) -> Any:
        """Return the attribute, and remember that the step was asked for."""
        if name == "step":
            type(self).asked = True
        return super().__getattribute__(name)


def record(compute: Callable[..., Any], *arguments: Any) -> Callable[..., Any] | None:
    """Return a computation as a program, or None where it asks a ``WatchedBatch`` for the number of the step.

    It is computed once, so that draws go on. The program computes without autograd: gradients are among what the
    computation returns.

    Args:
        compute: Of tensors in lists, tuples and mappings; what else it reads is frozen, parameters and buffers apart.
        arguments: Of this call.

    Raises:
        RuntimeError: Where a value must be known to go on.
    """
    WatchedBatch.asked = False
    program = make_fx(compute)(*arguments)
    if WatchedBatch.asked:
        return None
    program.graph.eliminate_dead_code()
    for node in list(program.graph.nodes):
        if node.op == "call_function" and node.target in _VIEWS:
            node.replace_all_uses_with(node.args[0])
            program.graph.erase_node(node)
    program.recompile()
    replay: Callable[..., Any] = torch.no_grad()(program.forward)
    return replay
