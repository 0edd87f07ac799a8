/** Candidates as cards, nearest first: play, look into, take. */

import { make } from "./dom.js";
import { closeness, scale } from "./scores.js";
import { colour, draw, peaks } from "./waveform.js";

const BARS = 90;

export class Card {
  /** `actions`: play(card) and open(card). */
  constructor(candidate, player, actions) {
    this.candidate = candidate;
    this.player = player;
    this.rank = make("span", { class: "rank", "aria-hidden": "true" });
    this.canvas = make("canvas", { "aria-hidden": "true" });
    const of = `${candidate.name} on ${candidate.title}`;
    this.play = make("button", { type: "button", class: "round", "aria-label": `Play ${of}`, onclick: () => actions.play(this) });
    this.sure = make("span", { class: "sure" });
    const file = candidate.files[0];
    const address = `/api/candidates/${candidate.id}`;
    this.element = make(
      "li",
      { class: "card", "data-id": candidate.id },
      this.play,
      make("div", { class: "what" },
        make("div", { class: "title" }, this.rank, make("strong", {}, candidate.name), make("span", { class: "tag" }, candidate.title), make("span", { class: "origin" }, candidate.origin)),
        this.canvas,
        scale(candidate),
        this.sure),
      make("div", { class: "row actions" },
        make("button", { type: "button", class: "small", onclick: () => actions.open(this), "aria-label": `Details of ${of}` }, "Details"),
        make("a", { class: "button small", href: `${address}/preset`, download: "", "aria-label": `Preset of ${of}, ${file}` }, `Preset ${file}`),
        make("a", { class: "button small", href: `${address}/wav`, download: "", "aria-label": `Sound of ${of}, WAV` }, "WAV")),
    );
    this.picture();
  }

  /** What the end of its search says of it: how sure it is, and whether the target is out of its synthesizer's reach. */
  judge({ in_domain_percentile: share }, outOfReach) {
    const words = `nearer than ${Math.round(100 * share)} of 100 of ${this.candidate.title}'s own sounds are matched`;
    this.sure.textContent = share === null ? "" : outOfReach ? `out of reach: ${words}` : words;
  }

  get url() {
    return `/api/candidates/${this.candidate.id}/audio`;
  }

  async picture() {
    try {
      this.bars = peaks(await this.player.buffer(this.url), BARS);
    } catch {
      return; // it was replaced by a better one before its picture was drawn
    }
    requestAnimationFrame(() => this.draw());
  }

  draw() {
    if (this.bars && this.canvas.isConnected) draw(this.canvas, this.bars, colour("--match"));
  }

  number(rank, count) {
    this.rank.textContent = rank;
    this.element.setAttribute("aria-label", `${rank} of ${count}: ${this.candidate.name} on ${this.candidate.title}, ${closeness(this.candidate)}`);
  }

  /** Show whether it is the one that the player has, and whether it sounds. */
  mark(current, sounding) {
    this.element.toggleAttribute("data-current", current);
    this.play.classList.toggle("on", sounding);
    this.play.setAttribute("aria-pressed", sounding);
  }
}
