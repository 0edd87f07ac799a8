"""Spectrograms as recordings would have them: noise, a room, a microphone's colour, a codec.

Each is done to powers of mel bands, which costs no render: noise adds its power, a room a tail that falls by its reverberation
time, a codec takes away what is high, and what is quiet beside what is loud. Levels stay relative to the loudest of a sound
(`features.mel`), so that another level is no other spectrogram.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from synthmatch.features.mel import HOP, RANGE_DB
from synthmatch.note import SAMPLE_RATE_HZ

#: Shares of the spectrograms to which each is done.
_ROOM, _COLOUR, _NOISE, _CODEC = 0.3, 0.4, 0.4, 0.3
#: A room's reverberation time, and the level of its tail beside a steady sound.
_ROOM_SECONDS, _ROOM_DB = (0.15, 2.0), (-25.0, -3.0)
#: A colour is a curve through so many points, normal with this deviation.
_COLOUR_POINTS, _COLOUR_DB = 6, 3.0
#: Noise below the loudest band, and its fall from the lowest band to the highest, both in dB.
_NOISE_DB, _NOISE_FALL_DB = (15.0, 75.0), (-10.0, 30.0)
#: First band that a codec leaves out, and how far below a frame's loudest band it leaves out others.
_CODEC_BAND, _CODEC_DB = (84.0, 126.0), (30.0, 75.0)

#: What a dB of power is in natural logarithms.
_NEPERS = 0.2302585


def augmented(mels: Tensor, generator: torch.Generator) -> Tensor:
    """Spectrograms, (..., bands, frames) in 0..1, each changed as chance has it. Same shape and scale."""
    flat = mels.flatten(0, -3)
    count, device = len(flat), mels.device

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, 1, 1, generator=generator, device=device)

    def chosen(share: float) -> Tensor:
        return uniform(0.0, 1.0) < share

    level = (flat - 1.0) * RANGE_DB
    rooms, seconds, tail_db = chosen(_ROOM).flatten(), uniform(*_ROOM_SECONDS), uniform(*_ROOM_DB)
    if rooms.any():
        level[rooms] = _in_room(level[rooms], seconds[rooms], tail_db[rooms])
    points = _COLOUR_DB * torch.randn(count, 1, _COLOUR_POINTS, generator=generator, device=device)
    colour = F.interpolate(points, level.shape[1], mode="linear", align_corners=True).transpose(1, 2)
    level = level + chosen(_COLOUR) * colour
    bands = torch.arange(level.shape[1], device=device)[:, None]
    loudest = level.amax(dim=(1, 2), keepdim=True)
    hiss = loudest - uniform(*_NOISE_DB) - uniform(*_NOISE_FALL_DB) * bands / level.shape[1]
    level = torch.where(chosen(_NOISE), torch.logaddexp(level * _NEPERS, hiss * _NEPERS) / _NEPERS, level)
    dropped = (bands >= uniform(*_CODEC_BAND)) | (level < level.amax(dim=1, keepdim=True) - uniform(*_CODEC_DB))
    level = torch.where(chosen(_CODEC) & dropped, loudest - RANGE_DB, level)
    level = level - level.amax(dim=(1, 2), keepdim=True)
    return (level / RANGE_DB + 1.0).clamp(min=0.0).view_as(mels)


def _in_room(level: Tensor, seconds: Tensor, tail_db: Tensor) -> Tensor:
    """Levels in dB with a room's tail. Shape: (n, bands, frames), twice (n, 1, 1) -> (n, bands, frames)."""
    frames = level.shape[2]
    # 60 dB of power in the reverberation time, a steady sound's tail at its level
    # in double precision: 80 dB below the loudest is where single precision ends
    kept = torch.exp(-HOP / SAMPLE_RATE_HZ * 13.8155 / seconds.double())
    tail = (1 - kept) * kept ** torch.arange(frames, device=level.device) * 10.0 ** (tail_db / 10)
    power = torch.exp(level.double() * _NEPERS)
    length = 2 * frames
    late = torch.fft.irfft(torch.fft.rfft(power, length) * torch.fft.rfft(tail, length), length)[..., :frames]
    return (torch.log(power + late.clamp(min=0.0)) / _NEPERS).float()
