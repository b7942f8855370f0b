"""The loop of a run: steps, evaluations, what they decide, lines of the log, and checkpoints."""

import dataclasses
import json
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vae_models.checkpoint import Found, save_checkpoint
from vae_models.data.dataset import DataSet
from vae_models.engine import Engine
from vae_models.errors import NonFiniteLossError
from vae_models.evaluation import evaluate
from vae_models.files import write_whole
from vae_models.logs import RunLog
from vae_models.objective import Scheduled, Terms
from vae_models.plateau import Action, Plateau
from vae_models.progress import Progress, Silent
from vae_models.records import LogRecord, Outcome
from vae_models.window import Window
from variational.errors import InvalidInputError

CHECKPOINTS = "checkpoints"
NON_FINITE = "non-finite"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Result:
    """How a run ended.

    Attributes:
        outcome: Why it ended.
        plateau: What the evaluations have shown.
        loss: Mean training loss of the last line of the log.
        seconds: Spent training, over all sessions.
    """

    outcome: Outcome
    plateau: Plateau
    loss: float | None
    seconds: float


class Training:
    """A run in a folder.

    Raises InvalidInputError where a weight of the objective would still move at the end of the run, for lagging
    inference without validation data, and for a run shorter than what was trained of it.

    Args:
        engine: With the model.
        data: Its validation split is evaluated on, if there is one.
        folder: Of the run; this process holds its lock.
        found: The checkpoint to go on from, if any.
        stop: Whether the run is asked to stop; it finishes its step and writes a checkpoint.
        say: What is told what the evaluations decide, in a sentence.

    Attributes:
        progress: What is told how far the run is.
        loss: Mean training loss of the last line of the log.
    """

    def __init__(
        self,
        engine: Engine,
        data: DataSet,
        *,
        folder: Path,
        found: Found | None = None,
        stop: Callable[[], bool] = bool,
        say: Callable[[str], object] = bool,
    ) -> None:
        """Go on from the checkpoint, and cut the log to it."""
        self.engine, self.config, self.data = engine, engine.config, data
        self.plateau, self.loss, self.seconds = Plateau(), None, 0.0
        self._folder, self._stop, self._say = folder, stop, say
        self.progress: Progress = Silent()
        self._window = Window()
        self._best: Mapping[str, Any] | None = None
        self._first = engine.world.rank == 0
        if isinstance(engine.objective, Scheduled):
            engine.objective.require_settled(total_steps=self.total)
        if engine.lagging is not None and data.validation is None:
            msg = f"encoder_updates must be None for data without validation examples, got {data.name}"
            raise InvalidInputError(msg)
        if found is not None and found.path is not None:
            self._load(found.state)
        if self.total < engine.steps:
            msg = f"epochs or steps must give at least the {engine.steps} steps taken already, got {self.total}"
            raise InvalidInputError(msg)
        self._log: RunLog | None = None
        if self._first:
            self._log = RunLog(folder, step=engine.steps, tensorboard=self.config.machine.tensorboard)
            if self.config.machine.tensorboard and not self._log.has_tensorboard:
                say("tensorboard is not installed; its files are not written")
        self._saved_at = engine.steps if found is not None and found.path is not None else -1
        self._saved_time = time.monotonic()
        self._logged_time, self._logged_step = time.perf_counter(), engine.steps
        self._evaluate_every = max(1, round(self.config.evaluate_every * engine.steps_per_epoch))
        self.begin()

    loss: float | None

    @property
    def total(self) -> int:
        """Steps of the whole run."""
        if self.config.steps is not None:
            return self.config.steps
        return (self.config.epochs or 0) * self.engine.steps_per_epoch

    def run(self) -> Result:
        """Train to the end, until an evaluation or a request stops it.

        Raises:
            NonFiniteLossError: After the batch was saved in the folder.
        """
        outcome: Outcome | None = None if self.engine.steps < self.total else "done"
        self.begin()
        try:
            while outcome is None:
                outcome = self.after(self.engine.step())
            self.engine.look()
        except NonFiniteLossError as error:
            self.fail(error)
            raise
        finally:
            self.close()
        return self.end(outcome)

    def begin(self) -> None:
        """Start the clock, for whoever takes the steps of the engine in place of ``run``."""
        self._begun = time.perf_counter() - self.seconds

    def after(self, terms: Terms) -> Outcome | None:
        """Do what a step of the engine is followed by, and return how the run ended, if it did.

        Args:
            terms: Of the step.

        Raises:
            NonFiniteLossError: A mean, or a validation loss, is not finite.
        """
        engine, machine, step = self.engine, self.config.machine, self.engine.steps
        self._window.add(terms)
        self.seconds = time.perf_counter() - self._begun
        if step % machine.log_every == 0 or step == self.total:
            self._write_line()
        measured = self._after_epoch() if step % engine.steps_per_epoch == 0 else {}
        if (step % self._evaluate_every == 0 or step == self.total) and self._evaluate(measured) is Action.STOP:
            return "stopped early"
        if engine.world.any(self._stop()):
            return "interrupted" if step < self.total else "done"
        if step >= self.total:
            return "done"
        due = machine.checkpoint_every is not None and step % machine.checkpoint_every == 0
        if due or (step % machine.log_every == 0 and engine.world.any(self._is_due())):
            self._save()
        return None

    def close(self) -> None:
        """Close the log."""
        if self._log is not None:
            self._log.close()

    def end(self, outcome: Outcome) -> Result:
        """Save the last checkpoint and return how the run ended."""
        self._save()
        return self.result(outcome)

    def result(self, outcome: Outcome) -> Result:
        """Return how the run stands."""
        return Result(outcome=outcome, plateau=self.plateau, loss=self.loss, seconds=self.seconds)

    def _is_due(self) -> bool:
        return time.monotonic() - self._saved_time >= self.config.machine.checkpoint_seconds

    def _write_line(self) -> None:
        steps, now = len(self._window), time.perf_counter()
        self.loss, parts = self._window.means()
        taken = self.engine.steps - self._logged_step  # fewer than the line has, after going on in its middle
        rate = taken * self.config.batch_size / max(now - self._logged_time, 1e-9) if taken else 0.0
        self._logged_time, self._logged_step = now, self.engine.steps
        if steps:
            self._require_finite(self.loss, parts, what="the mean of step")
            self._record("train", self.loss, parts, rate=rate)
            self.progress.advance(self.engine.steps, loss=self.loss, examples_per_second=rate)

    def _record(self, split: Any, loss: float, parts: Mapping[str, float], *, rate: float = 0.0) -> None:
        if self._log is not None:
            engine = self.engine
            self._log.add(
                LogRecord(
                    step=engine.steps,
                    epoch=engine.steps / engine.steps_per_epoch,
                    split=split,
                    loss=loss,
                    parts=parts,
                    learning_rate=engine.learning_rate,
                    examples_per_second=rate,
                    seconds=self.seconds,
                )
            )

    def _require_finite(self, loss: float, parts: Mapping[str, float], *, what: str) -> None:
        for name, value in {"loss": loss, **parts}.items():
            if not math.isfinite(value):
                msg = f"{what} {self.engine.steps} is not finite: {name} is {value}"
                raise NonFiniteLossError(msg, step=self.engine.steps, batch=False)

    def _after_epoch(self) -> Mapping[str, float]:
        """Ask whether lagging inference goes on; return what was measured for it."""
        lagging, start = self.engine.lagging, time.perf_counter()
        if lagging is None or self.data.validation is None or not lagging.goes_on():
            return {}
        information = lagging.after_epoch(self.data.validation)
        if not lagging.goes_on():
            self._say(f"step {self.engine.steps}: lagging inference ends, mutual information {information:.4g} nats")
        self._logged_time += time.perf_counter() - start  # no more than evaluations
        return {"mutual_information": information}

    def _evaluate(self, measured: Mapping[str, float]) -> Action:
        if self.data.validation is None:
            return Action.GO_ON
        start, engine = time.perf_counter(), self.engine
        loss, parts = evaluate(engine, self.data.validation)
        parts = {**parts, **measured}
        self._require_finite(loss, parts, what="the validation loss after step")
        self._record("validation", loss, parts)
        epoch = engine.steps / engine.steps_per_epoch
        self.plateau, action = self.plateau.after(loss, step=engine.steps, epoch=epoch, config=self.config.plateau)
        if action is Action.IMPROVED and self._needs_best:
            self._keep_best()
        if action is Action.HALVE:
            if self._best is not None:
                engine.load_weights(self._best)
            engine.set_learning_rate(engine.learning_rate / 2)
        if action in {Action.HALVE, Action.STOP}:
            self._say(f"step {engine.steps}: {action.value} (learning rate {engine.learning_rate:.3g})")
        self._logged_time += time.perf_counter() - start  # evaluations do not count as training
        return action

    @property
    def _needs_best(self) -> bool:
        return self.config.plateau.halve_after is not None or self.config.plateau.stop_after is not None

    def _keep_best(self) -> None:
        self._best = _copied(self.engine.weights())
        if self._first:
            save_checkpoint(
                self._folder / CHECKPOINTS,
                self._best,
                step=self.engine.steps,
                identity=self.config.trajectory,
                best=True,
            )

    def _state(self) -> dict[str, Any]:
        return {
            **self.engine.state(),
            "plateau": dataclasses.asdict(self.plateau),
            "best_step": self.plateau.best_step if self._best is not None else None,
            "window": self._window.state(),
            "loss": self.loss,
            "seconds": self.seconds,
        }

    def _load(self, state: Mapping[str, Any]) -> None:
        self.engine.load_state(state)
        self.plateau = Plateau(**state["plateau"])
        self._best = state.get("best")
        self._window.load_state(state["window"])
        self.loss, self.seconds = state["loss"], state["seconds"]

    def _save(self) -> None:
        if self._saved_at == self.engine.steps:
            return
        state = self._state()  # in every process, since each has a generator
        if self._first:
            save_checkpoint(self._folder / CHECKPOINTS, state, step=self.engine.steps, identity=self.config.trajectory)
        self._saved_at, self._saved_time = self.engine.steps, time.monotonic()

    def fail(self, error: NonFiniteLossError) -> None:
        """Save what the bad step was computed from, in the form of a checkpoint that no run goes on from."""
        engine = self.engine
        state = engine.weights()
        about: dict[str, Any] = {"step": error.step, "message": str(error)}
        if error.batch:
            engine.steps = error.step  # a GPU is asked late: then the weights are later ones than the batch
            index = engine.next_index()
            if engine.device.type == "cpu":
                engine.generator.set_state(engine.before)
                index = engine.index
            batch = engine.batch_of(index)
            state |= {"data": batch.data, "index": batch.index, "generator": engine.before}
            about["index"] = batch.index.tolist()
        folder = self._folder / f"{NON_FINITE}-rank{engine.world.rank}"
        about["weights"] = save_checkpoint(folder, state, step=error.step, identity=self.config.trajectory).name
        write_whole(folder / "about.json", (json.dumps(about) + "\n").encode())


def _copied(value: Any) -> Any:
    """Return a nested state with copies of its tensors."""
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return value.clone() if hasattr(value, "clone") else value
