"""``synthmatch morph``: presets on the way from one sound to another, by a model's latent."""

from pathlib import Path
from typing import Annotated

import typer


def morph(
    first: Annotated[Path, typer.Argument(help="A recording: any file that libsndfile reads.")],
    second: Annotated[Path, typer.Argument(help="Another.")],
    *,
    model: Annotated[Path, typer.Option(help="A trained model's folder.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for presets and sounds.")],
    synth: Annotated[list[str] | None, typer.Option(help="By default all that the model knows. Repeatable.")] = None,
    steps: Annotated[int, typer.Option("--steps", "-n", min=2, help="Presets, both ends included.")] = 8,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Move from FIRST to SECOND in the latent of a model: a bank of presets and a WAV of each."""
    import numpy as np  # noqa: PLC0415 - keeps --help fast

    from synthmatch.cli.sounds import write_sounds  # noqa: PLC0415
    from synthmatch.features.search_distance import INAUDIBLE_DB  # noqa: PLC0415
    from synthmatch.models.registry import load_estimator  # noqa: PLC0415
    from synthmatch.synths.registry import get_synth  # noqa: PLC0415
    from synthmatch.target import load_target  # noqa: PLC0415

    named = [get_synth(id).id for id in synth or []]
    estimator = load_estimator(model)
    ends = [load_target(path) for path in (first, second)]
    share = np.linspace(0.0, 1.0, steps)[:, None]
    mean = np.zeros((1, estimator.latent_size), np.float32)
    groups = []
    for name in named or estimator.synths:
        start, stop = (estimator.latents(end.audio, name, mean)[0] for end in ends)
        presets = estimator.presets((1.0 - share) * start + share * stop, name)
        groups.append([preset.with_name(f"morph {step}") for step, preset in enumerate(presets, 1)])
    quietest_db = min(end.level_db for end in ends) - INAUDIBLE_DB
    write_sounds(output, groups, ends[0].note, quietest_db=quietest_db, force=force)
