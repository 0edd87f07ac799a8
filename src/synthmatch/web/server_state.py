"""The server's entries in one place, and what is done with them at once: reading, playing and changing presets.

Nothing here knows of HTTP. What takes long is in `web.searches`.
"""

import itertools
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.audio import load
from synthmatch.calibration.closeness import Closeness
from synthmatch.calibration.noise_floor import noise_floor
from synthmatch.errors import AudioError, InputError
from synthmatch.features.loudness import played_db
from synthmatch.features.search_distance import SearchDistance
from synthmatch.metrics import evaluate
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.params import Preset
from synthmatch.params.variation import morph
from synthmatch.render.pool import render
from synthmatch.render.pool_cache import PoolCache
from synthmatch.result import Match
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth
from synthmatch.systems.scratch import new_folder
from synthmatch.target import load_target
from synthmatch.web.entities import Candidate, Given, OwnLibrary, Recording, Sound, TargetEntry
from synthmatch.web.files import Upload, label_of, read_sound
from synthmatch.web.jobs import Jobs
from synthmatch.web.settings import Settings
from synthmatch.web.store import GoneError, Store
from synthmatch.web.variations import Neighbourhood

#: The metrics in every card's details.
METRICS = ("lsd", "mss")
#: Most presets that are made by one request.
MOST_AT_ONCE = 16


class ServerState:
    """Stores, jobs and a folder that goes with it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        #: set when the server ends, so that open connections end too
        self.closing = False
        #: another at each start: a page that finds a new one knows that what it had is gone
        self.run = secrets.token_urlsafe(6)
        self.folder = new_folder()
        self._numbers = itertools.count()
        keep = settings.keep_seconds
        self.sounds: Store[Sound] = Store("sound", keep, 100, lambda sound: sound.recording.forget())
        self.targets: Store[TargetEntry] = Store("target", keep, 200, lambda entry: entry.recording.forget())
        self.candidates: Store[Candidate] = Store("candidate", keep, 2_000, lambda c: c.recording.forget())
        self.libraries: Store[OwnLibrary] = Store("library", keep, 50)
        self.pools = PoolCache(settings.workers, settings.keep_workers_seconds)
        self.jobs = Jobs(keep, settings.queue)

    def close(self) -> None:
        """End the jobs and their workers, and remove all files."""
        self.closing = True
        self.jobs.close()
        self.pools.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Drop what has expired."""
        for store in (self.sounds, self.targets, self.candidates, self.libraries, self.jobs.store):
            store.sweep()
        self.pools.sweep()

    def keep(self, audio: Audio) -> Recording:
        """Audio on disk, under a number."""
        return Recording.keep(audio, self.folder / f"{next(self._numbers)}.npy")

    # sounds ---------------------------------------------------------------------------------------------------------

    def upload(self, upload: Upload) -> str:
        """Keep a sound from outside. Raises `AudioError` as `files.read_sound` does."""
        audio = read_sound(upload, self.settings.upload_bytes)
        return self.sounds.add(Sound(Path(label_of(upload.name)).stem, self.keep(audio)))

    def example(self, name: str) -> str:
        """Keep one of the bundled sounds. Raises `GoneError` for another name."""
        if name not in examples():
            raise GoneError(f"there is no example {name[:40]!r}, expected one of {', '.join(examples())}")
        folder = resources.files("synthmatch") / "data" / "examples"
        with resources.as_file(folder / examples()[name]) as path:
            return self.sounds.add(Sound(name, self.keep(load(path))))

    def add_target(self, sound_id: str, start_seconds: float, end_seconds: float | None, given: Given) -> str:
        """Make a part of a sound a target. Raises `AudioError`, `InputError`."""
        sound = self.sounds.get(sound_id)
        audio = sound.recording.audio()
        end = audio.shape[1] if end_seconds is None else round(end_seconds * SAMPLE_RATE_HZ)
        part = audio[:, round(start_seconds * SAMPLE_RATE_HZ) : end]
        if part.shape[1] == 0:
            raise AudioError(
                f"{sound.name}: nothing is left between {start_seconds:g} s and the end; choose a longer part"
            )
        target = load_target(part, SAMPLE_RATE_HZ, **vars(given))
        kept = replace(target, name=sound.name, audio=np.zeros((target.audio.shape[0], 0), np.float32))
        start = start_seconds + target.start_seconds
        placed = replace(kept, start_seconds=start)
        seconds = sound.recording.seconds
        asked = (start_seconds, min(end_seconds or seconds, seconds))
        return self.targets.add(TargetEntry(sound_id, seconds, *asked, given, placed, self.keep(target.audio)))

    # candidates -----------------------------------------------------------------------------------------------------

    def found(self, match: Match, target_id: str) -> Candidate:
        """Keep a match of a search."""
        how_near = (match.distance, match.closeness, match.level_error_db)
        return self._candidate(match.preset, match.audio, target_id, how_near, match.scores, "search")

    def edit(self, id: str, values: Mapping[str, float]) -> Candidate:
        """A candidate with other native values, played. Raises `PresetError` for unknown names, `RenderError`."""
        old = self.candidates.get(id)
        space = get_synth(old.preset.synth).space
        native = space.from_named(dict(values), base=old.preset.native)
        return self.play([old.preset.with_native(native)], old.target_id, "edit", id)[0]

    def vary(self, id: str, names: Sequence[str], percent: float, count: int, seed: int) -> list[Candidate]:
        """Variations of a candidate in the parameters, groups or parts `names` (none: all), so close to it in per cent."""
        old = self.candidates.get(id)
        synth = get_synth(old.preset.synth)
        chosen = synth.space.named_by(names) if names else frozenset(synth.space.index)
        near = Neighbourhood(
            synth, old.preset, old.recording.audio(), self.targets.get(old.target_id).target.note, old.weights
        )
        rng = np.random.default_rng(seed)
        return self.play([near.vary(chosen, percent, rng) for _ in range(count)], old.target_id, "vary", id)

    def morph(self, id: str, other_id: str, steps: int) -> list[Candidate]:
        """The way from a candidate to another of its synthesizer, ends included; scored against the first's target."""
        first, second = self.candidates.get(id), self.candidates.get(other_id)
        space = get_synth(first.preset.synth).space
        return self.play(morph(space, first.preset, second.preset, steps), first.target_id, "morph", id)

    def play(self, presets: Sequence[Preset], target_id: str, made: str, parent: str) -> list[Candidate]:
        """Render presets of one synthesizer, made of the candidate `parent`, with a target's note and score them against it.

        Raises `RenderError`.
        """
        if len(presets) > MOST_AT_ONCE:
            raise InputError(f"got {len(presets)} presets, expected at most {MOST_AT_ONCE} at once")
        target = self.targets.get(target_id).whole()
        score, closeness = SearchDistance(target.audio), cache(lambda synth: Closeness(target.audio, synth))
        level_db, made_of = played_db(target.audio), []
        for preset in presets:
            audio = render(get_synth(preset.synth), preset, target.note)
            scores = evaluate(target.audio, audio, METRICS)
            distance = score.at_its_level(audio)
            how_near = (distance, closeness(preset.synth)(distance), played_db(audio) - level_db)
            made_of.append(self._candidate(preset, audio, target_id, how_near, scores, made, parent))
        return made_of

    def _candidate(
        self,
        preset: Preset,
        audio: Audio,
        target_id: str,
        how_near: tuple[float, float, float],
        scores: dict[str, float],
        made: str,
        parent: str = "",
    ) -> Candidate:
        floor = noise_floor(preset.synth)
        candidate = Candidate(preset, self.keep(audio), target_id, *how_near, scores, floor, made, parent)
        candidate.id = self.candidates.add(candidate)
        return candidate


def offered(settings: Settings, id: str) -> Synth:
    """The synthesizer of an id, if the page offers it: an id from outside is never looked up or imported otherwise.

    Raises `InputError`.
    """
    if id not in settings.synths:
        raise InputError(f"synth is {id[:80]!r}, expected one of {', '.join(settings.synths)}")
    return get_synth(id)


def examples() -> dict[str, str]:
    """Bundled sounds: the file of each name."""
    folder = resources.files("synthmatch") / "data" / "examples"
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith((".flac", ".ogg")))
    return {name.rpartition(".")[0]: name for name in files}
