"""The note that a spectrogram is of, drawn into the silence before it: so any model of spectrograms can use it.

The `icassp2023` protocol has a quarter of a second of silence before the note. There the row whose number is the note's MIDI
pitch is set to the loudest level; of the 128 rows each is one pitch, whatever band it stands for later.
"""

import torch
from torch import Tensor

#: Frames that hear nothing of the note.
LEAD_FRAMES = 16


def with_note(mels: Tensor, pitches: Tensor) -> Tensor:
    """Spectrograms with their notes drawn. Shape: (..., 128, 431), MIDI numbers (...) -> (..., 128, 431)."""
    drawn = mels.clone()
    rows = torch.arange(mels.shape[-2], device=mels.device)
    drawn[..., :LEAD_FRAMES] = (rows == pitches[..., None])[..., None].to(mels.dtype)
    return drawn
