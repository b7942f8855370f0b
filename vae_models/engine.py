"""Takes optimiser steps: the whole data set on the device, batches by index, and nothing per example in Python."""

import contextlib
import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from vae_models.aggressive import AggressiveSteps
from vae_models.config import RunConfig
from vae_models.data.dataset import Part
from vae_models.data.text import lengths
from vae_models.errors import NonFiniteLossError
from vae_models.first_batch import start_from_data
from vae_models.graphs import GraphedStep
from vae_models.model import Model
from vae_models.objective import Batch, Objective, Preparing, Terms
from vae_models.optimisers import adversary_of, bare_step, make_optimiser
from vae_models.order import Order
from vae_models.plain_steps import require_one_update
from vae_models.recorded_step import RecordedStep
from vae_models.seeds import derived_seed
from vae_models.world import World
from variational.errors import InvalidInputError

_CHECK_ON_GPU = 20  # steps between looks at the loss, since each waits for the GPU


class _Loss(nn.Module):
    """The loss as one module, so that DistributedDataParallel sees the whole of it."""

    def __init__(self, model: Model, objective: Objective) -> None:
        super().__init__()
        self.model = model
        self.objective = objective  # a submodule where it is one

    def forward(self, batch: Batch) -> Terms:
        return self.objective(self.model, batch)


class Engine:
    """A model in training.

    Args:
        model: Changed in place.
        objective: Its networks, if it is a module, are trained as well.
        part: What is trained on.
        config: Of the run; says seed, batch size, optimiser, precision and machine.
        world: Of how many processes this is which.

    Attributes:
        steps: Optimiser steps taken.
        parameters: All that is trained.
        adversary: Which of them are trained against the model.
        generator: Of every draw.
        lagging: What it does beside its steps in lagging inference; None without.
        index: Positions in the data set of the last batch of a loss.
        before: State of the generator before that batch, on a processor.
    """

    def __init__(
        self, model: Model, objective: Objective, part: Part, *, config: RunConfig, world: World | None = None
    ) -> None:
        """Move everything to the device and make the optimiser."""
        self.world = world or World()
        if config.batch_size % self.world.size:
            msg = f"batch_size must be a multiple of the {self.world.size} processes, got {config.batch_size}"
            raise InvalidInputError(msg)
        self.config, self.device, self.steps = config, self.world.device, 0
        self.dtype = torch.float64 if config.precision == "float64" else torch.float32
        self.model = model.to(device=self.device, dtype=self.dtype)
        self.objective = objective
        self._modules: list[nn.Module] = [self.model]
        if isinstance(objective, nn.Module):
            self._modules.append(objective.to(device=self.device, dtype=self.dtype))
        self.part = part.to(self.device)
        tokens = part.examples.dtype == torch.int64 and len(part.shape) == 1
        groups = lengths(part.examples) if tokens else None
        self.order = Order(count=len(part), batch_size=config.batch_size, seed=config.seed, groups=groups)
        self._epoch, self._batches = -1, self.order.epoch(0, device=self.device)
        self.generator = torch.Generator(self.device)
        self.generator.manual_seed(derived_seed(config.seed, "draws", self.world.rank))
        self.train()
        start_from_data(self.model, lambda: self.batch_of(self.next_index()))  # a checkpoint that is loaded replaces it
        parameters = {id(weight): weight for module in self._modules for weight in module.parameters()}
        self.parameters = [weight for weight in parameters.values() if weight.requires_grad]
        self.adversary = adversary_of(objective, config)
        against = {id(weight) for weight in self.adversary}
        graphs = config.machine.cuda_graphs
        self.optimiser = make_optimiser(
            [weight for weight in self.parameters if id(weight) not in against],
            config.optimiser,
            adversary=self.adversary,
            capturable=graphs,
        )
        self._optimise = bare_step(self.optimiser)
        updates = config.lagging.encoder_updates
        self.lagging = None if updates is None else AggressiveSteps(self, most_updates=updates)
        if graphs or self.world.size > 1:
            require_one_update(config, "cuda_graphs" if graphs else f"{self.world.size} processes")
        if config.machine.compile:
            self.model.encoder.compile()
            self.model.decoder.compile()
        self._preparing = objective if isinstance(objective, Preparing) else None
        self._loss: Any = self.objective_of_batch
        if self.world.size > 1:
            self._loss = DistributedDataParallel(_Loss(self.model, objective))
        self.before, self.index = self.generator.get_state(), self._batches[0]
        self._check = 1 if self.device.type == "cpu" else _CHECK_ON_GPU
        self._pending: list[tuple[int, Tensor]] = []
        self._shortcut: GraphedStep | RecordedStep | None = None
        if self.device.type == "cpu":
            self._shortcut = RecordedStep(self)
        elif graphs and self.world.size == 1:
            self._shortcut = GraphedStep(self)

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches in a pass through the data."""
        return self.order.batches

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return float(self.optimiser.param_groups[0]["lr"])

    def train(self, mode: bool = True) -> None:
        """Switch dropout and batch normalisation of model and objective to training, or to evaluation."""
        for module in self._modules:
            module.train(mode)

    def precision(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which losses are computed."""
        if self.config.precision == "bf16":
            return torch.autocast(self.device.type, dtype=torch.bfloat16)
        return contextlib.nullcontext()

    def objective_of_batch(self, batch: Batch) -> Terms:
        """Return the loss of the model on a batch."""
        return self.objective(self.model, batch)

    def next_index(self) -> Tensor:
        """Return the positions in the data set of the batch of the next step, or of this process's share of it."""
        epoch, place = divmod(self.steps, len(self._batches))
        if epoch != self._epoch:
            self._batches, self._epoch = self.order.epoch(epoch, device=self.device), epoch
        index = self._batches[place]
        if self.world.size > 1:
            index = index.tensor_split(self.world.size)[self.world.rank]
        return index

    def batch_of(self, index: Tensor) -> Batch:
        """Return the batch of these positions; where the data are drawn, they are drawn here."""
        data = self.part.take(index, dtype=self.dtype, generator=self.generator)
        return Batch(data=data, index=index, step=self.steps, generator=self.generator)

    def step(self) -> Terms:
        """Take one step and return the terms of its loss, without gradient.

        Raises:
            NonFiniteLossError: The loss is nan or infinite. On a processor the weights are those that gave it; a GPU
                is asked every few steps only.
        """
        if self._preparing is not None and self._preparing.due(self.steps):
            self._preparing.prepare(self.model, self.batch_of(self.next_index()))
        if self._shortcut is not None:
            found = self._shortcut.step()
            if found is not None:
                return self._taken(found)
        only, updates = None, 0
        if self.lagging is not None and self.lagging.goes_on():
            only, updates = self.lagging.rest, self.lagging.train_encoder()
        for _ in range(self.config.optimiser.adversary_updates - 1):
            self.update(self.loss_of(self.random_index()).loss, only=self.adversary)
        terms = self.loss_of(self.next_index())
        self.update(terms.loss, only=only)
        if self.lagging is not None:
            terms = Terms(loss=terms.loss, parts={**terms.parts, "encoder_updates": torch.tensor(float(updates))})
        return self._taken(terms)

    def random_index(self) -> Tensor:
        """Return the positions in the data set of one of the batches of this epoch, drawn at random."""
        self.next_index()  # after which the batches are those of this epoch
        place = torch.randint(len(self._batches), (), generator=self.generator, device=self.device)
        return self._batches[int(place)]

    def loss_of(self, index: Tensor) -> Terms:
        """Return the loss of the batch of these positions and its terms, with a graph.

        Raises:
            NonFiniteLossError: The loss is nan or infinite, found on a processor only.
        """
        batch = self.begin_batch(index)
        with self.precision():
            terms: Terms = self._loss(batch)
        if self._check == 1:
            self.require_finite(self.steps, terms.loss)
        return terms

    def begin_batch(self, index: Tensor) -> Batch:
        """Return the batch of these positions for a step, and keep what it can be made from again."""
        self.index = index
        if self._check == 1:
            self.before = self.generator.get_state()
        return self.batch_of(index)

    def update(self, loss: Tensor, *, only: list[nn.Parameter] | None = None) -> None:
        """Change the weights, or some of them only, along the gradient of a loss."""
        for weight in self.parameters:  # zero_grad does so within a range for a profiler, at twenty times the cost
            weight.grad = None
        loss.backward(inputs=only)  # type: ignore[no-untyped-call]
        self.apply_gradients()

    def apply_gradients(self) -> None:
        """Change the weights along the gradients that they hold, shortened where that is asked for."""
        if self.config.optimiser.clip_norm is not None:
            for group in self.optimiser.param_groups:
                nn.utils.clip_grad_norm_(group["params"], self.config.optimiser.clip_norm)
        self._optimise()

    def _taken(self, terms: Terms) -> Terms:
        loss = terms.loss.detach()
        if self._check > 1:
            self._pending.append((self.steps, loss))
            if len(self._pending) >= self._check:
                self.look()
        self.steps += 1
        return Terms(loss=loss, parts=terms.parts)

    def look(self) -> None:
        """Raise NonFiniteLossError if a loss that has not been looked at is nan or infinite."""
        pending, self._pending = self._pending, []
        if pending and not bool(torch.isfinite(torch.stack([loss for _, loss in pending])).all()):
            for step, loss in pending:
                self.require_finite(step, loss)

    def require_finite(self, step: int, loss: Tensor) -> None:
        """Raise NonFiniteLossError with the step if the loss is nan or infinite."""
        value = loss.item()
        if not math.isfinite(value):
            msg = f"the loss of step {step} is {value}"
            raise NonFiniteLossError(msg, step=step)

    def set_learning_rate(self, rate: float) -> None:
        """Go on with another learning rate, that of an adversary in proportion; the optimiser remembers nothing."""
        self.optimiser.state.clear()
        change = rate / self.learning_rate
        for group in self.optimiser.param_groups[1:]:
            group["lr"] *= change
        self.optimiser.param_groups[0]["lr"] = rate
        if isinstance(self._shortcut, GraphedStep):
            self._shortcut = GraphedStep(self)

    def weights(self) -> dict[str, Any]:
        """Return the state of the model and of the objective, if it has one."""
        state: dict[str, Any] = {"model": self.model.state_dict()}
        if hasattr(self.objective, "state_dict"):
            state["objective"] = self.objective.state_dict()
        return state

    def load_weights(self, state: Mapping[str, Any]) -> None:
        """Take over what ``weights`` returned."""
        self.model.load_state_dict(state["model"])
        if hasattr(self.objective, "load_state_dict"):
            self.objective.load_state_dict(state["objective"])

    def state(self) -> dict[str, Any]:
        """Return everything that the next step depends on, but for the data and the configuration."""
        default = [torch.get_rng_state()]
        if self.device.type == "cuda":
            default.append(torch.cuda.get_rng_state(self.device))
        return {
            **self.weights(),
            **({} if self.lagging is None else {"lagging": self.lagging.state()}),
            "optimiser": self.optimiser.state_dict(),
            "steps": self.steps,
            "generators": self.world.gather(self.generator.get_state()),
            "default_generators": [self.world.gather(state) for state in default],
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what ``state`` returned, bit for bit on a processor.

        Raises:
            InvalidInputError: It was saved by another number of processes.
        """
        if len(state["generators"]) != self.world.size:
            msg = f"the run must go on with {len(state['generators'])} processes as before, got {self.world.size}"
            raise InvalidInputError(msg)
        self.load_weights(state)
        self.optimiser.load_state_dict(state["optimiser"])
        if self.lagging is not None:
            self.lagging.load_state(state["lagging"])
        self.steps = int(state["steps"])
        rank = self.world.rank
        self.generator.set_state(state["generators"][rank])
        default = state["default_generators"]
        torch.set_rng_state(default[0][rank])
        if self.device.type == "cuda" and len(default) > 1:
            torch.cuda.set_rng_state(default[1][rank], self.device)
