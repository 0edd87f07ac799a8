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
from collections.abc import Callable
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
_MELS, _PARAMS, _MASK, _NAME, _HARMONIC = "mels", "params_single", "mask_single", "name", "hpss"
#: Items that are looked at at once.
_CHUNK = 1024


class _Arrays(NamedTuple):
    """Of a split: spectrograms, (items, 128, 431), whether in dB, encoded presets and masks, (items, widest), and of the test
    names and harmonic percentages, (items,)."""

    split: Split
    mels: Array
    in_db: bool
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
    digest = hashlib.sha256()
    splits = [_arrays(source, name, split, digest) for name, split in _SPLITS.items()]
    rows = _items(splits)
    spec = DatasetSpec(tuple(rows), max(map(len, rows.values())), (60,))
    origins = {synth: Origin(get_synth(synth).space.hash, SOURCE, "", digest.hexdigest()[:16]) for synth in rows}
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


def _arrays(source: Path, name: str, split: Split, digest: "hashlib._Hash") -> _Arrays:
    """The arrays of a split, checked, and `digest` told of all they hold. Raises `InputError`."""
    paths = {kind: source / f"{name}_{kind}.npy" for kind in (_MELS, _PARAMS, _MASK, _NAME, _HARMONIC)}
    mels, params, masks = (_open(paths[kind]) for kind in (_MELS, _PARAMS, _MASK))
    if mels.ndim == 4 and mels.shape[3] == 1:
        mels = mels[..., 0]
    widest, count = max(get_synth(synth).space.encoded_width for synth in SYNTHS), len(masks) if masks.ndim else 0
    shapes = {_MELS: (count, MELS, FRAMES), _PARAMS: (count, widest), _MASK: (count, widest)}
    for array, (kind, shape) in zip((mels, params, masks), shapes.items(), strict=True):
        if array.shape != shape or (array.dtype.kind not in "fiu" if kind == _MASK else array.dtype.kind != "f"):
            raise InputError(
                f"{paths[kind]} has type {array.dtype} and shape {array.shape}, expected floats of shape {shape}"
            )
    if not count:
        raise InputError(f"{paths[_MASK]} has no item, expected some in each split")
    low, high = _range(mels, paths[_MELS], digest)
    in_db = low < 0
    if high > (0 if in_db else 1):
        raise InputError(f"{paths[_MELS]} has levels from {low:g} to {high:g}, expected 0 to 1, or dB up to 0")
    low, high = _range(params, paths[_PARAMS], digest)
    if not (low >= 0 and high <= 1):
        raise InputError(f"{paths[_PARAMS]} has parameters from {low:g} to {high:g}, expected 0 to 1")
    _range(masks, paths[_MASK], digest)
    names, harmonic = (_open(paths[kind]) if paths[kind].is_file() else None for kind in (_NAME, _HARMONIC))
    for told, kind in ((names, _NAME), (harmonic, _HARMONIC)):
        if told is not None and told.shape != (count,):
            raise InputError(
                f"{paths[kind]} has shape {told.shape}, expected {(count,)}; remove it, or give the right one"
            )
        if told is not None:
            digest.update(np.ascontiguousarray(told).tobytes())
    if harmonic is not None and not (harmonic.dtype.kind in "fiu" and np.isfinite(harmonic).all()):
        raise InputError(f"{paths[_HARMONIC]} has other things than numbers; remove it, or give the right one")
    return _Arrays(split, mels, in_db, params, masks, names, harmonic)


def _open(path: Path) -> Array:
    """An array, mapped into memory. Raises `InputError`; one that is a pickle is none, since it would run code."""
    if not path.is_file():
        raise InputError(f"{path} is not there; each split has {_MELS}, {_PARAMS} and {_MASK} ({SOURCE})")
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError):
        found = None
    if not isinstance(found, np.ndarray):
        raise InputError(f"{path} is no plain array of numpy (numpy.save without objects); save it so")
    return found


def _range(array: Array, path: Path, digest: "hashlib._Hash") -> tuple[float, float]:
    """The least and the greatest number, and `digest` told of all. Raises `InputError` where one is none."""
    low, high = np.inf, -np.inf
    for start in range(0, len(array), _CHUNK):
        part = np.ascontiguousarray(array[start : start + _CHUNK])
        digest.update(part.tobytes())
        if not np.isfinite(part).all():
            raise InputError(f"{path} has numbers that are none or infinite")
        low, high = min(low, float(part.min())), max(high, float(part.max()))
    return low, high


def _items(splits: list[_Arrays]) -> dict[str, list[tuple[int, int]]]:
    """Split and place in it of each item of the synthesizers that have any, in the order of the files. Raises `InputError`."""
    widths = {get_synth(name).space.encoded_width: name for name in SYNTHS}
    found: dict[str, list[tuple[int, int]]] = {name: [] for name in SYNTHS}
    for number, arrays in enumerate(splits):
        for start in range(0, len(arrays.masks), _CHUNK):
            masks = arrays.masks[start : start + _CHUNK]
            columns = masks.sum(axis=1).astype(np.int64)
            ones_then_zeros = (masks == (np.arange(masks.shape[1]) < columns[:, None])).all(axis=1)
            for place, (width, right) in enumerate(zip(columns.tolist(), ones_then_zeros.tolist(), strict=True), start):
                if not right or width not in widths:
                    raise InputError(
                        f"the mask of item {place} of the {arrays.split} split is none: expected ones in the first"
                        f" {', '.join(f'{width} ({name})' for width, name in widths.items())} columns, and zeros"
                    )
                found[widths[width]].append((number, place))
    return {name: items for name, items in found.items() if items}


def _row(number: int, split: int, item: int, splits: list[_Arrays], synth: Synth) -> KeptRow:
    arrays = splits[split]
    encoded = np.asarray(arrays.params[item, : synth.space.encoded_width], np.float32)
    name = "" if arrays.names is None else str(arrays.names[item])
    # the published label is the upper end of a bin of 20 %
    harmonic = 0.0 if arrays.harmonic is None else float(arrays.harmonic[item]) - 10.0
    preset = Preset(synth.id, synth.space.decode(encoded[None])[0], name)
    levels = np.asarray(arrays.mels[item], np.float32)
    mel = to_bytes(np.maximum(levels / np.float32(RANGE_DB) + 1, 0) if arrays.in_db else levels)
    return KeptRow(number, 0, Candidate(preset, arrays.split, SOURCE), mel[None], np.array([harmonic]))
