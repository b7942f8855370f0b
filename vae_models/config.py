"""One frozen configuration describes a run: data, model, objective, optimiser, length, machine (standard library)."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from vae_models.serial import from_json, to_json
from vae_models.settings.checks import require, require_positive
from vae_models.settings.model import ModelConfig
from vae_models.settings.objectives import ElboConfig, ObjectiveForm
from variational.errors import InvalidInputError

RUN_CONFIG_SCHEMA = "vaeproof.config/1"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DataConfig:
    """What is trained on.

    Attributes:
        source: Name of a data set; `python -m vae_models.train --list` shows all.
        binarisation: real: as it is; static: drawn once, with data_seed; dynamic: drawn anew in each training batch.
        path: File or folder of the sources image-folder, array, text and codes, and of those that must be brought where
            None takes their usual place below the folder of the data sets.
        train_size: Use only the first so many training examples; None takes all.
        validation_size: Examples taken from the end of the training set for validation; None takes the usual number.
        data_seed: Of splits, static binarisation and generated data.
        image_size: Side of images after reduction; None keeps that of the source.
        dimension: Of generated data.
        count: Of generated examples, for each component.
        deviation: Standard deviation of each component of generated data.
        separation: Distance between the components along each coordinate.
        weight: Probability of the second component of a mixture.
        base: The images that noise-partitions adds noise to.
        pattern: Where noise-partitions adds noise: classes below 5 or all, upper half or whole.
        noise_variance: How much noise it adds.
    """

    source: str = "digits"
    binarisation: Literal["real", "static", "dynamic"] = "real"
    path: str | None = None
    train_size: int | None = None
    validation_size: int | None = None
    data_seed: int = 0
    image_size: int | None = None
    dimension: int = 2
    count: int = 10_000
    deviation: float = 1.0
    separation: float = 1.0
    weight: float = 0.5
    base: Literal["digits", "mnist", "fashion-mnist"] = "digits"
    pattern: Literal["uniform", "spatial", "conditional", "spatial-conditional"] = "uniform"
    noise_variance: float = 0.01

    def __post_init__(self) -> None:
        """Refuse sizes below one, a negative scale and a weight that is no probability."""
        require_positive(self, "train_size", "image_size", "dimension", "count")
        for name in ("validation_size", "deviation", "noise_variance"):
            value = getattr(self, name)
            require(value is None or 0 <= value < float("inf"), name, value, "at least 0 and finite")
        require(0 <= self.data_seed < 2**60, "data_seed", self.data_seed, "at least 0 and below 2**60")  # 8 seeds of it
        require(abs(self.separation) < float("inf"), "separation", self.separation, "finite")
        require(0 <= self.weight <= 1, "weight", self.weight, "between 0 and 1")


@dataclasses.dataclass(frozen=True, kw_only=True)
class OptimiserConfig:
    """How the loss is minimised.

    Attributes:
        optimiser: Adam and SGD run fused, RMSprop over lists of tensors.
        learning_rate: > 0.
        betas: Of Adam and AdamW.
        momentum: Of SGD and RMSprop.
        epsilon: Of Adam, AdamW and RMSprop; None takes 1e-8.
        weight_decay: Multiplied with the weights and added to the gradient (AdamW: subtracted from the weights).
        clip_norm: The gradient of all weights together is shortened to this norm; None leaves it. That of an adversary
            is shortened by itself.
        adversary_rate: Learning rate of a network that is trained against the model; None takes learning_rate.
        adversary_betas: Of Adam and AdamW for it; None takes betas.
        adversary_updates: Its updates for each of the model: all but the last from batches drawn at random, the last
            together with the model.
    """

    optimiser: Literal["adam", "adamw", "sgd", "rmsprop"] = "adam"
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    momentum: float = 0.0
    epsilon: float | None = None
    weight_decay: float = 0.0
    clip_norm: float | None = None
    adversary_rate: float | None = None
    adversary_betas: tuple[float, float] | None = None
    adversary_updates: int = 1

    def __post_init__(self) -> None:
        """Refuse rates and norms that are not positive, and momenta outside [0, 1)."""
        require_positive(self, "learning_rate", "epsilon", "clip_norm", "adversary_rate", "adversary_updates")
        require(0 <= self.weight_decay < float("inf"), "weight_decay", self.weight_decay, "at least 0 and finite")
        for name, values in (
            ("momentum", (self.momentum,)),
            ("betas", self.betas),
            ("adversary_betas", self.adversary_betas or ()),
        ):
            for value in values:
                require(0 <= value < 1, name, value, "at least 0 and below 1")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlateauConfig:
    """What happens when the validation loss stops falling; counted in evaluations.

    Attributes:
        halve_after: Evaluations without improvement after which the learning rate is halved and the best weights are
            loaded again; None never.
        halve_from_epoch: No evaluation before the end of this epoch counts as one without improvement.
        max_halvings: Once so many halvings are used up, the next one stops the run.
        stop_after: Evaluations without improvement after which the run stops; None never.
        min_improvement: Nats per example by which the loss must fall to count.
    """

    halve_after: int | None = None
    halve_from_epoch: float = 0.0
    max_halvings: int = 5
    stop_after: int | None = None
    min_improvement: float = 0.0

    def __post_init__(self) -> None:
        """Refuse counts below one and negative thresholds."""
        require_positive(self, "halve_after", "stop_after")
        for name in ("halve_from_epoch", "max_halvings", "min_improvement"):
            value = getattr(self, name)
            require(0 <= value < float("inf"), name, value, "at least 0 and finite")


@dataclasses.dataclass(frozen=True, kw_only=True)
class LaggingConfig:
    """Lagging inference: the encoder is trained alone before each step of the rest, as long as that pays.

    Attributes:
        encoder_updates: Most updates of the encoder before a step, 99 in the public code; None: no lagging inference.
        block: Updates over which the loss is averaged; they end when it rises. 10 for images and 15 for text.
        patience: Epochs, in all, that may fail to raise the mutual information of the validation data; then lagging
            inference ends for good.
    """

    encoder_updates: int | None = None
    block: int = 10
    patience: int = 5

    def __post_init__(self) -> None:
        """Refuse counts below one."""
        require_positive(self, "encoder_updates", "block", "patience")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MachineConfig:
    """Where and how a run is computed; no part of what it is, so it may change when a run is resumed.

    Attributes:
        device: auto takes a GPU if there is one.
        threads: Of the processor; None measures a few steps and takes the fastest number.
        compile: Compile encoder and decoder. Off, a run repeats bit for bit on a processor.
        cuda_graphs: Record a whole step on a GPU once and replay it.
        log_every: Steps between lines of the log.
        checkpoint_every: Steps between checkpoints; None: none beyond those by time.
        checkpoint_seconds: Seconds between checkpoints.
        tensorboard: Write TensorBoard files as well, where it is installed.
        data_dir: Folder of the data sets; None takes VAEPROOF_DATA, else the cache folder of the user.
    """

    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int | None = None
    compile: bool = False
    cuda_graphs: bool = False
    log_every: int = 100
    checkpoint_every: int | None = None
    checkpoint_seconds: float = 60.0
    tensorboard: bool = False
    data_dir: str | None = None

    def __post_init__(self) -> None:
        """Refuse counts and times that are not positive."""
        require_positive(self, "threads", "log_every", "checkpoint_every", "checkpoint_seconds")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Everything about a run.

    Attributes:
        preset: Name of the preset it was made from.
        data: What is trained on.
        model: What the model is made of.
        objective: What is minimised.
        optimiser: How it is minimised.
        plateau: What happens when the validation loss stops falling.
        machine: Where and how it is computed.
        seed: Of weights, order of the data and every draw.
        batch_size: Examples in a step, over all processes together.
        epochs: Passes through the training data; exactly one of epochs and steps is given.
        steps: Optimiser steps.
        evaluate_every: Epochs between evaluations on the validation set, if there is one.
        precision: float32, float64, or bf16: float32 weights with bfloat16 arithmetic where it is safe.
    """

    preset: str
    seed: int = 0
    batch_size: int = 64
    epochs: int | None = None
    steps: int | None = None
    evaluate_every: float = 1.0
    precision: Literal["float32", "float64", "bf16"] = "float32"
    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    objective: ObjectiveForm = ElboConfig()
    optimiser: OptimiserConfig = OptimiserConfig()
    plateau: PlateauConfig = PlateauConfig()
    lagging: LaggingConfig = LaggingConfig()
    machine: MachineConfig = MachineConfig()

    def __post_init__(self) -> None:
        """Refuse a run without length or with two, and sizes below one."""
        if (self.epochs is None) == (self.steps is None):
            msg = f"exactly one of epochs and steps must be given, got epochs={self.epochs!r}, steps={self.steps!r}"
            raise InvalidInputError(msg)
        require_positive(self, "batch_size", "epochs", "steps", "evaluate_every")
        require(0 <= self.seed < 2**63, "seed", self.seed, "at least 0 and below 2**63")

    @property
    def identity(self) -> str:
        """Hash of all that determines the result: everything but machine."""
        return self._hash_without("machine")

    @property
    def trajectory(self) -> str:
        """Hash of all that determines the weights after so many steps: everything but machine and length."""
        return self._hash_without("machine", "epochs", "steps")

    def _hash_without(self, *names: str) -> str:
        described = {name: value for name, value in self.to_json().items() if name not in names}
        text = json.dumps(described, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def folder_name(self) -> str:
        """Name of the folder of the run: its preset, its seed and its hash."""
        return f"{self.preset}-seed{self.seed}-{self.identity}"

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as one JSON object."""
        return {"schema": RUN_CONFIG_SCHEMA, **to_json(self, where="config")}  # no field, so no option either

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "RunConfig":
        """Return the configuration that ``to_json`` wrote."""
        schema = data.get("schema")
        require(schema == RUN_CONFIG_SCHEMA, "config.schema", schema, repr(RUN_CONFIG_SCHEMA))
        fields = {name: value for name, value in data.items() if name != "schema"}
        return from_json(cls, fields, where="config")
