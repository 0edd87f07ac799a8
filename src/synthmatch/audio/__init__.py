"""Audio in and out: load, resample, save, level.

Audio is float32 (channels, samples) at 44.1 kHz with one or two channels. The level does not change: nothing is normalised.
"""

from synthmatch.arrays import Audio as Audio
from synthmatch.audio.loading import Recording as Recording
from synthmatch.audio.loading import from_array as from_array
from synthmatch.audio.loading import load as load
from synthmatch.audio.loading import read_array as read_array
from synthmatch.audio.loading import read_recording as read_recording
from synthmatch.audio.signals import decibels as decibels
from synthmatch.audio.signals import mono as mono
from synthmatch.audio.signals import peak_dbfs as peak_dbfs
from synthmatch.audio.signals import resample as resample
from synthmatch.audio.signals import rms_dbfs as rms_dbfs
from synthmatch.audio.writing import save_wav as save_wav
from synthmatch.audio.writing import wav_bytes as wav_bytes

__all__ = [
    "Audio",
    "Recording",
    "decibels",
    "from_array",
    "load",
    "mono",
    "peak_dbfs",
    "read_array",
    "read_recording",
    "resample",
    "rms_dbfs",
    "save_wav",
    "wav_bytes",
]
