"""The quality benchmark: fixed targets that the library has not seen, anytime marks, and runs that resume."""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from synthmatch.audio import Audio
from synthmatch.benchmark import run as benchmark
from synthmatch.benchmark.json_lines import append_lines, pack, packed_path, read_lines
from synthmatch.benchmark.medoid import medoid_of
from synthmatch.benchmark.methods import FLOOR, MEDOID, RETRIEVAL, UNRENDERED
from synthmatch.benchmark.recordings import FLUID, SONIC_PI, recordings
from synthmatch.benchmark.records import Record, RecordFile
from synthmatch.benchmark.report import results
from synthmatch.benchmark.run import Setting
from synthmatch.benchmark.targets import BenchTarget, ancestors, held_out, held_out_presets
from synthmatch.calibration.anchors import ANCHORS, NOISE, SILENCE
from synthmatch.calibration.noise_floor import noise_floor
from synthmatch.errors import InputError
from synthmatch.features.search_distance import SearchDistance
from synthmatch.library.builtin import builtin_library
from synthmatch.library.split import split_of
from synthmatch.metrics import METRICS
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.proposers.registry import proposers_for
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.guided import guided_search
from synthmatch.search.objective import Budget
from synthmatch.search.preset_level import with_level_error
from synthmatch.search.registry import GUIDED
from synthmatch.surrogate.surrogate import builtin_surrogates
from synthmatch.synths.registry import get_synth, synth_names

NOTE = Note(hold_seconds=0.2, render_seconds=0.3)
SEARCHES = ("population", "random")
INSTALLED = [name for name in synth_names() if get_synth(name).missing() is None]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def setting() -> Iterator[Setting]:
    """A small benchmark of Dexed."""
    library = builtin_library("dexed")
    assert library
    with RenderPool(get_synth("dexed"), workers=2) as pool:
        yield Setting(pool, library, SEARCHES, 24, 0)


def played(pool: RenderPool, presets: Sequence[Preset]) -> list[Audio]:
    """Renders, which must all succeed."""
    sounds = pool.run(presets, NOTE)
    assert not any(isinstance(sound, RenderFailure) for sound in sounds)
    return [np.asarray(sound) for sound in sounds]


@pytest.fixture(scope="module")
def targets(setting: Setting) -> list[BenchTarget]:
    """Two short held-out targets."""
    presets = [target.preset for target in held_out(setting.pool, 2).targets if target.preset]
    sounds = played(setting.pool, presets)
    return [BenchTarget(f"target {i}", a, NOTE, p) for i, (p, a) in enumerate(zip(presets, sounds, strict=True))]


@pytest.fixture(scope="module")
def whole(setting: Setting, targets: list[BenchTarget], tmp_path_factory: pytest.TempPathFactory) -> RecordFile:
    """Records of an undisturbed run."""
    file = RecordFile(tmp_path_factory.mktemp("whole") / "records.jsonl")
    benchmark.run(setting, targets, file, lambda done, total, record: None)
    return file


def comparable(file: RecordFile) -> list[Record]:
    """Records without how long they took."""
    return [dataclasses.replace(record, seconds=0.0) for _, record in sorted(file.records.items(), key=str)]


@pytest.mark.parametrize("name", INSTALLED)
def test_held_out_presets_are_unseen(name: str) -> None:
    """Catches targets of the training split, near-duplicates of the library's ancestors or of each other."""
    synth = get_synth(name)
    generator = held_out_presets(synth)
    presets = [next(generator) for _ in range(30)]
    again = held_out_presets(synth)
    assert [p.key() for p in presets] == [next(again).key() for _ in range(30)]
    assert {split_of(preset) for preset in presets} == {"test"}
    units = synth.space.to_unit(np.array([p.native for p in presets]))
    near = synth.space.to_unit(np.array([p.native for p in ancestors(synth)]).reshape(-1, units.shape[1]))
    for i, unit in enumerate(units):
        others = np.concatenate([near, np.delete(units, i, axis=0)])
        assert (others != unit).mean(axis=1).min() > 0.05, f"{presets[i].name} is a near-duplicate"
    library = builtin_library(name)
    assert library
    kept = {library.preset(row).key() for row in range(len(library))}
    assert not kept & {preset.key() for preset in presets}


def test_targets_are_audible_and_the_same_each_time(setting: Setting) -> None:
    """Catches silent targets and renders that differ between runs."""
    first, second = (held_out(setting.pool, 5).targets for _ in range(2))
    assert len({target.name for target in first}) == 5
    for a, b in zip(first, second, strict=True):
        assert a.name == b.name
        np.testing.assert_array_equal(a.audio, b.audio)
        assert np.sqrt(np.mean(np.square(a.audio))) >= 1e-3


def test_recordings() -> None:
    """Catches a sample that the package lacks, a MIDI file of another pitch or length, and doubled list entries."""
    assert (len(set(SONIC_PI)), len(set(FLUID))) == (30, 30)
    first, second = (recordings(1, 1).targets for _ in range(2))
    assert [target.name for target in first] == ["bass_dnb_f", "fluid 000 60"]
    assert first[1].note.pitch == 60
    assert first[1].note.hold_seconds == pytest.approx(2.0, abs=0.1)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.audio, b.audio)


def test_marks_are_anytime_scores(setting: Setting, targets: list[BenchTarget], whole: RecordFile) -> None:
    """Catches a mark scored with a later preset, a fast score that rises with renders, and a shifted target."""
    by_method = {r.conditions.method: r for r in whole.records.values() if r.target == "target 0"}
    assert by_method.keys() == {FLOOR, *ANCHORS, MEDOID, RETRIEVAL, *SEARCHES}
    for method, record in by_method.items():
        marks = {FLOOR: [1], SILENCE: [1], NOISE: [1], MEDOID: [1], RETRIEVAL: [1, 16]}.get(method, [1, 16, 24])
        assert list(record.scores) == marks
        at_marks = [record.scores[mark] for mark in marks]
        fast = [with_level_error(scores["distance"], scores["loudness_error"]) for scores in at_marks]
        assert fast == sorted(fast, reverse=True)
    assert by_method[FLOOR].scores[1]["lsd"] == 0
    # silence and noise have a score by which all others are read
    assert by_method[SILENCE].scores[1]["loudness_distance"] == 1
    assert by_method[SILENCE].scores[1]["mss"] == 80
    assert 0.3 < by_method[NOISE].scores[1]["loudness_distance"] < 1
    target = targets[0]
    nearest = setting.library.nearest(target.audio, target.note, 1)[0].preset
    (audio,) = played(setting.pool, [nearest])
    scores = by_method[RETRIEVAL].scores[1]
    # a worker's sums are of one thread, and may be in another order than here
    assert scores["distance"] == pytest.approx(SearchDistance(target.audio)(audio).distance, rel=1e-6)
    assert scores["lsd"] == pytest.approx(METRICS["lsd"].function(target.audio, audio), rel=1e-6)


def test_a_surrogate_answers_and_searches(setting: Setting, targets: list[BenchTarget], tmp_path: Path) -> None:
    """Catches an answer without a render that took renders, and targets lost where a method has not run on all."""
    surrogate = builtin_surrogates()["dexed"]
    with_one = dataclasses.replace(setting, renders=16, surrogate=surrogate)
    file = RecordFile(tmp_path / "records.jsonl")
    benchmark.run(with_one, targets[:1], file, lambda done, total, record: None)
    kept = {record.conditions.method: record for record in file.records.values()}
    assert kept.keys() == {FLOOR, *ANCHORS, MEDOID, RETRIEVAL, *SEARCHES, UNRENDERED, GUIDED}
    assert list(kept[UNRENDERED].scores) == list(kept[GUIDED].scores) == [1, 16]
    assert surrogate.fingerprint in kept[UNRENDERED].conditions.version
    target = targets[0]
    rng = np.random.default_rng([0, *target.name.encode()])
    proposers = proposers_for([setting.library])
    found = guided_search(target.audio, target.note, setting.pool, proposers, surrogate, Budget(0), rng)
    assert not found.objective.scored
    (answer,) = found.presets
    (audio,) = played(setting.pool, [answer])
    assert kept[UNRENDERED].scores[1]["lsd"] == pytest.approx(METRICS["lsd"].function(target.audio, audio), rel=1e-6)
    lines, tests = results(list(kept.values()), SEARCHES, "10,000")
    assert {"method": "surrogate, first answer", "targets": "1"}.items() <= lines[6].items()
    pairs = {(test["method"], test["against"]) for test in tests}
    assert ("guided, 16 renders", "nearest 16, ranked again") in pairs
    more = [dataclasses.replace(record, target="other") for m, record in kept.items() if m not in {UNRENDERED, GUIDED}]
    lines, _ = results([*kept.values(), *more], SEARCHES, "10,000")
    counts = {(line["on the targets of"], line["method"]): line["targets"] for line in lines}
    assert counts["all", "population, 16 renders"] == "2"
    assert counts["guided and surrogate", "guided, 16 renders"] == "1"


def test_killed_run_resumes(setting: Setting, targets: list[BenchTarget], whole: RecordFile, tmp_path: Path) -> None:
    """Catches work done twice or left out after a kill, a half-written line, and tables that then differ."""
    path = tmp_path / "records.jsonl"

    def killed(done: int, total: int, record: Record) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        benchmark.run(setting, targets, RecordFile(path), killed)
    path.write_bytes(path.read_bytes()[:-20])
    ran: list[Record] = []
    benchmark.run(setting, targets, RecordFile(path), lambda done, total, record: ran.append(record))
    resumed = RecordFile(path)
    assert len(ran) == len(whole.records) - 6
    assert comparable(resumed) == comparable(whole)
    tables = [results(list(file.records.values()), SEARCHES, "10,000") for file in (resumed, whole)]
    assert tables[0] == tables[1]
    lines, _ = tables[0]
    assert [line["targets"] for line in lines if line["method"] == "population, 24 renders"] == ["2"]


def test_other_conditions_run_again(setting: Setting, targets: list[BenchTarget], whole: RecordFile) -> None:
    """Catches records of another budget, seed or library taken for those of this run."""
    other = dataclasses.replace(setting, seed=1)
    methods = {target.name: setting.methods(target) for target in targets}
    keys = {(t.name, other.conditions(methods[t.name][search])) for t in targets for search in SEARCHES}
    assert not keys & whole.records.keys()
    keys = {(t.name, setting.conditions(methods[t.name][search])) for t in targets for search in SEARCHES}
    assert keys <= whole.records.keys()


def test_damaged_records_are_named(tmp_path: Path) -> None:
    """Catches a damaged line in the middle that is passed over, with a target lost from the tables."""
    path = tmp_path / "records.jsonl"
    path.write_text('{"target": "a"}\n')
    with pytest.raises(InputError, match="line 1 is no benchmark record"):
        RecordFile(path)


def test_medoid_is_the_most_central(setting: Setting) -> None:
    """Catches distances in raw codes, and sums over a block instead of all presets."""
    library = setting.library
    points = library.index.codes[list(library.index.pitches).index(60)] * library.index.scale
    part = points[:: max(len(points) // 100, 1)]
    at = int(np.flatnonzero((library.unit == library.space.to_unit(medoid_of(library).native)).all(axis=1))[0])
    assert cdist(points[[at]], points).sum() <= cdist(part, points).sum(axis=1).min() * (1 + 1e-5)


def test_floors_are_measured() -> None:
    """Catches a synthesizer without a shipped noise floor, and a measurement that no longer runs."""
    for name in synth_names():
        assert noise_floor(name).keys() == {"lsd", "mss", "loudness_distance"}
    command = [sys.executable, "tools/measure_noise_floor.py", "--here", "--synth", "dexed", "--presets", "2"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120).stdout
    found = json.loads(output.splitlines()[-1])
    assert found["presets"] == 2
    assert found["lsd"] == found["lsd_95"] == 0, "dexed-py keeps no state between renders"


def test_packed_records_are_read_before_new_ones(tmp_path: Path) -> None:
    """Catches lines lost when records are compressed, in another order, or as other bytes each time; and a cut line kept."""
    path = tmp_path / "records.jsonl"
    append_lines(path, ["one", "two"])
    pack(path)
    packed = packed_path(path).read_bytes()
    assert not path.exists()
    append_lines(path, ["three"])
    path.write_bytes(path.read_bytes() + b"cut")
    assert read_lines(path) == ["one", "two", "three"]
    append_lines(path, ["four"])
    assert read_lines(path) == ["one", "two", "three", "four"]
    pack(path)
    assert read_lines(path) == ["one", "two", "three", "four"]
    packed_path(path).unlink()
    append_lines(path, ["one", "two"])
    pack(path)
    assert packed_path(path).read_bytes() == packed
    packed_path(path).write_bytes(packed[:-9])
    with pytest.raises(InputError, match="damaged"):
        read_lines(path)
