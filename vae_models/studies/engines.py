"""What runs the cells of a study: processes of this machine, or a Ray cluster."""

import contextlib
import functools
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from vae_models.studies.cell import Bundle, work
from variational.errors import InvalidInputError

_GIB = 2**30
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_LOADED = ("torch._dynamo", "vae_models.measuring", "vae_models.runs", "vae_models.session")  # takes seconds
_PATIENCE = 60.0  # seconds that a worker has to write its checkpoint


@runtime_checkable
class Engine(Protocol):
    """Runs bundles of cells; how each cell ended is in its folder, and a worker that was killed left nothing there.

    Attributes:
        name: For the record.
        jobs: Bundles at a time.
    """

    name: str
    jobs: int

    def submit(self, bundle: Bundle) -> None:
        """Begin with a bundle."""

    def wait(self, seconds: float) -> list[tuple[Bundle, str]]:
        """Return the bundles whose workers ended, with what is known of the end, after at most so many seconds."""

    def close(self) -> None:
        """Ask the workers to stop at a checkpoint, and wait until they have."""


class LocalEngine:
    """One process for each bundle, with one thread.

    Without GPUs the processes are forked from one that has loaded the modules and begun nothing, where the system can.

    Args:
        jobs: Bundles at a time.
        gpus: Numbers of the GPUs, each as often as bundles share it; empty for none.
    """

    name = "local"

    def __init__(self, *, jobs: int, gpus: Sequence[int] = ()) -> None:
        """Begin without processes."""
        self.jobs = min(jobs, len(gpus)) if gpus else jobs
        self._free = list(gpus)
        forked = not gpus and "forkserver" in multiprocessing.get_all_start_methods()
        self._context = multiprocessing.get_context("forkserver") if forked else multiprocessing.get_context("spawn")
        self._context.set_forkserver_preload(list(_LOADED))
        self._running: dict[BaseProcess, tuple[Bundle, int | None]] = {}

    def submit(self, bundle: Bundle) -> None:
        """Begin a process; a bundle on a GPU sees that one only."""
        gpu = self._free.pop(0) if self._free else None
        process = self._context.Process(target=_local_work, args=(bundle, gpu))
        with _environment(dict.fromkeys(_THREADS, "1")):  # inherited, and so there before torch is loaded
            process.start()
        self._running[process] = (bundle, gpu)

    def wait(self, seconds: float) -> list[tuple[Bundle, str]]:
        """Return the bundles whose processes ended."""
        wait([process.sentinel for process in self._running], timeout=seconds)
        ended = []
        for process in [process for process in self._running if not process.is_alive()]:
            bundle, gpu = self._running.pop(process)
            process.join()
            if gpu is not None:
                self._free.append(gpu)
            ended.append((bundle, f"its process ended with status {process.exitcode}"))
        return ended

    def close(self) -> None:
        """Ask all processes to stop, wait, and kill those that do not."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.join(_PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()
        self._running.clear()


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables, and as they were afterwards."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _local_work(bundle: Bundle, gpu: int | None) -> None:
    if gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = str(gpu)
    work(bundle, parent=os.getppid())  # that of a forked process ends with the sweep, too


class RayEngine:
    """Bundles as tasks of a Ray cluster, each in a process of its own.

    Args:
        address: Of the cluster; None takes the one RAY_ADDRESS names, or begins one on this machine.
        jobs: Bundles at a time; None as many as there are processors.
        gpus: Of each bundle, a fraction allowed.
        memory_gib: Of each bundle.

    The folder of the study must lie where every machine of the cluster sees it.
    """

    name = "ray"

    def __init__(self, *, address: str | None, jobs: int | None, gpus: float, memory_gib: float) -> None:
        """Join the cluster."""
        try:
            import ray  # noqa: PLC0415  an extra
        except ImportError as error:
            msg = "--engine ray needs Ray, which is not installed; pip install 'vaeproof[cluster]', or --engine local"
            raise InvalidInputError(msg) from error
        self._ray: Any = ray
        # a cluster that runs already has its own number
        count = jobs if address is None and "RAY_ADDRESS" not in os.environ else None
        try:
            ray.init(address=address, num_cpus=count, include_dashboard=False, log_to_driver=False)
        except ConnectionError as error:
            msg = f"--address must be that of a running Ray cluster, got {address!r}: {error}"
            raise InvalidInputError(msg) from error
        self.jobs = jobs or max(1, int(ray.cluster_resources().get("CPU", 1)))
        # a process for each bundle, as locally; the sweep itself tries again, so that it can count
        remote = ray.remote(max_calls=1, max_retries=0, num_cpus=1, num_gpus=gpus, memory=int(memory_gib * _GIB))
        self._work = remote(_ray_work)
        self._running: dict[Any, Bundle] = {}

    def submit(self, bundle: Bundle) -> None:
        """Hand a bundle to the cluster."""
        self._running[self._work.remote(bundle)] = bundle

    def wait(self, seconds: float) -> list[tuple[Bundle, str]]:
        """Return the bundles whose tasks ended."""
        done, _ = self._ray.wait(list(self._running), num_returns=1, timeout=seconds)
        return [(self._running.pop(each), self._complaint(each)) for each in done]

    def _complaint(self, reference: Any) -> str:
        try:
            self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            return " ".join(str(error).split())
        return "its task ended"

    def close(self) -> None:
        """Interrupt all tasks, wait until they have stopped, and leave the cluster."""
        for reference in self._running:
            self._ray.cancel(reference)
        if self._running:
            self._ray.wait(list(self._running), num_returns=len(self._running), timeout=_PATIENCE)
        self._running.clear()
        self._ray.shutdown()


def _ray_work(bundle: Bundle) -> None:
    work(bundle)


def fitting_jobs(memory_gib: float, *, meminfo: Path = Path("/proc/meminfo")) -> int:
    """Return how many cells fit into the cores and the free memory of this machine, at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError):
        for row in meminfo.read_text(encoding="ascii").splitlines():
            if row.startswith("MemAvailable:"):
                return max(1, min(cores, int(int(row.split()[1]) * 1024 / (memory_gib * _GIB))))
    return cores


def gpu_slots(gpus: float) -> list[int]:
    """Return the GPUs of this machine, each as often as cells that take such a part of it fit."""
    if not gpus:
        return []
    import torch  # noqa: PLC0415  only where GPUs are asked for

    count = torch.cuda.device_count()
    if not count or gpus > 1:
        msg = f"--gpus must be at most 1, on a machine with a GPU that torch sees, got {gpus} with {count} GPUs"
        raise InvalidInputError(msg)
    return [gpu for _ in range(int(1 / gpus)) for gpu in range(count)]


Factory = Callable[[], Engine]


def engine_factory(name: str, *, address: str | None, jobs: int | None, gpus: float, memory_gib: float) -> Factory:
    """Return what makes the engine of a name, local or ray."""
    if name == "ray":
        return functools.partial(RayEngine, address=address, jobs=jobs, gpus=gpus, memory_gib=memory_gib)
    return lambda: LocalEngine(jobs=jobs or fitting_jobs(memory_gib), gpus=gpu_slots(gpus))
