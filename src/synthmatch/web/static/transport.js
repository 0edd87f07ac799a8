/** The bar at the foot of the page: play, target or match, the playhead. */

import { $ } from "./dom.js";
import { colour, draw, peaks } from "./waveform.js";

const BARS = 160;

export class Transport {
  constructor(player) {
    this.player = player;
    this.bars = {};
    $("play").addEventListener("click", () => player.toggle());
    $("side-target").addEventListener("click", () => player.change("target"));
    $("side-candidate").addEventListener("click", () => player.change("candidate"));
    $("loop").addEventListener("change", () => player.setLoop($("loop").checked));
    player.addEventListener("change", () => this.show());
    addEventListener("resize", () => this.draw());
  }

  show() {
    const { pair, playing, side } = this.player;
    $("transport").hidden = !pair;
    if (!pair) return;
    const { active } = this.player;
    $("play").classList.toggle("on", active);
    $("play").setAttribute("aria-label", active ? "Stop" : "Play");
    $("side-target").disabled = !pair.target;
    $("side-candidate").textContent = pair.candidate.title;
    for (const name of ["target", "candidate"]) $(`side-${name}`).setAttribute("aria-pressed", side === name);
    if (playing && playing.buffers !== this.buffers) {
      this.buffers = playing.buffers;
      this.bars = Object.fromEntries(Object.entries(playing.buffers).map(([name, buffer]) => [name, peaks(buffer, BARS)]));
    }
    this.draw();
    if (playing && !this.moving) this.move();
  }

  move() {
    this.moving = Boolean(this.player.playing);
    this.draw();
    if (this.moving) requestAnimationFrame(() => this.move());
  }

  draw() {
    const { playing, side } = this.player;
    const bars = this.bars[side] ?? this.bars.candidate;
    if (!bars || $("transport").hidden) return;
    const played = playing ? this.player.position / playing.length : 0;
    draw($("playhead"), bars, colour(side === "target" ? "--target" : "--match"), played);
  }
}
