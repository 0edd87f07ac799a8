"""Spectrograms as recordings would have them, and the note drawn into them."""

import pytest
import torch
from torch import Tensor

from synthmatch.features.mel import FRAMES, HOP, MELS, RANGE_DB
from synthmatch.models.pitch_conditioning import LEAD_FRAMES, with_note
from synthmatch.note import PROTOCOLS, SAMPLE_RATE_HZ
from synthmatch.training import augment
from synthmatch.training.augment import augmented

SHARES = ("_ROOM", "_COLOUR", "_NOISE", "_CODEC")


def burst(count: int = 4) -> Tensor:
    """Sounds of a fifth of a second in one band, after silence."""
    mels = torch.zeros(count, MELS, FRAMES)
    mels[:, 40, 25:42] = 1.0
    return mels


def only(monkeypatch: pytest.MonkeyPatch, share: str = "") -> None:
    """One of the changes for every sound, the others for none."""
    for name in SHARES:
        monkeypatch.setattr(augment, name, float(name == share))


def draw(mels: Tensor, seed: int = 0) -> Tensor:
    """The change that a seed makes."""
    return augmented(mels, torch.Generator().manual_seed(seed))


def test_a_seed_changes_alike_and_levels_stay_levels() -> None:
    """Catches randomness of its own, numbers outside 0..1, sounds that lose their loudest band, and a changed input."""
    mels = torch.rand(32, MELS, FRAMES)
    mels[:, 3, 100] = 1.0
    before = mels.clone()
    changed = draw(mels)
    assert torch.equal(changed, draw(mels))
    assert not torch.equal(changed, draw(mels, 1))
    assert torch.equal(mels, before)
    assert changed.min() >= 0
    torch.testing.assert_close(changed.amax(dim=(1, 2)), torch.ones(32))
    rows = mels.view(8, 4, MELS, FRAMES)
    assert torch.equal(draw(rows).view_as(changed), changed)


def test_nothing_chosen_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a change that is done to all, and a scale that does not lead back."""
    only(monkeypatch)
    torch.testing.assert_close(draw(burst()), burst(), rtol=0, atol=1e-6)


def test_noise_is_in_every_frame_at_its_level(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches noise that is added to decibels, or louder than it was drawn."""
    only(monkeypatch, "_NOISE")
    monkeypatch.setattr(augment, "_NOISE_DB", (20.0, 20.0))
    monkeypatch.setattr(augment, "_NOISE_FALL_DB", (0.0, 0.0))
    changed = draw(burst())
    loudest = 10 * torch.log10(torch.tensor(1.01))
    torch.testing.assert_close(changed[:, :, 0], torch.full((4, MELS), float(1 - (20 + loudest) / RANGE_DB)))
    torch.testing.assert_close(changed[:, 40, 30], torch.ones(4))


def test_a_room_falls_by_its_reverberation_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a tail before the sound, one that wraps around, and a decay of amplitude for one of power."""
    only(monkeypatch, "_ROOM")
    monkeypatch.setattr(augment, "_ROOM_SECONDS", (1.0, 1.0))
    monkeypatch.setattr(augment, "_ROOM_DB", (-3.0, -3.0))
    changed = draw(burst())
    assert changed[:, 40, :24].max() < 0.0025
    assert changed[:, 41].max() < 0.0025
    a_second = round(SAMPLE_RATE_HZ / HOP)
    fallen = (changed[:, 40, 45] - changed[:, 40, 45 + a_second // 2]) * RANGE_DB
    torch.testing.assert_close(fallen, torch.full((4,), 30.0), rtol=0.02, atol=0)


def test_a_codec_leaves_out_what_is_high_or_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches bands that are cut at the wrong end, and what is loud taken for what is masked."""
    only(monkeypatch, "_CODEC")
    monkeypatch.setattr(augment, "_CODEC_BAND", (100.0, 100.0))
    monkeypatch.setattr(augment, "_CODEC_DB", (40.0, 40.0))
    mels = burst()
    mels[:, 60], mels[:, 61], mels[:, 110] = 0.6, 0.4, 0.9
    mels[:, 40] = 1.0
    changed = draw(mels)
    torch.testing.assert_close(changed[:, [40, 60], 30], torch.tensor([[1.0, 0.6]]).expand(4, 2))
    assert not changed[:, [61, 110]].any()


def test_a_colour_is_the_same_over_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a colour across frames in place of bands."""
    only(monkeypatch, "_COLOUR")
    mels = torch.full((4, MELS, FRAMES), 0.5)
    changed = draw(mels)
    assert (changed.std(dim=2) < 1e-6).all()
    assert (changed.std(dim=1) > 1e-3).all()


def test_the_note_is_drawn_before_the_sound() -> None:
    """Catches a note in the wrong row, one that covers the sound, and one for all of a batch."""
    # a frame hears 1,024 samples to both of its sides
    assert PROTOCOLS["icassp2023"].start_samples + HOP >= LEAD_FRAMES * HOP + 1024
    mels = torch.rand(2, MELS, FRAMES)
    drawn = with_note(mels, torch.tensor([36, 72]))
    assert torch.equal(drawn[..., LEAD_FRAMES:], mels[..., LEAD_FRAMES:])
    for row, pitch in enumerate((36, 72)):
        assert drawn[row, pitch, :LEAD_FRAMES].eq(1).all()
        assert drawn[row, :, :LEAD_FRAMES].sum() == LEAD_FRAMES
    rows = with_note(mels[None], torch.tensor([[36, 72]]))
    assert torch.equal(rows[0], drawn)
