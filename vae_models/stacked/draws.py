"""Random numbers inside ``torch.func.vmap``: each run draws from its own generator, as it does by itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class OwnDraws(TorchFunctionMode):
    """While this is entered inside ``vmap``, calls that name ``place`` draw run by run, from the generator of each.

    The numbers are those that each run would have drawn by itself, whatever the function and the law.

    Args:
        place: Stands for the generator of whichever run it is.
        marker: A tensor that ``vmap`` has divided into the runs.
        generators: Of the runs, in their order.
    """

    def __init__(self, place: torch.Generator, marker: Tensor, generators: Sequence[torch.Generator]) -> None:
        """Keep the parts."""
        super().__init__()
        self._place, self._marker, self._generators = place, marker, tuple(generators)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Draw where the place is named; leave all else alone."""
        options = dict(kwargs or {})
        if options.get("generator") is not self._place:
            return func(*args, **options)
        del options["generator"]
        return _Drawn.apply(self._marker, self._generators, func, options, *args)  # type: ignore[no-untyped-call]


class _Drawn(torch.autograd.Function):
    """A draw for each run, stacked; differentiable in nothing."""

    @staticmethod
    def forward(*_inputs: Any) -> Tensor:
        msg = "draws of several runs are made inside vmap only"
        raise RuntimeError(msg)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep nothing."""

    @staticmethod
    def vmap(
        _info: Any,
        in_dims: tuple[Any, ...],
        _marker: Tensor,
        generators: Sequence[torch.Generator],
        func: Callable[..., Tensor],
        options: Mapping[str, Any],
        *args: Any,
    ) -> tuple[Tensor, int]:
        """Return the draws along a new first axis: the rule by which ``vmap`` replaces the call."""
        axes = in_dims[-len(args) :] if args else ()

        def of(run: int) -> list[Any]:
            # the axis of what is no tensor, such as a shape, is no number
            pairs = zip(args, axes, strict=True)
            return [value.select(axis, run) if isinstance(axis, int) else value for value, axis in pairs]

        drawn = [func(*of(run), generator=generator, **options) for run, generator in enumerate(generators)]
        return torch.stack(drawn), 0
