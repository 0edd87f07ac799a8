"""Searches through the API, with the real synthesizers: from a sound to the preset that was heard."""

import io
import json
import re
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from web_api import created, refused, search, target, wait
from web_server import EXAMPLES, Running, serving

import synthmatch
from synthmatch.calibration.closeness import BOUNDS
from synthmatch.matching import match
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.pool import render
from synthmatch.search.preset_level import with_level_error
from synthmatch.synths.preset_files import read_presets
from synthmatch.synths.registry import get_synth


def played(preset: Preset, target_out: dict[str, Any]) -> np.ndarray:
    """A preset with a target's note, scaled as WAV files are."""
    seconds = round(target_out["seconds"] * 44_100) / 44_100
    audio = render(
        get_synth(preset.synth),
        preset,
        Note(target_out["pitch"], target_out["velocity"], target_out["hold_seconds"], seconds),
    )
    return audio / max(1.0, float(np.abs(audio).max()))


def test_a_downloaded_preset_is_what_was_heard(server: Running, tmp_path: Path) -> None:
    """Catches a file that does not sound like its candidate, for each synthesizer: it is read and played again."""
    target_out = target(server.client)
    job = wait(
        server.client,
        search(server.client, target_out["id"], synths=["vital", "dexed", "amsynth"], renders=8, candidates=1)["id"],
    )
    assert job["state"] == "done", job
    assert sorted(c["synth"] for c in job["candidates"]) == ["amsynth", "dexed", "vital"]
    ranks = [c["distance"] + 0.02 * max(0.0, abs(c["level_error_db"]) - 0.3) for c in job["candidates"]]
    assert ranks == sorted(ranks)
    for candidate in job["candidates"]:
        heard, rate = soundfile.read(
            io.BytesIO(server.client.get(f"/api/candidates/{candidate['id']}/audio").content), always_2d=True
        )
        assert rate == 44_100
        assert candidate["floor"].keys() >= {"lsd"}
        assert candidate["files"]
        for suffix in candidate["files"]:
            file = server.client.get(f"/api/candidates/{candidate['id']}/preset", params={"file": suffix})
            path = tmp_path / f"{candidate['synth']}{suffix}"
            path.write_bytes(file.content)
            preset = read_presets(path, get_synth(candidate["synth"]))[0]
            assert np.abs(played(preset, target_out) - heard.T).max() < 1e-3, suffix


def test_the_velocity_is_100_a_number_or_that_of_the_sound(server: Running) -> None:
    """Catches a velocity from the level that nobody asked for, and a choice that does not reach the target."""
    asked = synthmatch.load_target(EXAMPLES / "bass.flac", velocity="sound").note.velocity
    assert asked != 100
    for part, velocity in (({}, 100), ({"velocity": 7}, 7), ({"velocity": "sound"}, asked)):
        assert target(server.client, **part)["velocity"] == velocity


def test_the_page_finds_what_the_command_line_finds(server: Running) -> None:
    """Catches a search of the page's own, which would find other presets with the same seed."""
    found = wait(server.client, search(server.client, target(server.client)["id"], seed=7)["id"])["candidates"]
    same = match(EXAMPLES / "bass.flac", synths=["dexed"], renders=24, candidates=2, seed=7, metrics=("lsd", "mss"))
    assert len(found) == 2
    for candidate, expected in zip(found, same, strict=True):
        native = server.client.get(f"/api/candidates/{candidate['id']}").json()["native"]
        assert native == get_synth("dexed").space.named(expected.preset.native)
        assert candidate["scores"] == expected.scores
        assert candidate["in_domain_percentile"] == expected.in_domain_percentile
        assert candidate["closeness"] == expected.closeness
        assert candidate["level"] == expected.level_text


def test_closeness_falls_with_distance(server: Running) -> None:
    """Catches closeness as a share (0..1), one that grows with the distance, and a word that is not that of the percentage."""
    target_out = target(server.client)
    found = wait(server.client, search(server.client, target_out["id"], candidates=4)["id"])["candidates"]
    address = f"/api/candidates/{found[0]['id']}"
    silent = {f"op{k}_output_level": 0 for k in range(1, 7)}
    nothing = created(server.client.post(f"{address}/edit", json={"values": silent}))["candidate"]
    every = sorted([*found, nothing], key=lambda c: c["distance"])
    assert every[-1] is nothing
    assert (nothing["distance"], nothing["closeness"], nothing["word"]) == (1, 0, "far")
    assert re.fullmatch(r"\d+ dB quieter", nothing["level"])
    assert 1 < every[0]["closeness"] <= 100
    for nearer, further in pairwise(every):
        # beyond a random preset all are 0
        assert nearer["closeness"] > further["closeness"] or nearer["closeness"] == 0
    for candidate in every:
        assert candidate["word"] == next(
            word for word, least in BOUNDS.items() if round(candidate["closeness"]) >= least
        )


def test_a_search_from_a_candidate_keeps_what_is_locked(server: Running) -> None:
    """Catches a lock that a search moves, and one that holds other values than the candidate's."""
    target_out = target(server.client)
    found = wait(server.client, search(server.client, target_out["id"])["id"])["candidates"][0]
    values = server.client.get(f"/api/candidates/{found['id']}").json()["native"]
    locked = ["envelope", "op1", "algorithm"]
    request = {"renders": 120, "candidates": 3, "start": found["id"], "locked": locked}
    again = wait(server.client, search(server.client, target_out["id"], **request)["id"])
    table = server.client.get("/api/parameters", params={"synth": "dexed"}).json()
    held = [p["name"] for p in table if p["group"] == "envelope" or p["part"] == "op1" or p["name"] == "algorithm"]
    assert again["candidates"]
    changed = set()
    for candidate in again["candidates"]:
        native = server.client.get(f"/api/candidates/{candidate['id']}").json()["native"]
        assert {name: native[name] for name in held} == {name: values[name] for name in held}
        changed |= {name for name in native if native[name] != values[name]}
    assert changed, "nothing at all was searched"
    # candidates are ranked by their level, too; of two that sound alike either may stay
    again_rank, rank = (
        with_level_error(one["distance"], one["level_error_db"]) for one in (again["candidates"][0], found)
    )
    assert again_rank < rank + 0.01
    refused(
        server.client.post("/api/searches", json={"target": target_out["id"], "synths": ["dexed"], "locked": ["op9"]}),
        422,
        "op9",
    )


def test_presets_are_made_from_a_candidate(server: Running) -> None:
    """Catches an edit that is not played, a variation outside what was named, and a morph that misses its ends."""
    target_out = target(server.client)
    found = wait(server.client, search(server.client, target_out["id"])["id"])["candidates"]
    address = f"/api/candidates/{found[0]['id']}"
    before = server.client.get(address).json()
    edited = created(server.client.post(f"{address}/edit", json={"values": {"op1_output_level": 50}}))
    assert edited["text"]["op1_output_level"] == "50"
    assert edited["candidate"]["distance"] != found[0]["distance"]
    sounds = [server.client.get(f"/api/candidates/{c['id']}/audio").content for c in (found[0], edited["candidate"])]
    assert sounds[0] != sounds[1]
    table = {p["name"]: p for p in server.client.get("/api/parameters", params={"synth": "dexed"}).json()}
    varied = created(server.client.post(f"{address}/vary", json={"names": ["pitch"], "closeness": 50, "count": 3}))
    assert len(varied) == 3
    for candidate in varied:
        native = server.client.get(f"/api/candidates/{candidate['id']}").json()["native"]
        changed = [name for name in native if native[name] != before["native"][name]]
        assert changed
        assert {table[name]["group"] for name in changed} == {"pitch"}
    way = created(server.client.post(f"{address}/morph", json={"to": found[1]["id"], "steps": 3}))
    ends = [server.client.get(f"/api/candidates/{way[i]['id']}").json()["native"] for i in (0, -1)]
    assert ends[0] == before["native"]
    assert ends[1] == server.client.get(f"/api/candidates/{found[1]['id']}").json()["native"]
    refused(server.client.post(f"{address}/edit", json={"values": {"no_such": 1}}), 422, "no_such")


def test_what_a_sound_depends_on(server: Running) -> None:
    """Catches weights of the wrong parameter: an operator that is off is not heard, the loudest carrier is."""
    target_out = target(server.client)
    found = wait(server.client, search(server.client, target_out["id"])["id"])["candidates"][0]
    address = f"/api/candidates/{found['id']}"
    quiet = created(server.client.post(f"{address}/edit", json={"values": {"op4_output_level": 0, "algorithm": 0}}))
    address = f"/api/candidates/{quiet['candidate']['id']}"
    job = wait(server.client, created(server.client.post(f"{address}/depends"))["id"])
    assert job["state"] == "done", job
    weights = job["weights"]
    assert len(weights) == 145
    # with its level at 0, its tuning is not heard; its level is what would be
    assert weights["op4_fine"] < 1e-6  # a worker and the server may add up in another order
    assert 0.1 < max(weights.values()) <= 1
    assert server.client.get(address).json()["weights"] == weights


def test_everything_as_a_zip_and_a_bank(server: Running, tmp_path: Path) -> None:
    """Catches a zip or bank that lacks a candidate, or has them in another order."""
    target_out = target(server.client)
    found = wait(server.client, search(server.client, target_out["id"], candidates=3, renders=60)["id"])["candidates"]
    ids = ",".join(c["id"] for c in found)
    answer = server.client.get("/api/download", params={"ids": ids})
    assert answer.headers["content-disposition"] == "attachment; filename=\"bass.zip\"; filename*=UTF-8''bass.zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        rows = json.loads(archive.read("match.json"))["candidates"]
    assert (
        sum(name.endswith(".syx") for name in names) == sum(name.endswith(".wav") for name in names) - 1 == len(found)
    )
    assert [row["candidate"]["distance"] for row in rows] == [c["distance"] for c in found]
    bank = tmp_path / "bank.syx"
    bank.write_bytes(server.client.get("/api/download", params={"ids": ids, "kind": "bank"}).content)
    assert found
    for candidate, preset in zip(found, read_presets(bank)[: len(found)], strict=True):
        native = server.client.get(f"/api/candidates/{candidate['id']}").json()["native"]
        assert get_synth("dexed").space.named(preset.native) == native


def test_presets_of_ones_own_join_the_search(server: Running, tmp_path: Path) -> None:
    """Catches an index that a search does not look into: the target is the sound of a preset that only it has."""
    voices = read_presets(Path("/usr/share/hexter/dx7_roms.dx7"))[:6]
    rng = np.random.default_rng(5)
    space = get_synth("dexed").space
    odd = [space.to_native(np.where(rng.random(145) < 0.3, rng.random(145), space.to_unit(v.native))) for v in voices]
    named = [Preset("dexed", native, f"MINE {i}") for i, native in enumerate(odd)]
    sounds = [render(get_synth("dexed"), preset, Note(60, 100, 0.6, 1.0)) for preset in named]
    mine = int(np.argmax([np.abs(s).max() for s in sounds]))
    soundfile.write(tmp_path / "mine.wav", sounds[mine].T, 44_100, subtype="FLOAT")
    bank = get_synth("dexed").dump(named, ".syx")
    files = [("files", (name, data)) for name, data in (("notes.txt", b"no"), ("cut.syx", bank[:99]))]
    files.append(("files", ("banks/odd.syx", bank + bytes(24))))
    job = wait(server.client, created(server.client.post("/api/libraries", files=files))["id"])
    assert job["state"] == "done", job
    assert [line.partition(":")[0] for line in job["unreadable"]] == ["cut.syx"]
    assert job["remarks"] == ["odd.syx: 32 voices read; passed over 24 bytes outside of sysex messages"]
    (library,) = job["libraries"]
    assert library["presets"] >= 1
    sound = created(
        server.client.post("/api/sounds", files={"file": ("mine.wav", (tmp_path / "mine.wav").read_bytes())})
    )
    target_out = created(server.client.post("/api/targets", json={"sound": sound["id"], "note": 60}))
    request = {"renders": 0, "libraries": [library["id"]], "candidates": 1}
    found = wait(server.client, search(server.client, target_out["id"], **request)["id"])["candidates"]
    assert found[0]["name"] == f"MINE {mine}"
    assert server.client.delete(f"/api/libraries/{library['id']}").status_code == 204
    refused(server.client.get(f"/api/libraries/{library['id']}"), 404, "no such library")


def test_a_plug_in_of_ones_own(tiny_synth: Path, tmp_path: Path) -> None:
    """Catches a plug-in, whose id is a path, that cannot be searched or taken home."""
    with serving(synths=("dexed", str(tiny_synth))) as server:
        target_out = target(server.client)
        job = wait(server.client, search(server.client, target_out["id"], synths=[str(tiny_synth)], renders=6)["id"])
        assert job["state"] == "done", job
        candidate = job["candidates"][0]
        assert candidate["floor"] == {}
        assert server.client.get("/api/parameters", params={"synth": str(tiny_synth)}).json()
        answer = server.client.get(f"/api/candidates/{candidate['id']}/preset")
        file = tmp_path / f"own{candidate['files'][0]}"
        file.write_bytes(answer.content)
        assert "TinySynth" in answer.headers["content-disposition"]
        native = server.client.get(f"/api/candidates/{candidate['id']}").json()["native"]
        synth = get_synth(str(tiny_synth))
        assert synth.space.named(read_presets(file, synth)[0].native) == native


def test_the_api_describes_itself(server: Running) -> None:
    """Catches a route without a description, and a viewer that would load scripts from elsewhere."""
    described = server.client.get("/api/openapi.json").json()
    assert {"/api/sounds", "/api/searches", "/api/jobs/{id}/events"} <= set(described["paths"])
    for path, methods in described["paths"].items():
        assert all(method["description"] for method in methods.values()), path
    assert server.client.get("/docs").status_code == 404
