"""How large the experiments are run, and which models that means."""

from collections.abc import Iterator
from dataclasses import dataclass

from synthmatch.models.registry import model_class
from synthmatch.training.settings import TrainSettings

#: Separate or joint encoder, separate or joint decoder, in the paper's order.
MODELS = ("s-s", "j-s", "j-j")
#: J-J without its mask, as the published code has it too, and with every synthesizer counted alike. One seed each.
VARIANTS = ("j-j-blind", "j-j-even")
#: The model whose latent sizes are compared.
LATENT_MODEL = "j-s"
LATENT_SIZE = 64


@dataclass(frozen=True, slots=True)
class Scale:
    """`presets` a synthesizer with `pitches` each; models trained with `seeds` seeds; answers scored on `targets` test
    presets a synthesizer. `others`: registered models to train beside the paper's, with one seed."""

    presets: int = 2000
    pitches: tuple[int, ...] = (60, 67)
    seeds: int = 3
    latent_sizes: tuple[int, ...] = (2, 4, 8, 16, 32, 64, 128, 256, 512)
    targets: int = 100
    epochs: int = 40
    patience: int = 3
    tolerance: float = 0.01
    warmup_epochs: int = 8
    others: tuple[str, ...] = ()

    @property
    def tries_only(self) -> bool:
        """Whether it is so small that its numbers mean nothing."""
        return self.epochs <= QUICK.epochs or self.presets <= QUICK.presets

    @property
    def models(self) -> dict[str, int]:
        """Every model that is trained, with its number of seeds."""
        return dict.fromkeys(MODELS, self.seeds) | dict.fromkeys((*VARIANTS, *self.others), 1)

    def seeds_of(self, model: str) -> list[str]:
        """Names of a model's trainings with the usual latent size, one a seed."""
        return [run_name(model, LATENT_SIZE, seed) for seed in range(self.models[model])]


#: The whole path in two minutes; its numbers mean nothing.
QUICK = Scale(24, (60,), 1, (2, 64), 2, 1, 1, warmup_epochs=1)


@dataclass(frozen=True, slots=True)
class Run:
    """One training: its folder's name and its settings. `crossed`: whether every decoder answers every target."""

    name: str
    settings: TrainSettings
    crossed: bool


def run_name(model: str, latent_size: int, seed: int) -> str:
    """Name of a run's folder, and of its answers."""
    return f"{model} latent {latent_size} seed {seed}"


def runs(scale: Scale) -> Iterator[Run]:
    """Every training of the experiments: the models with each seed, other models, then the other latent sizes."""
    wanted = [(model, LATENT_SIZE, seed) for seed in range(scale.seeds) for model in MODELS]
    wanted += [(model, LATENT_SIZE, 0) for model in scale.models if model not in MODELS]
    wanted += [(LATENT_MODEL, size, 0) for size in scale.latent_sizes if size != LATENT_SIZE]
    for model, size, seed in wanted:
        settings = TrainSettings(
            model,
            model_class(model).usual_config(size),
            seed,
            learning_rate=model_class(model).learning_rate,
            epochs=scale.epochs,
            patience=scale.patience,
            tolerance=scale.tolerance,
            warmup_epochs=scale.warmup_epochs,
        )
        yield Run(run_name(model, size, seed), settings, (size, seed) == (LATENT_SIZE, 0) and model in MODELS)
