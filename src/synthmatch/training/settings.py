"""What a training run is set to. Kept with its checkpoints and weights; a run goes on only under the same settings."""

from dataclasses import asdict, dataclass, field
from typing import Any

from synthmatch.errors import InputError
from synthmatch.models.base import ModelConfig

#: What is done where it is asked for.
OPTIONS = ("augment", "audible", "note")


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """A model's name, how it is built and trained. Raises `InputError` for values that cannot be used.

    `warmup_epochs`: the KL term's weight rises linearly from 0 over so many (the paper: 100 of its 500 epochs). Training
    ends after `epochs`, or when validation has not improved for `patience` of them: a loss is better than the best so far
    where it is lower by more than the share `tolerance`. `augment`: sounds are made like recordings (`training.augment`).
    `audible`: only active parameters count in the loss. `note`: the spectrogram shows the note (`models.pitch_conditioning`).
    """

    model: str
    config: ModelConfig = field(default_factory=ModelConfig)
    seed: int = 0
    batch_size: int = 32
    learning_rate: float = 1e-4
    epochs: int = 40
    warmup_epochs: int = 8
    patience: int = 6
    tolerance: float = 0.0
    augment: bool = False
    audible: bool = False
    note: bool = False

    def named(self) -> dict[str, Any]:
        """By name, JSON: what a run is known again by. An option that is off is not there, so that older runs go on."""
        settings = asdict(self)
        return {name: value for name, value in settings.items() if name not in OPTIONS or value}

    def __post_init__(self) -> None:
        for name in ("batch_size", "epochs", "patience"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}, expected 1 or more")
        if not 0 < self.learning_rate < 1:
            raise InputError(f"learning_rate is {self.learning_rate}, expected between 0 and 1")
        if not 0 <= self.tolerance < 1:
            raise InputError(f"tolerance is {self.tolerance}, expected from 0 to below 1")
        if self.warmup_epochs < 0 or self.seed < 0:
            raise InputError(
                f"got warmup_epochs {self.warmup_epochs}, seed {self.seed}; expected 0 or more, 0 or more, 1 or more"
            )
