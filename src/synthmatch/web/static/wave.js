/** The waveform of a sound: its part can be dragged, and what of it is matched stands out. */

import { $ } from "./dom.js";
import { colour, peaks } from "./waveform.js";
import RegionsPlugin from "./vendor/regions.esm.js";
import WaveSurfer from "./vendor/wavesurfer.esm.js";

export class Wave {
  /** `moved(start, end)` is called when the part was dragged. */
  constructor(moved) {
    this.moved = moved;
    this.of = null;
  }

  /** Draw a sound's buffer; `part` and `matched` are [start, end] in seconds, `matched` null where nothing is. */
  show(id, buffer, part, matched) {
    if (this.of !== id) this.draw(id, buffer);
    this.places = [part, matched];
    this.place();
  }

  draw(id, buffer) {
    this.of = id;
    this.wave?.destroy();
    this.part = this.matched = null;
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
      const whole = { start: 0, end: buffer.duration };
      this.matched = regions.addRegion({ ...whole, id: "matched", color: colour("--matched"), drag: false, resize: false });
      this.matched.element.style.pointerEvents = "none"; // the part below it is what is dragged
      this.part = regions.addRegion({ ...whole, id: "part", color: colour("--veil"), drag: true, resize: true });
      this.place();
    });
    regions.on("region-updated", ({ start, end }) => this.moved(Math.max(start, 0), Math.min(end, buffer.duration)));
  }

  place() {
    if (!this.part) return;
    const [[start, end], matched] = this.places;
    this.part.setOptions({ start, end });
    this.matched.element.hidden = !matched;
    if (matched) this.matched.setOptions({ start: matched[0], end: matched[1] });
    $("wave").dataset.matched = matched ? matched.map((seconds) => seconds.toFixed(2)).join(" ") : "";
  }
}
