"""The cards of the report: a target beside answers to it, each with its sound, its spectrogram and its scores.

Which targets are shown depends on their order in the data set alone, not on any score.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthmatch.arrays import F32, Float32
from synthmatch.audio import mono
from synthmatch.dataset.reader import Dataset, Subset
from synthmatch.errors import RenderError
from synthmatch.experiments.icassp2023.answers import NEAREST, Answer
from synthmatch.experiments.icassp2023.scale import LATENT_MODEL, LATENT_SIZE, MODELS, Scale, run_name
from synthmatch.experiments.icassp2023.sound import ogg
from synthmatch.experiments.icassp2023.spectrogram import mel, png
from synthmatch.metrics import BINS, harmonic_bin
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth

#: Scores on a card, beside each answer.
SHOWN = ("closeness", "mss", "lsd")
#: Cards of each synthesizer and harmonic bin, and of each synthesizer where latent sizes are compared.
A_BIN, A_SYNTH = 2, 2
#: Peak of the loudest sound of a card: Vorbis may overshoot by some tenths of a decibel.
PEAK = 10 ** (-1 / 20)


@dataclass(frozen=True)
class Card:
    """A target and what is beside it: names and answers, of which there is at least one."""

    synth: str
    item: int
    harmonic: float
    beside: list[tuple[str, Answer]]


def joint_or_separate(answers: Mapping[str, Sequence[Answer]]) -> list[Card]:
    """The models and the nearest neighbour, for the first targets of each synthesizer and bin."""
    names = {run_name(model, LATENT_SIZE, 0): model.upper() for model in MODELS} | {NEAREST: "Nearest neighbour"}
    count: dict[tuple[str, str], int] = {}
    chosen = []
    for card in _cards(answers, names):
        group = card.synth, harmonic_bin(card.harmonic)
        count[group] = count.get(group, 0) + 1
        if count[group] <= A_BIN:
            chosen.append(card)
    synths = list(dict.fromkeys(card.synth for card in chosen))
    return sorted(chosen, key=lambda card: (synths.index(card.synth), BINS.index(harmonic_bin(card.harmonic))))


def latent_sizes(answers: Mapping[str, Sequence[Answer]], scale: Scale) -> list[Card]:
    """The latent sizes, for the first targets of each synthesizer; nothing where there are not two sizes."""
    sizes = sorted({*scale.latent_sizes, LATENT_SIZE})
    names = {run_name(LATENT_MODEL, size, 0): f"Latent {size}" for size in sizes}
    count: dict[str, int] = {}
    chosen = []
    for card in _cards(answers, names):
        count[card.synth] = count.get(card.synth, 0) + 1
        if count[card.synth] <= A_SYNTH and len(card.beside) > 1:
            chosen.append(card)
    return chosen


def _cards(answers: Mapping[str, Sequence[Answer]], names: Mapping[str, str]) -> list[Card]:
    """A card a target, in the order of the data set, with those methods of `names` that answered it."""
    cards: dict[int, Card] = {}
    for method, name in names.items():
        for answer in answers.get(method, ()):
            blank = Card(answer.synth, answer.item, answer.harmonic, [])
            cards.setdefault(answer.item, blank).beside.append((name, answer))
    return [cards[item] for item in sorted(cards)]


def filled(cards: Sequence[Card], dataset: Dataset, workers: int | None = None) -> list[dict[str, Any]]:
    """The cards as the page reads them, in their order. Raises `RenderError` where a target does not render again."""
    test = dataset.split("test")
    done: dict[int, dict[str, Any]] = {}
    for synth in dict.fromkeys(card.synth for card in cards):
        known = known_presets(dataset, synth)
        with RenderPool(get_synth(synth), workers) as pool:
            for place, card in enumerate(cards):
                if card.synth == synth:
                    done[place] = _filled(card, sounds_of(card, test, known, pool), test)
    return [done[place] for place in range(len(cards))]


def known_presets(dataset: Dataset, synth: str) -> dict[bytes, Preset]:
    """A synthesizer's training presets by their native values: answers do not keep what presets hold beside them."""
    training = dataset.split("train")
    own = np.flatnonzero(training.synth_index == training.synths.index(synth)).tolist()
    return {preset.native.tobytes(): preset for preset in map(training.preset, own)}


def sounds_of(
    card: Card, test: Subset, known: Mapping[bytes, Preset], pool: RenderPool
) -> list[Float32[F32, " _samples"] | None]:
    """Mono renders of the target and of each answer, shape (samples,), with the target's note; None: does not render."""
    presets = [test.preset(card.item)]
    for _, answer in card.beside:
        preset = Preset(card.synth, np.array(answer.native))
        presets.append(known.get(preset.native.tobytes(), preset) if answer.method == NEAREST else preset)
    rendered = pool.run(presets, test.note(card.item), mono)
    if isinstance(rendered[0], RenderFailure):
        raise RenderError(f"a test target does not render again: {rendered[0]}")
    return [None if isinstance(sound, RenderFailure) else sound for sound in rendered]


def _filled(card: Card, sounds: Sequence[Float32[F32, " _samples"] | None], test: Subset) -> dict[str, Any]:
    (name,) = test.names(np.array([card.item]))
    peak = max(float(np.abs(sound).max()) for sound in sounds if sound is not None)
    gain = PEAK / peak if peak else 1.0
    powers = [None if sound is None else mel(sound) for sound in sounds]
    assert powers[0] is not None  # a target renders
    reference = float(powers[0].max())
    titles: list[tuple[str, Answer | None]] = [("Target", None), *card.beside]
    shown = []
    for (title, answer), sound, power in zip(titles, sounds, powers, strict=True):
        what = "the target" if answer is None else f"the answer of {title}"
        shown.append(
            {
                "title": title,
                "scores": None if answer is None else {metric: answer.scores[metric] for metric in SHOWN},
                "silent": answer is not None and answer.silent,
                "audio": None if sound is None else uri("audio/ogg", ogg(sound * np.float32(gain))),
                "image": None if power is None else uri("image/png", png(power, reference)),
                "alt": f"Mel spectrogram of {what}",
            }
        )
    return {
        "target": name,
        "note": test.note(card.item).name,
        "synth": card.synth,
        "harmonic": card.harmonic,
        "bin": harmonic_bin(card.harmonic),
        "gain_db": float(20 * np.log10(gain)),
        "sounds": shown,
    }


def uri(kind: str, contents: bytes) -> str:
    """A file's contents as an address, so that a page needs no other file."""
    return f"data:{kind};base64,{base64.b64encode(contents).decode()}"
