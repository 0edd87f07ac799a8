"""``synthmatch render``: play a preset file with its real synthesizer."""

from pathlib import Path
from typing import Annotated

import typer

from synthmatch.cli.printing import say
from synthmatch.text import one_line

#: Characters of a preset's name that are shown.
_MOST_NAME = 60


def render(
    preset: Annotated[
        Path,
        typer.Argument(help="A preset or bank: .vital, .syx, .dx7, .bank, .fxp, .vstpreset, or synthmatch's .json."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The WAV file to write.")],
    number: Annotated[int, typer.Option("--number", "-n", help="Which preset of a bank, from 1.")] = 1,
    synth: Annotated[str | None, typer.Option(help="The synthesizer, where the file's name does not tell.")] = None,
    note: Annotated[str, typer.Option(help="Pitch, such as C4 or 60.")] = "C4",
    velocity: Annotated[int, typer.Option(help="MIDI velocity, 1..127.")] = 100,
    hold: Annotated[float, typer.Option(help="Seconds for which the note is held.")] = 3.0,
    seconds: Annotated[float, typer.Option(help="Seconds rendered.")] = 4.0,
    protocol: Annotated[str | None, typer.Option(help="A named note instead: default or icassp2023.")] = None,
    force: Annotated[bool, typer.Option(help="Replace a file that exists.")] = False,
) -> None:
    """Play a preset as a WAV file, with the real synthesizer."""
    from dataclasses import replace  # noqa: PLC0415 - keeps --help fast

    from synthmatch.audio import rms_dbfs, save_wav  # noqa: PLC0415
    from synthmatch.errors import InputError, OutputError  # noqa: PLC0415
    from synthmatch.note import PROTOCOLS, Note, parse_pitch  # noqa: PLC0415
    from synthmatch.render.pool import render as play  # noqa: PLC0415
    from synthmatch.synths.preset_files import read_presets  # noqa: PLC0415
    from synthmatch.synths.registry import get_synth  # noqa: PLC0415

    if output.is_file() and not force:
        raise OutputError(f"{output} exists and is kept; use --force to replace it, or another -o")
    if output.suffix.lower() != ".wav":
        raise InputError(f"--output is {output}, expected the name of a .wav file")
    presets = read_presets(preset, get_synth(synth) if synth else None)
    if synth and (other := {one.synth for one in presets} - {get_synth(synth).id}):
        raise InputError(f"{preset} holds presets of {', '.join(sorted(other))}, got --synth {synth}; leave it out")
    if not 1 <= number <= len(presets):
        raise InputError(f"--number is {number}, {preset} holds {len(presets)}; give 1 to {len(presets)}")
    if protocol is None:
        played = Note(parse_pitch(note), velocity, hold, seconds)
    elif protocol in PROTOCOLS:
        played = replace(PROTOCOLS[protocol], pitch=parse_pitch(note), velocity=velocity)
    else:
        raise InputError(f"--protocol is {protocol!r}, expected {' or '.join(PROTOCOLS)}")
    chosen = presets[number - 1]
    audio = play(get_synth(chosen.synth), chosen, played)
    save_wav(output, audio, force=force)
    name = f"{one_line(chosen.name, _MOST_NAME)!r} " if chosen.name else ""
    say(f"{output}: {chosen.synth} {name}{played.name}, {played.render_seconds:g} s, {rms_dbfs(audio):.1f} dBFS RMS")
