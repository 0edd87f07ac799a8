"""``synthmatch train``: a model from a data set."""

from pathlib import Path
from typing import Annotated

import typer

from synthmatch.cli.printing import say, say_aside


def train(
    model: Annotated[
        str, typer.Argument(help="s-s, j-s, j-j, another of docs/training.md, or module:Class of your own.")
    ],
    *,
    data: Annotated[Path, typer.Option(help="Folder that `synthmatch dataset generate` or `import` made.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the run; one that was begun goes on.")],
    synth: Annotated[list[str] | None, typer.Option(help="Only these of the data set's. Repeatable.")] = None,
    seed: Annotated[int, typer.Option(help="Of the first weights, the order of the data and the latent's noise.")] = 0,
    epochs: Annotated[int, typer.Option(help="Epochs at most.")] = 40,
    patience: Annotated[int, typer.Option(help="Epochs without a better validation before it stops.")] = 6,
    batch_size: Annotated[int, typer.Option(help="Examples a step.")] = 32,
    learning_rate: Annotated[float | None, typer.Option(help="Of Adam; by default as the model says.")] = None,
    latent_size: Annotated[int, typer.Option(help="Numbers that describe a sound.")] = 64,
    warmup_epochs: Annotated[int, typer.Option(help="Epochs over which the KL term's weight rises.")] = 8,
    kl_weight: Annotated[float | None, typer.Option(help="The KL term's weight after that.")] = None,
    augment: Annotated[
        bool, typer.Option("--augment", help="Noise, rooms, colours and codecs, as recordings have.")
    ] = False,
    audible: Annotated[bool, typer.Option("--audible", help="Only active parameters count.")] = False,
    note: Annotated[bool, typer.Option("--note", help="The model is told the note.")] = False,
    device: Annotated[str, typer.Option(help="cpu or cuda; by default a GPU where there is one.")] = "",
    tensorboard: Annotated[bool, typer.Option("--tensorboard", help="Write TensorBoard's files too.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """Train MODEL into a folder with its weights. Interrupted and run again, it goes on after its last epoch.

    The library's nearest preset is nearer than the first answer of every such model so far.
    """
    from synthmatch.cli.claim import claimed  # noqa: PLC0415
    from synthmatch.cli.progress import training_bar  # noqa: PLC0415
    from synthmatch.models.registry import model_class  # noqa: PLC0415  (`--help` stays fast)

    # before the data: an unknown name or a missing torch is said at once
    kind = model_class(model)
    from synthmatch.dataset.reader import Dataset  # noqa: PLC0415
    from synthmatch.models.base import ModelConfig  # noqa: PLC0415
    from synthmatch.training.loop import train as run  # noqa: PLC0415
    from synthmatch.training.loop import usable_device  # noqa: PLC0415
    from synthmatch.training.settings import TrainSettings  # noqa: PLC0415

    config = kind.usual_config(latent_size) if kl_weight is None else ModelConfig(latent_size, kl_weight)
    rate = kind.learning_rate if learning_rate is None else learning_rate
    settings = TrainSettings(
        model,
        config,
        seed,
        batch_size,
        rate,
        epochs,
        warmup_epochs=warmup_epochs,
        patience=patience,
        augment=augment,
        audible=audible,
        note=note,
    )
    usable_device(device)
    dataset = Dataset.open(data, synth)
    with claimed(output), training_bar(show=not quiet) as report:
        trained = run(dataset, settings, output, device=device, tensorboard=tensorboard, report=report)
    if trained.epochs > epochs:
        say_aside(f"{output} had {trained.epochs} epochs already, and keeps them")
    losses = ", ".join(f"{loss:.5f}" for loss in trained.best)
    say(f"{output}: {model} of {', '.join(dataset.synths)}, {trained.epochs} epochs, validation {losses}")
