/** The first step: a sound comes in, is trimmed on its waveform, and its note is found or corrected. */

import { get, post, send } from "./api.js";
import { $, busy, complain, make, number, say } from "./dom.js";
import { Recorder } from "./record.js";
import { colour, peaks } from "./waveform.js";
import RegionsPlugin from "./vendor/regions.esm.js";
import WaveSurfer from "./vendor/wavesurfer.esm.js";

const NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
/** After the last change of the part, before its note is sought. */
const REST_MS = 350;

export class SoundStep extends EventTarget {
  /** Tells `target` (the target, or null while there is none). */
  constructor(player, about) {
    super();
    this.player = player;
    this.about = about;
    this.sound = null;
    this.target = null;
    this.given = {};
    this.asked = 0;
    for (let pitch = 0; pitch < 128; pitch += 1) {
      $("note").append(make("option", { value: pitch }, `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`));
    }
    $("limit").textContent = Math.round(about.upload_bytes / 1e6);
    for (const name of about.examples) {
      const button = make("button", { type: "button", class: "chip" }, name);
      button.addEventListener("click", () => busy(button, $("sound-error"), async () => this.take(await post(`/api/examples/${name}`))));
      document.querySelector(".examples").append(button);
    }
    $("choose").addEventListener("click", () => $("file").click());
    $("file").addEventListener("change", () => {
      if ($("file").files.length) this.upload($("file").files[0]);
      $("file").value = ""; // the same file may be chosen again
    });
    $("record").addEventListener("click", () => this.record());
    $("hear").addEventListener("click", () => this.hear());
    for (const id of ["start", "end"]) $(id).addEventListener("change", () => this.typed());
    $("note").addEventListener("change", () => this.correct("note", Number($("note").value)));
    $("velocity").addEventListener("change", () => this.correct("velocity", Number($("velocity").value)));
    $("velocity-of-sound").addEventListener("change", () => this.correct("velocity", $("velocity-of-sound").checked ? "sound" : undefined));
    $("hold").addEventListener("change", () => this.correct("hold_seconds", Number($("hold").value)));
    $("whole").addEventListener("change", () => this.correct("whole", $("whole").checked));
    $("find").addEventListener("click", () => {
      this.given = {};
      this.makeTarget();
    });
  }

  async upload(file) {
    complain($("sound-error"), "");
    if (file.size > this.about.upload_bytes) {
      complain($("sound-error"), `${file.name} is larger than ${$("limit").textContent} MB; cut out the note to match`);
      return;
    }
    $("uploading").hidden = false;
    $("uploading").value = 0;
    try {
      await this.take(await send("/api/sounds", "file", [[file, file.name]], (share) => ($("uploading").value = share)));
    } catch (error) {
      complain($("sound-error"), error);
    } finally {
      $("uploading").hidden = true;
    }
  }

  async record() {
    if (!this.recorder) {
      const recorder = new Recorder();
      await busy($("record"), $("sound-error"), async () => {
        await recorder.start();
        this.recorder = recorder;
        $("record").textContent = "Stop and use";
        $("record").classList.add("recording");
        say("recording");
      });
      return;
    }
    const recorder = this.recorder;
    this.recorder = null;
    $("record").textContent = "Record";
    $("record").classList.remove("recording");
    await busy($("record"), $("sound-error"), async () => this.upload(await recorder.stop(this.player.ready())));
  }

  /** Show a sound that the server has. */
  async take(sound) {
    this.sound = sound;
    this.given = {};
    this.setTarget(null);
    const buffer = await this.player.buffer(`/api/sounds/${sound.id}/audio`);
    $("chosen").hidden = false;
    $("sound-name").textContent = `${sound.name}, ${number(sound.seconds, 2)} s`;
    $("start").value = "0";
    $("end").value = sound.seconds.toFixed(2);
    for (const id of ["start", "end"]) $(id).max = sound.seconds.toFixed(2);
    this.show(buffer);
    await this.makeTarget();
  }

  show(buffer) {
    this.wave?.destroy();
    const regions = RegionsPlugin.create();
    this.wave = WaveSurfer.create({
      container: "#wave",
      height: 84,
      peaks: [peaks(buffer, 800)],
      duration: buffer.duration,
      waveColor: colour("--target"),
      progressColor: colour("--target"),
      cursorWidth: 0,
      normalize: true,
      interact: false,
      plugins: [regions],
    });
    this.wave.on("decode", () => {
      this.region = regions.addRegion({ start: 0, end: buffer.duration, color: colour("--veil"), drag: true, resize: true });
    });
    regions.on("region-updated", (region) => {
      $("start").value = Math.max(region.start, 0).toFixed(2);
      $("end").value = Math.min(region.end, buffer.duration).toFixed(2);
      this.later();
    });
  }

  typed() {
    const [start, end] = this.part();
    this.region?.setOptions({ start, end });
    this.later();
  }

  /** The part in seconds, in order and inside the sound. */
  part() {
    const inside = (text) => Math.min(Math.max(Number(text) || 0, 0), this.sound.seconds);
    const [start, end] = [inside($("start").value), inside($("end").value)];
    return start < end ? [start, end] : [0, this.sound.seconds];
  }

  later() {
    clearTimeout(this.timer);
    this.setTarget(null);
    this.timer = setTimeout(() => this.makeTarget(), REST_MS);
  }

  /** Give a field of the target; undefined takes it back. */
  correct(field, value) {
    if (value === undefined) delete this.given[field];
    else this.given[field] = value;
    this.makeTarget();
  }

  /** Have the server make the part a target. */
  async makeTarget() {
    const asked = ++this.asked;
    const [start, end] = this.part();
    const whole = start === 0 && end >= this.sound.seconds - 0.005;
    const part = whole ? {} : { start_seconds: start, end_seconds: end };
    complain($("sound-error"), "");
    try {
      const target = await post("/api/targets", { sound: this.sound.id, ...part, ...this.given });
      if (asked === this.asked) this.setTarget(target);
    } catch (error) {
      if (asked === this.asked) complain($("sound-error"), error);
    }
  }

  setTarget(target) {
    this.target = target;
    $("table").hidden = !target;
    if (target) {
      $("wavetable").href = `/api/targets/${target.id}/wavetable`;
      $("note").value = target.pitch;
      $("velocity").value = target.velocity;
      $("velocity-of-sound").checked = this.given.velocity === "sound";
      $("hold").value = target.hold_seconds.toFixed(2);
      $("whole").checked = this.given.whole ?? false;
      const sure = "note" in this.given ? "as you say" : target.pitched ? `${Math.round(100 * target.pitch_confidence)} % sure` : "no clear pitch";
      $("found-note").textContent = `Note: ${target.note}, ${sure}`;
      $("remarks").replaceChildren(...target.remarks.map((remark) => make("li", {}, remark)));
      $("find").hidden = Object.keys(this.given).length === 0;
    }
    this.dispatchEvent(new Event("target"));
  }

  async hear() {
    await busy($("hear"), $("sound-error"), async () => {
      if (!this.target) return;
      const sound = { url: `/api/targets/${this.target.id}/audio`, loudness_db: this.target.loudness_db, title: this.target.name };
      await this.player.play({ candidate: { ...sound, title: "the sound" } });
    });
  }

  /** Show the sound of a search that was found again. */
  async restore(target) {
    if (this.sound) return;
    try {
      const sound = await get(`/api/sounds/${target.sound}`);
      await this.take(sound);
    } catch {
      // the sound has expired; the matches are still there
    }
  }
}
