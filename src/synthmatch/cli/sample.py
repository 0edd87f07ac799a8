"""``synthmatch sample``: presets drawn from a model's latent."""

from pathlib import Path
from typing import Annotated

import typer


def sample(
    model: Annotated[Path, typer.Argument(help="A trained model's folder.")],
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for presets and sounds.")],
    synth: Annotated[list[str] | None, typer.Option(help="By default all that the model knows. Repeatable.")] = None,
    number: Annotated[int, typer.Option("-n", "--number", min=1, help="Presets a synthesizer.")] = 8,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same presets.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Draw presets from the latent of MODEL, as its training supposes it: a bank of presets and a WAV of each."""
    import numpy as np  # noqa: PLC0415 - keeps --help fast

    from synthmatch.cli.sounds import write_sounds  # noqa: PLC0415
    from synthmatch.features.search_distance import QUIETEST_DB  # noqa: PLC0415
    from synthmatch.models.registry import load_estimator  # noqa: PLC0415
    from synthmatch.note import Note  # noqa: PLC0415
    from synthmatch.synths.registry import get_synth  # noqa: PLC0415

    named = [get_synth(id).id for id in synth or []]
    estimator = load_estimator(model)
    # one draw for all synthesizers: the same place in the latent, played by each
    latents = np.random.default_rng(seed).standard_normal((number, estimator.latent_size))
    groups = []
    for name in named or estimator.synths:
        presets = estimator.presets(latents, name)
        groups.append([preset.with_name(f"sample {place}") for place, preset in enumerate(presets, 1)])
    write_sounds(output, groups, Note(), quietest_db=QUIETEST_DB, force=force)
