"""The data of Faronbi, Roman, Bello (ICASSP 2023), Zenodo 7686668, as a data set here: spectrograms and presets of Serum, Diva and
TyrellN6, so that whoever has the files trains and scores models without the plug-ins.

Of each split the authors' code (`train_single.py`) reads three arrays: ``train_mels.npy``, mel spectrograms (items, 128, 431);
``train_params_single.npy``, encoded presets, padded with zeros to Diva's 759 columns; ``train_mask_single.npy``, ones where
an item's synthesizer has a column, which says whose it is. ``valid_`` and ``test_`` begin the others'. Of the test there are names
and harmonic percentages, too.

An item is a row here, with the note C4, since which of the twelve notes it was is not told. The split is the authors': it splits
renders, so that a preset's notes lie on both sides.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synthmatch.arrays import Array
from synthmatch.dataset.folder import DatasetFolder
from synthmatch.dataset.rows import Candidate
from synthmatch.dataset.shard import KeptRow
from synthmatch.dataset.spec import DatasetSpec, Origin
from synthmatch.errors import InputError
from synthmatch.features.mel import FRAMES, MELS, RANGE_DB, to_bytes
from synthmatch.library.split import Split
from synthmatch.params import Preset
from synthmatch.render.progress import RenderProgress, Tally
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth

SYNTHS = ("serum", "diva", "tyrelln6")
SOURCE = "Zenodo 7686668"
#: Their names of the splits.
_SPLITS: dict[str, Split] = {"train": "train", "valid": "validation", "test": "test"}
_MELS, _PARAMS, _MASK = "mels", "params_single", "mask_single"
#: Items that are looked at at once.
_CHUNK = 1024


class _Arrays(NamedTuple):
    """Of a split: spectrograms, (items, 128, 431), encoded presets and masks, (items, widest), names and harmonic bins or nothing."""

    split: Split
    mels: Array
    params: Array
    masks: Array
    names: Array | None
    harmonic: Array | None


def import_published(
    source: Path, folder: Path, progress: Callable[[RenderProgress], None] | None = None
) -> DatasetFolder:
    """Make a data set of the files in `source`; shards that are finished stay.

    Raises `InputError` where a file is missing or of another form, `OutputError` where the folder cannot be written.
    """
    splits = [_arrays(source, name, split) for name, split in _SPLITS.items()]
    items = {synth: list(_items_of(synth, splits)) for synth in SYNTHS}
    rows = {synth: found for synth, found in items.items() if found}
    if not rows:
        raise InputError(f"{source} has no item: the masks are empty")
    spec = DatasetSpec(tuple(rows), max(map(len, rows.values())), (60,))
    digest = _digest(splits)
    origins = {synth: Origin(get_synth(synth).space.hash, SOURCE, "", digest) for synth in rows}
    dataset = DatasetFolder(folder, spec, origins)
    dataset.claim()
    tally = Tally(sum(map(len, rows.values())), progress)
    for place in dataset.shards():
        numbers = [number for number in place.numbers if number < len(rows[place.synth])]
        if missing := place.problem(checksums=True):
            synth = get_synth(place.synth)
            kept = [_row(number, *rows[place.synth][number], splits, synth) for number in numbers]
            place.write(kept, {}, len(synth.space))
        tally.add(len(numbers), rendered=bool(missing))
    return dataset


def _arrays(source: Path, name: str, split: Split) -> _Arrays:
    mels, params, masks = (_open(source / f"{name}_{kind}.npy") for kind in (_MELS, _PARAMS, _MASK))
    if mels.ndim == 4 and mels.shape[3] == 1:
        mels = mels[..., 0]
    widest = max(get_synth(synth).space.encoded_width for synth in SYNTHS)
    shapes = {_MELS: (len(params), MELS, FRAMES), _PARAMS: (len(params), widest), _MASK: (len(params), widest)}
    for array, (kind, shape) in zip((mels, params, masks), shapes.items(), strict=True):
        if array.shape != shape or array.dtype.kind not in "fiu":
            raise InputError(
                f"{source / f'{name}_{kind}.npy'} has numbers of type {array.dtype} and shape {array.shape}, expected {shape}"
            )
    return _Arrays(
        split, mels, params, masks, *(_told(source / f"{name}_{kind}.npy", len(params)) for kind in ("name", "hpss"))
    )


def _open(path: Path) -> Array:
    """An array, mapped into memory. Raises `InputError`; one that is a pickle is none, since it would run code."""
    if not path.is_file():
        raise InputError(
            f"{path} is not there; expected the files of {SOURCE}, or some of them, each split with its three"
        )
    try:
        found: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path} is no plain array of numpy ({error}); save it again without objects") from None
    return found


def _told(path: Path, count: int) -> Array | None:
    """What is told of each item in a file that need not be there, nor be readable without running code."""
    try:
        found = _open(path)
    except InputError:
        return None
    return found if found.shape == (count,) else None


def _items_of(synth: str, splits: list[_Arrays]) -> Iterator[tuple[int, int]]:
    """Split and place in it of each item of a synthesizer, in the order of the files."""
    widths = {get_synth(name).space.encoded_width for name in SYNTHS}
    width = get_synth(synth).space.encoded_width
    for number, arrays in enumerate(splits):
        for start in range(0, len(arrays.masks), _CHUNK):
            columns = np.count_nonzero(arrays.masks[start : start + _CHUNK], axis=1)
            if odd := set(columns.tolist()) - widths:
                raise InputError(
                    f"a mask of the {arrays.split} split has {min(odd)} columns, expected one of {sorted(widths)}"
                )
            yield from ((number, start + place) for place in np.flatnonzero(columns == width).tolist())


def _row(number: int, split: int, item: int, splits: list[_Arrays], synth: Synth) -> KeptRow:
    arrays = splits[split]
    encoded = np.asarray(arrays.params[item, : synth.space.encoded_width], np.float32)
    if not (np.isfinite(encoded).all() and encoded.min() >= 0 and encoded.max() <= 1):
        raise InputError(f"item {item} of the {arrays.split} split has parameters outside 0..1")
    name = "" if arrays.names is None else str(arrays.names[item])
    # the published label is the upper end of a bin of 20 %
    harmonic = 0.0 if arrays.harmonic is None else float(arrays.harmonic[item]) - 10.0
    preset = Preset(synth.id, synth.space.decode(encoded[None])[0], name)
    mel = to_bytes(_levels(np.asarray(arrays.mels[item], np.float32)))
    return KeptRow(number, 0, Candidate(preset, arrays.split, SOURCE), mel[None], np.array([harmonic]))


def _levels(mel: Array) -> Array:
    """In 0..1 what is so already, or is in dB re its maximum, as the authors' generator leaves it."""
    return np.clip(mel if mel.min() >= 0 else mel / np.float32(RANGE_DB) + 1, 0, 1)


def _digest(splits: list[_Arrays]) -> str:
    """Of all presets. Raises `InputError` where one is none."""
    found = hashlib.sha256()
    for arrays in splits:
        for start in range(0, len(arrays.params), _CHUNK):
            chunk = np.ascontiguousarray(arrays.params[start : start + _CHUNK])
            if not (chunk.min() >= 0 and chunk.max() <= 1):
                raise InputError(f"the {arrays.split} split has parameters outside 0..1, or that are no numbers")
            found.update(chunk.tobytes())
    return found.hexdigest()[:16]
