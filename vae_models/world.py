"""The processes of a run: one, or as many as torchrun started, which divide each batch among themselves."""

import dataclasses
import gc
import os

import torch
import torch.distributed as dist
from torch import Tensor

from vae_models.config import MachineConfig
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class World:
    """Which of how many processes this one is.

    Attributes:
        rank: Number of the process; 0 writes the files.
        size: How many there are.
        device: Where this one computes.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = dataclasses.field(default_factory=lambda: torch.device("cpu"))

    def any(self, flag: bool) -> bool:
        """Return whether the flag is true in any process."""
        if self.size == 1:
            return flag
        found = torch.tensor(int(flag), device=self.device)
        dist.all_reduce(found, op=dist.ReduceOp.MAX)
        return bool(found)

    def first(self, value: float) -> float:
        """Return the value that process 0 has, so that all decide alike."""
        if self.size == 1:
            return value
        found = torch.tensor(value, dtype=torch.float64, device=self.device)
        dist.broadcast(found, src=0)
        return float(found)

    def gather(self, tensor: Tensor) -> list[Tensor]:
        """Return the tensor of every process, in order of rank; on the processor."""
        if self.size == 1:
            return [tensor.cpu()]
        parts = [torch.empty_like(tensor, device=self.device) for _ in range(self.size)]
        dist.all_gather(parts, tensor.to(self.device))
        return [part.cpu() for part in parts]


def join_world(machine: MachineConfig) -> World:
    """Return the world that torchrun's environment describes, with its process group; else that of one process.

    Raises:
        InvalidInputError: A GPU is asked for and there is none.
    """
    if machine.device == "cuda" and not torch.cuda.is_available():
        msg = "device must be auto or cpu on this machine, got 'cuda': torch finds no GPU"
        raise InvalidInputError(msg)
    on_gpu = machine.device != "cpu" and torch.cuda.is_available()
    if machine.cuda_graphs and not on_gpu:
        msg = "cuda_graphs needs a GPU, got a run on the processor"
        raise InvalidInputError(msg)
    local = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local) if on_gpu else torch.device("cpu")
    if on_gpu:
        torch.cuda.set_device(device)
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return World(device=device)
    dist.init_process_group("nccl" if on_gpu else "gloo")
    return World(rank=dist.get_rank(), size=size, device=device)


def leave_world(world: World) -> None:
    """Close the process group, if there is one, once all processes are here."""
    if world.size > 1:
        gc.collect()  # what reduces gradients holds threads of the group, which must end before it
        dist.barrier()
        dist.destroy_process_group()
