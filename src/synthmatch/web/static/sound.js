/** The sound on the left: its part on the waveform, its note, found or corrected. Shows the state's entry and asks it for changes. */

import { $, busy, complain, make, number as shown } from "./dom.js";
import { markFields, number, part } from "./fields.js";
import { Wave } from "./wave.js";

const NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
/** After the last change of the part, before its note is sought. */
const REST_MS = 350;

export class SoundPanel {
  constructor(state, player) {
    Object.assign(this, { state, player });
    this.wave = new Wave((start, end) => {
      $("start").value = start.toFixed(2);
      $("end").value = end.toFixed(2);
      this.typedPart();
    });
    for (let pitch = 0; pitch < 128; pitch += 1) {
      $("note").append(make("option", { value: pitch }, `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`));
    }
    $("hear").addEventListener("click", () => this.hear());
    for (const id of ["start", "end"]) $(id).addEventListener("change", () => this.typedPart());
    $("note").addEventListener("change", () => this.correct("note", "note", { value: Number($("note").value) }));
    $("velocity").addEventListener("change", () => this.correct("velocity", "velocity", number("velocity", "Velocity", 1, 127, { whole: true })));
    $("velocity-of-sound").addEventListener("change", () => this.correct("velocity", "velocity", { value: $("velocity-of-sound").checked ? "sound" : undefined }));
    $("hold").addEventListener("change", () => this.correct("hold_seconds", "hold", number("hold", "Held", 0.01, 60, { unit: " s" })));
    $("whole").addEventListener("change", () => this.correct("whole", "whole", { value: $("whole").checked || undefined }));
    $("find").addEventListener("click", () => this.remake({ given: {}, problems: this.others("velocity", "hold") }));
    state.addEventListener("sound", () => this.show());
  }

  /** Problems but for those of some fields, and what the server said of them all. */
  others(...names) {
    const { sound: _, ...left } = this.state.entry.problems;
    return Object.fromEntries(Object.entries(left).filter(([name]) => !names.includes(name)));
  }

  /** Give a field of the target; undefined takes it back. */
  correct(field, name, { value, problem }) {
    const { [field]: _, ...given } = this.state.entry.given;
    const problems = this.others(name);
    if (problem) problems[name] = problem;
    if (value !== undefined) given[field] = value;
    this.remake({ given, problems });
  }

  typedPart() {
    const { problem, ...place } = part(this.state.entry.sound.seconds);
    const problems = this.others("part");
    if (problem) problems.part = problem;
    const entry = this.state.ask({ ...place, problems });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.state.make(entry), REST_MS);
  }

  remake(change) {
    this.state.make(this.state.ask(change));
  }

  async show() {
    const { entry } = this.state;
    this.list();
    $("chosen").hidden = !entry;
    if (!entry) return;
    const { sound, target, problems } = entry;
    $("sound-name").textContent = `${sound.name}, ${shown(sound.seconds, 2)} s`;
    for (const id of ["start", "end"]) $(id).max = sound.seconds.toFixed(2);
    if (!problems.part) {
      $("start").value = Number(entry.start.toFixed(2));
      $("end").value = entry.end.toFixed(2);
    }
    markFields(problems);
    complain($("field-error"), Object.values(problems).join("; "));
    this.showTarget(entry, target);
    try {
      const buffer = await this.player.buffer(`/api/sounds/${sound.id}/audio`);
      if (this.state.entry !== entry) return;
      const matched = entry.target && [entry.target.matched_start_seconds, entry.target.matched_end_seconds];
      this.wave.show(sound.id, buffer, [entry.start, entry.end], matched);
    } catch {
      if (this.state.entry === entry) complain($("field-error"), "this sound has expired on the server; its matches may still be there");
    }
  }

  showTarget({ given, problems }, target) {
    $("table").hidden = $("matched").hidden = !target;
    $("find").hidden = Object.keys(given).length === 0;
    $("whole").checked = given.whole ?? false;
    $("velocity-of-sound").checked = given.velocity === "sound";
    if (!target) {
      $("found-note").textContent = Object.keys(problems).length ? "Not to be searched as it is" : "Looks for the note";
      return;
    }
    $("wavetable").href = `/api/targets/${target.id}/wavetable`;
    $("note").value = target.pitch;
    $("velocity").value = target.velocity;
    $("hold").value = target.hold_seconds.toFixed(2);
    const sure = "note" in given ? "as you say" : target.pitched ? `${Math.round(100 * target.pitch_confidence)} % sure` : "no clear pitch";
    $("found-note").textContent = `Note: ${target.note}, ${sure}`;
    $("matched").textContent = `Matched: ${shown(target.matched_start_seconds, 2)} to ${shown(target.matched_end_seconds, 2)} s`;
    $("remarks").replaceChildren(...target.remarks.map((remark) => make("li", {}, remark)));
  }

  /** The sounds that wait, where there is more than the one shown. */
  list() {
    const { sounds, entry } = this.state;
    $("waiting").hidden = sounds.every((one) => one === entry);
    $("waiting-sounds").replaceChildren(...sounds.map((one) => {
      const name = Object.keys(one.problems).length ? `${one.sound.name}: not to be searched` : one.sound.name;
      return make("li", {},
        make("button", { type: "button", class: "chip", "aria-pressed": String(one === entry), onclick: () => this.state.choose(one) }, name),
        make("button", { type: "button", class: "chip", "aria-label": `Take ${one.sound.name} away`, onclick: () => this.drop(one) }, "×"));
    }));
  }

  drop(entry) {
    this.state.drop(entry);
    ($("waiting-sounds").querySelector("button") ?? $("choose")).focus();
  }

  async hear() {
    await busy($("hear"), $("sound-error"), async () => {
      const target = this.state.entry?.target;
      if (!target) return;
      await this.player.play({ candidate: { url: `/api/targets/${target.id}/audio`, loudness_db: target.loudness_db, title: "the sound" } });
    });
  }
}
