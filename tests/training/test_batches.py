"""Items of a data set as a model's batches: the same from files and from memory, with what is heard of each preset."""

import numpy as np
import torch

from synthmatch.dataset.reader import Dataset
from synthmatch.synths.registry import get_synth
from synthmatch.training.batches import HeldSubset, batch_of


def test_a_held_subset_gives_the_batches_that_files_do(two_synths: Dataset, two_notes: Dataset) -> None:
    """Catches a GPU that trains on another preset, synthesizer or spectrogram than a CPU."""
    cases = [(two_synths, np.array([20, 1, 25])), (two_notes, np.array([[2, 3], [0, 1]]))]
    for dataset, items in cases:
        subset = dataset.split("train")
        read = batch_of(subset, items, audible=True)
        held = HeldSubset(subset, torch.device("cpu"), audible=True)(items)
        assert torch.equal(read.mels, held.mels)
        assert read.rows.keys() == held.rows.keys() == read.encoded.keys() == held.encoded.keys()
        assert set(read.rows) == {subset.synths[number] for number in subset.synth_index[items.ravel()]}
        for synth in read.rows:
            assert torch.equal(read.rows[synth], held.rows[synth])
            assert torch.equal(read.encoded[synth], held.encoded[synth])
            assert torch.equal(read.audible[synth], held.audible[synth])
        assert torch.equal(read.pitches, held.pitches)
        assert not batch_of(subset, items).audible


def test_what_is_heard_is_told_of_the_right_columns(two_synths: Dataset) -> None:
    """Catches a mask of another preset, and parameters taken for columns."""
    subset = two_synths.split("train")
    items = np.array([0, 1, 2, len(subset) - 1])
    batch = batch_of(subset, items, audible=True)
    assert set(batch.rows) == {"dexed", "amsynth"}
    for synth, rows in batch.rows.items():
        source = get_synth(synth)
        for row, told in zip(rows.tolist(), batch.audible[synth], strict=True):
            heard = source.active_parameters(subset.preset(int(items[row])).native[None])[0]
            assert np.array_equal(np.repeat(heard, source.space.widths), told.numpy() == 1)
    assert batch.pitches.tolist() == [subset.note(int(item)).pitch for item in items]
