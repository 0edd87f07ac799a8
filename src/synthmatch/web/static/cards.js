/** Candidates as cards: play, star, look into, take. */

import { make } from "./dom.js";
import { closeness, scale } from "./scores.js";
import { colour, draw, peaks } from "./waveform.js";

const BARS = 90;

export class Card {
  /** `actions`: play(card), open(card), star(card), undo(card), redo(card). An edited candidate's card shows one after another. */
  constructor(key, candidate, player, actions) {
    Object.assign(this, { key, player });
    const button = (name, text, kind = "small") => make("button", { type: "button", class: kind, onclick: () => actions[name](this) }, text);
    this.rank = make("span", { class: "rank", "aria-hidden": "true" });
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.play = button("play", "", "round");
    this.star = button("star", "", "star");
    this.details = button("open", "Details");
    this.preset = make("a", { class: "button small", download: "" });
    this.wav = make("a", { class: "button small", download: "" }, "WAV");
    this.name = make("strong");
    this.scale = make("div", { class: "score-place" });
    this.sure = make("span", { class: "sure" });
    this.undo = button("undo", "Undo");
    this.redo = button("redo", "Redo");
    this.changes = make("span");
    this.edited = make("div", { class: "edited row", hidden: true }, this.changes, this.undo, this.redo);
    const title = make("div", { class: "title" }, this.rank, this.star, this.name, make("span", { class: "tag" }, candidate.title), make("span", { class: "origin" }, candidate.made === "edit" ? "edited" : candidate.origin));
    this.element = make("li", { class: "card" },
      this.play,
      make("div", { class: "what" }, title, this.canvas, this.scale, this.sure, this.edited),
      make("div", { class: "row actions" }, this.details, this.preset, this.wav));
    this.show(candidate);
    this.number(0, 0);
  }

  /** Show a candidate. */
  show(candidate) {
    if (this.candidate?.id === candidate.id) return;
    this.candidate = candidate;
    const of = `${candidate.name} on ${candidate.title}`;
    const [file] = candidate.files;
    const address = `/api/candidates/${candidate.id}`;
    this.element.dataset.id = candidate.id;
    this.name.textContent = candidate.name;
    this.scale.replaceChildren(scale(candidate));
    this.play.setAttribute("aria-label", `Play ${of}`);
    this.star.setAttribute("aria-label", `Star for ${of}`);
    this.details.setAttribute("aria-label", `Details of ${of}`);
    this.preset.textContent = `Preset ${file}`;
    this.preset.setAttribute("aria-label", `Preset of ${of}, ${file}`);
    this.wav.setAttribute("aria-label", `Sound of ${of}, WAV`);
    this.preset.href = `${address}/preset`;
    this.wav.href = `${address}/wav`;
    this.picture();
  }

  /** What the end of its search says of it: how sure it is, and whether the target is out of its synthesizer's reach. */
  judge({ in_domain_percentile: share }, outOfReach) {
    const words = `nearer than ${Math.round(100 * share)} of 100 of ${this.candidate.title}'s own sounds are matched`;
    this.sure.textContent = share === null ? "" : outOfReach ? `out of reach: ${words}` : words;
  }

  /** What was changed, as text, and whether it can be undone or done again. */
  tell(changes, edits) {
    this.edited.hidden = false;
    this.changes.textContent = changes;
    for (const [button, can] of [[this.undo, edits.canUndo], [this.redo, edits.canRedo]]) button.setAttribute("aria-disabled", String(!can));
  }

  get url() {
    return `/api/candidates/${this.candidate.id}/audio`;
  }

  async picture() {
    const { url } = this;
    try {
      const bars = peaks(await this.player.buffer(url), BARS);
      if (url !== this.url) return;
      this.bars = bars;
    } catch {
      return; // it was replaced by a better one before its picture was drawn
    }
    requestAnimationFrame(() => this.draw());
  }

  draw() {
    if (this.bars && this.canvas.isConnected) draw(this.canvas, this.bars, colour("--match"));
  }

  /** Its rank among `count`; 0 for one that has none: better ones were found, or it was made from another. */
  number(rank, count) {
    this.rank.textContent = rank || "";
    const place = rank ? `${rank} of ${count}: ` : "";
    this.element.setAttribute("aria-label", `${place}${this.candidate.name} on ${this.candidate.title}, ${closeness(this.candidate)}`);
  }

  /** Show whether it is the one that the player has, whether it sounds, and whether it has a star. */
  mark(current, sounding, starred) {
    this.element.toggleAttribute("data-current", current);
    this.play.classList.toggle("on", sounding);
    this.play.setAttribute("aria-pressed", String(sounding));
    this.star.setAttribute("aria-pressed", String(starred));
  }
}
