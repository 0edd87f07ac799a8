"""``synthmatch wavetable``: a sound's partials as a wavetable file."""

from pathlib import Path
from typing import Annotated

import typer

from synthmatch.cli.printing import say


def wavetable(
    sound: Annotated[Path, typer.Argument(help="A recording: any file that libsndfile reads.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The WAV file to write (default: SOUND-wavetable.wav, in this folder)."),
    ] = None,
    note: Annotated[
        str | None, typer.Option(help="Pitch of the sound, such as A2 or 45, where you know better.")
    ] = None,
    frames: Annotated[
        int, typer.Option(help="Single cycles, 2 to 256, spread evenly over the time of the sound.")
    ] = 256,
    force: Annotated[bool, typer.Option(help="Replace a file that exists.")] = False,
) -> None:
    """Write the partials of SOUND as a wavetable, which Vital, Serum and Surge import: cycles of 2,048 samples.

    It is the table of the Vital preset that a match draws. What is not steady, such as breath, is left out.
    """
    from synthmatch.errors import InputError, OutputError  # noqa: PLC0415 - keeps --help fast
    from synthmatch.synths.preset_files import safe_name  # noqa: PLC0415
    from synthmatch.text import visible  # noqa: PLC0415
    from synthmatch.wavetables import wavetable as draw  # noqa: PLC0415

    path = output or Path(f"{safe_name(visible(sound.stem))}-wavetable.wav")
    if path.is_file() and not force:
        raise OutputError(f"{path} exists and is kept; use --force to replace it, or another -o")
    if path.suffix.lower() != ".wav":
        raise InputError(f"--output is {path}, expected the name of a .wav file")
    drawn = draw(sound, note=note, frames=frames)
    drawn.save(path, force=force)
    say(f"{path}: {frames} frames of 2,048 samples, {drawn.target.note.name}, {drawn.seconds:.2f} s of the sound")
    for remark in drawn.target.remarks:
        say(f"  {remark}")
