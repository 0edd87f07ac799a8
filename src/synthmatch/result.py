"""What a match gives: candidates with their audio and scores, ranked, and how they are saved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synthmatch.arrays import Audio
from synthmatch.atomic_files import write_whole
from synthmatch.audio import save_wav
from synthmatch.calibration.closeness import Word, closeness_word, level_text
from synthmatch.params import Preset
from synthmatch.picture import picture
from synthmatch.search.preset_level import with_level_error
from synthmatch.synths.preset_files import write_presets
from synthmatch.synths.registry import get_synth
from synthmatch.target import Target


@dataclass(frozen=True, eq=False)
class NoteMatch:
    """What a candidate sounds like at one of several notes, and how near that is.

    `audio` has shape (channels, note.samples). `distance` and `closeness` are as in `Match`.
    """

    target: Target
    audio: Audio
    distance: float
    closeness: float


@dataclass(frozen=True, eq=False)
class Match:
    """A candidate: a preset, what it sounds like, and how near that is.

    `audio` is its render with the target's note, shape (channels, note.samples). `distance` is the loudness distance to the
    target, 0 to 1, and `closeness` what that means, in per cent (`calibration.closeness`). `level_error_db` is how much
    louder it is than the target: as a rule next to 0. Candidates are ranked by both (`search.preset_level`). `scores`
    are the table metrics against the target, and `floor` what the same metrics give between two plays of one preset in
    this synthesizer. `in_domain_percentile` is how sure it is: the share (0..1) of the synthesizer's own sounds that
    are matched less nearly (`calibration.in_domain`); None where that was not measured, or while the search goes on, or
    of several notes.

    Where the target has several notes, `notes` has all of them, from low to high. `distance` and `closeness` are half the mean
    of theirs and half the worst then; `audio`, `level_error_db` and `scores` are of the target's own note, the middle one.
    """

    preset: Preset
    audio: Audio
    distance: float
    closeness: float
    level_error_db: float
    scores: dict[str, float]
    floor: dict[str, float]
    in_domain_percentile: float | None
    notes: tuple[NoteMatch, ...] = ()

    @property
    def word(self) -> Word:
        """Its closeness in a word: identical, close, similar or far."""
        return closeness_word(self.closeness)

    @property
    def level_text(self) -> str:
        """Its level beside the target's, where that is more than 1 dB away: "6 dB quieter"; else empty."""
        return level_text(self.level_error_db)

    @property
    def rank(self) -> float:
        """What candidates are ranked by, the least first."""
        return with_level_error(self.distance, self.level_error_db)

    @property
    def synth(self) -> str:
        """Id of the synthesizer."""
        return self.preset.synth

    @property
    def origin(self) -> str:
        """Where it comes from: the name of the proposer of its preset, or of the preset that the search made it of.

        ``drawn`` from the target, of a ``library`` or a ``model``, one of ``yours``, or ``random``.
        """
        return self.preset.origin

    def parameters(self) -> dict[str, str]:
        """What a panel would show, by parameter name."""
        space = get_synth(self.synth).space
        return {p.name: p.text(v) for p, v in zip(space.parameters, self.preset.native, strict=True)}

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write the preset's native file, its own JSON (``.json``) or its sound (``.wav``), as the name says."""
        path = Path(path)
        if path.suffix.lower() == ".wav":
            save_wav(path, self.audio, force=force)
        else:
            write_presets(path, [self.preset], force=force)


@dataclass(frozen=True, eq=False)
class Matches:
    """Candidates over all synthesizers asked for, best first.

    `renders` counts the renders of each synthesizer's search. `complete` is False where the search was interrupted.
    `out_of_reach` are the ids of synthesizers that came less near to the target, with all their candidates, than to 95
    in 100 of their own sounds. `failed` says of synthesizers, by id, on which not one preset rendered, what is known of it.
    """

    target: Target
    candidates: tuple[Match, ...]
    renders: dict[str, int]
    complete: bool
    out_of_reach: tuple[str, ...]
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def best(self) -> Match:
        """The candidate that ranks first."""
        return self.candidates[0]

    def __iter__(self) -> Iterator[Match]:
        return iter(self.candidates)

    def __len__(self) -> int:
        return len(self.candidates)

    def __getitem__(self, rank: int) -> Match:
        return self.candidates[rank]

    def save_picture(self, rank: int, path: str | Path, *, force: bool = False) -> None:
        """Write `picture`, whole or not at all."""
        write_whole(Path(path), self.picture(rank), force=force)

    def picture(self, rank: int) -> bytes:
        """The spectrograms of target and candidate, and their difference, as PNG."""
        found = self.candidates[rank]
        title = f"{self.target.name}: {get_synth(found.synth).title}, {found.closeness:.0f} % ({found.word})"
        return picture(self.target.audio, found.audio, title)
