"""What ``synthmatch morph`` and ``sample`` leave in their folder: a bank of presets a synthesizer, and a WAV of each preset."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from synthmatch.audio import wav_bytes
from synthmatch.cli.claim import claimed
from synthmatch.cli.printing import say, say_problem
from synthmatch.errors import OutputError, RenderError
from synthmatch.exchange import exchange_files, mend_folder
from synthmatch.features.loudness import loudness_db
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.preset_files import banks, file_stem, main_format, safe_name
from synthmatch.synths.registry import get_synth


def write_sounds(
    folder: Path, groups: Sequence[Sequence[Preset]], note: Note, *, quietest_db: float, force: bool
) -> None:
    """Play presets, a group a synthesizer, named with a word and a number; a line a group says where, on stdout.

    Those below `quietest_db`, in LKFS, are silent: they come last in a bank, and a warning names them.
    Raises `OutputError` before anything is rendered where files of such names exist, `RenderError` where a preset does
    not render; of its synthesizer nothing is written then.
    """
    with claimed(folder):
        mend_folder(folder)
        earlier = [_earlier(folder, presets) for presets in groups]
        for presets, files in zip(groups, earlier, strict=True):
            if files and not force:
                title = get_synth(presets[0].synth).title
                raise OutputError(
                    f"{folder} has {min(files)} of {title} and is kept; use --force to replace it, or another -o"
                )
        for presets, files in zip(groups, earlier, strict=True):
            silent: list[str] = []
            paths = exchange_files(folder, _files(presets, note, quietest_db, silent), files)
            title, there = get_synth(presets[0].synth).title, [path for path in paths if path.suffix != ".wav"]
            say(f"{', '.join(map(str, there))}: {len(presets)} presets of {title}, a WAV each")
            if silent:
                say_problem(
                    f"{len(silent)} of {len(presets)} presets of {title} are silent, last in the bank: {', '.join(silent)}"
                )


def _stem(presets: Sequence[Preset]) -> str:
    return file_stem(presets[0].synth)


def _files(presets: Sequence[Preset], note: Note, quietest_db: float, silent: list[str]) -> Iterator[tuple[str, bytes]]:
    """Names and contents. The names of presets below `quietest_db` are added to `silent`."""
    with RenderPool(get_synth(presets[0].synth)) as pool:
        for index, audio in pool.stream(presets, note):
            if isinstance(audio, RenderFailure):
                raise RenderError(str(audio))
            if loudness_db(audio) < quietest_db:
                silent.append(presets[index].name)
            yield f"{_stem(presets)}-{safe_name(presets[index].name)}.wav", wav_bytes(audio)
    yield from banks(_stem(presets), sorted(presets, key=lambda preset: preset.name in silent)).items()


def _earlier(folder: Path, presets: Sequence[Preset]) -> set[str]:
    """Names in a folder as these presets' files have them, with whatever number."""
    stem, word = re.escape(_stem(presets)), re.escape(presets[0].name.rpartition(" ")[0])
    suffix = re.escape(main_format(get_synth(presets[0].synth)).suffix)
    named = re.compile(f"{stem}-{word}_\\d+(.wav|{suffix})|{stem}(-\\d+)?{suffix}")
    return {path.name for path in folder.iterdir() if path.is_file() and named.fullmatch(path.name)}
