"""Presets of a plug-in of the user's own with the target's amplitude envelope, where names and a few renders tell which knobs make it.

Nothing else is drawn: presets are those that a search begins with where nothing is known, the plug-in's default and random ones near it.
"""

import numpy as np

from synthmatch.analysis.adsr import adsr
from synthmatch.arrays import Audio
from synthmatch.audio import mono
from synthmatch.library.sources import random_presets
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.proposers.base import SEEDS
from synthmatch.proposers.drawn.plugin.laws import envelope_laws, fall_s
from synthmatch.proposers.drawn.plugin.names import KNOBS
from synthmatch.synths.plugin.synth import Plugin


def draw_plugin(synth: Plugin, target: Audio, note: Note, rng: np.random.Generator) -> list[Preset]:
    """The default and random presets with the amplitude envelope of a target, (channels, samples), that `note` plays.

    At most `SEEDS`; none where no knob is known to be the envelope's, or the target is silent once the note begins. Raises
    `MissingSynthError` where the plug-in is not installed.
    """
    envelope = adsr(mono(target[:, note.start_samples :]).astype(np.float64), note.hold_seconds, note.hz)
    laws = envelope_laws(synth) if envelope else {}
    if not envelope or not laws:
        return []
    presets = random_presets(synth, rng, SEEDS)
    units = synth.space.to_unit(np.stack([preset.native for preset in presets]))
    if "sustain" not in laws:
        envelope = envelope._replace(decay_s=fall_s(envelope))
    wanted = dict(zip(KNOBS, envelope, strict=True))
    for knob, law in laws.items():
        value = wanted[knob]
        if value is not None:
            units[:, law.place] = law.unit(value)
    natives = synth.space.to_native(units)
    drawn = [preset.with_native(native) for preset, native in zip(presets, natives, strict=True)]
    # presets that differ in their envelopes alone are one now
    return list({preset.key(): preset for preset in drawn}.values())
