/** One candidate looked into: spectrograms, parameters, what it depends on, and other presets made from it. */

import { ended, finished, get, post, send } from "./api.js";
import { $, busy, complain, duration, make, say } from "./dom.js";
import { Labels } from "./labels.js";
import { Parameters, strongest } from "./parameters.js";
import { closeness, scale, table } from "./scores.js";
import { pictures } from "./spectrogram.js";

/** With more parameters than this, hearing each of them takes so long that it is asked for first. */
const AT_ONCE = 200;

export class DetailView extends EventTarget {
  /** Tells `made` with {job, candidates}: presets that were made here. `others()` gives the cards shown. */
  constructor(edits, searchStep, others) {
    super();
    Object.assign(this, { all: edits, searchStep, others, known: new Map(), locks: new Map(), place: $("detail"), edits: null });
    edits.addEventListener("change", (event) => this.shows(event.detail.edits) && this.steps());
    edits.addEventListener("rendered", (event) => this.shows(event.detail.edits) && this.rendered());
    edits.addEventListener("problem", (event) => this.shows(event.detail.edits) && complain(this.error, event.detail.error));
  }

  /** A synthesizer's parameters in words, asked for once. */
  labels(synth) {
    if (!this.known.has(synth)) {
      const found = get(`/api/parameters?synth=${encodeURIComponent(synth)}`).then((table) => new Labels(table));
      found.catch(() => this.known.delete(synth));
      this.known.set(synth, found);
    }
    return this.known.get(synth);
  }

  /** Whether it is these edits that are looked into. */
  shows(edits) {
    return this.edits === edits && !this.place.hidden;
  }

  close() {
    if (this.hearing && !ended(this.hearing)) post(`/api/jobs/${this.hearing.id}/cancel`).catch(() => {});
    const focused = this.place.contains(document.activeElement);
    Object.assign(this, { hearing: null, base: null, edits: null });
    this.place.hidden = true;
    // back to where it was opened
    if (focused) (this.card.details.isConnected ? this.card.details : $("matches")).focus();
  }

  async open(job, card) {
    this.close();
    this.card = card;
    const [edits, labels] = await Promise.all([this.all.of(job, card.candidate), this.labels(card.candidate.synth)]);
    if (this.card !== card) return;
    this.edits = edits;
    this.base = edits.base.candidate;
    const { synth, name, title } = this.base;
    if (!this.locks.has(synth)) this.locks.set(synth, new Set());
    this.current = edits.shown.candidate;
    this.locked = this.locks.get(synth);
    this.parameters = new Parameters(labels, edits.shown, this.locked, (knob, native) => this.edit("change", knob, native));
    this.error = make("p", { class: "error", role: "alert", hidden: true });
    this.pictures = make("div", { class: "picture-place" });
    this.files = make("div", { class: "row" });
    this.scores = make("div");
    this.changes = make("span", { role: "status" });
    this.undo = make("button", { type: "button", class: "small", onclick: () => this.edit("undo") }, "Undo");
    this.redo = make("button", { type: "button", class: "small", onclick: () => this.edit("redo") }, "Redo");
    this.place.replaceChildren(
      make("div", { class: "row between" },
        make("h2", { id: "detail-title" }, `${name} `, make("span", { class: "tag" }, title)),
        make("button", { type: "button", class: "small", onclick: () => this.close() }, "Close")),
      this.files,
      this.error,
      this.pictures,
      make("section", { "aria-labelledby": "near-title" }, make("h3", { id: "near-title" }, "How near it is"), this.scores),
      make("div", { class: "columns" },
        make("section", { "aria-labelledby": "depends-title" }, make("h3", { id: "depends-title" }, "Depends most on"), this.depends()),
        make("section", { "aria-labelledby": "more-title" }, make("h3", { id: "more-title" }, "More from this one"), this.vary(), this.morph(), this.again())),
      make("section", { "aria-labelledby": "parameters-title" },
        make("h3", { id: "parameters-title" }, "Parameters"),
        make("p", { class: "hint" }, "Change a value to hear it. What is ticked is locked: a search from here leaves it as it is."),
        make("div", { class: "edited row" }, this.changes, this.undo, this.redo),
        this.parameters.element),
    );
    this.place.hidden = false;
    this.steps();
    this.show();
    this.place.focus({ preventScroll: true });
    this.place.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  /** What the end of its search adds to the scores of the candidate that is looked into. */
  judge(candidates) {
    const found = candidates.find(({ id }) => id === this.current?.id);
    if (!found || this.place.hidden || Object.keys(found.scores).length === Object.keys(this.current.scores).length) return;
    this.current = found;
    this.scores.replaceChildren(scale(found), table(found));
  }

  /** Files, scores and pictures of the candidate, or of what it was changed to. */
  async show() {
    const { id, files } = this.current;
    const address = `/api/candidates/${id}`;
    const links = files.map((file) => make("a", { class: "button small", href: `${address}/preset?file=${encodeURIComponent(file)}`, download: "" }, file));
    this.files.replaceChildren(make("span", { class: "hint" }, "Take it as"), ...links, make("a", { class: "button small", href: `${address}/wav`, download: "" }, ".wav"));
    this.scores.replaceChildren(scale(this.current), table(this.current));
    try {
      const picture = await get(`${address}/picture`);
      if (this.current.id === id) this.pictures.replaceChildren(pictures(picture));
    } catch (error) {
      complain(this.error, error);
    }
  }

  edit(what, ...values) {
    complain(this.error, "");
    this.edits[what](...values);
  }

  /** What was changed, and whether it can be undone or done again. */
  steps() {
    this.changes.textContent = this.parameters.labels.changes(this.edits);
    for (const [button, can] of [[this.undo, this.edits.canUndo], [this.redo, this.edits.canRedo]]) button.setAttribute("aria-disabled", String(!can));
  }

  /** The edits were rendered. */
  rendered() {
    this.current = this.edits.shown.candidate;
    this.parameters.update(this.edits.shown);
    say(closeness(this.current));
    this.show();
  }

  /** Tell of presets that were made of the candidate. */
  made(candidates) {
    this.dispatchEvent(new CustomEvent("made", { detail: { job: this.edits.job, candidates } }));
  }

  depends() {
    const place = make("div", { class: "depends" });
    const base = this.base;
    const hear = async () => {
      place.replaceChildren(make("p", { class: "hint" }, "Listening to each parameter"));
      try {
        this.hearing = await post(`/api/candidates/${base.id}/depends`);
        const job = await finished(this.hearing.id, (state) => {
          this.hearing = state;
          const [part] = state.parts;
          const waits = state.state === "queued" && state.before;
          place.firstChild.textContent = waits ? "Waits for the searches before it" : `Listening to each parameter: ${part.done} of ${part.total}`;
        });
        if (this.base !== base) return;
        if (job.weights) place.replaceChildren(make("p", { class: "hint" }, "How much of the sound changes when the knob moves"), strongest(job.weights, this.parameters));
        else place.firstChild.textContent = job.message || "Cancelled";
      } catch (error) {
        place.firstChild.textContent = error.message;
      }
    };
    if (this.parameters.table.length <= AT_ONCE) hear();
    else place.append(make("button", { type: "button", onclick: hear }, `Listen to its ${this.parameters.table.length} parameters`));
    return place;
  }

  vary() {
    const groups = [...new Set(this.parameters.table.map((p) => p.group))];
    const what = make("select", {}, make("option", { value: "" }, "everything"), ...groups.map((group) => make("option", {}, group)));
    const near = make("input", { type: "range", min: 30, max: 95, step: 5, value: 80, "aria-valuetext": "80 % close to it" });
    const output = make("output", {}, "80 % close to it");
    near.addEventListener("input", () => {
      output.textContent = `${near.value} % close to it`;
      near.setAttribute("aria-valuetext", output.textContent);
    });
    const go = make("button", { type: "button" }, "Make 4 variations");
    go.addEventListener("click", () => busy(go, this.error, async () => {
      const request = { names: what.value ? [what.value] : [], closeness: Number(near.value), count: 4, seed: Math.floor(Math.random() * 2 ** 31) };
      this.made(await post(`/api/candidates/${this.current.id}/vary`, request));
      say("four variations were added");
    }));
    return make("div", { class: "tool" }, make("label", {}, "Vary ", what), make("label", {}, "to ", near, output), go);
  }

  morph() {
    const same = this.others().map(({ candidate }) => candidate).filter((c) => c.synth === this.base.synth && c.id !== this.base.id);
    const to = make("select", {}, ...same.map((c) => make("option", { value: c.id }, `${c.name}, ${closeness(c)}`)), make("option", { value: "" }, "a second sound"));
    const file = make("input", { type: "file", accept: "audio/*", "aria-label": "The second sound", hidden: same.length > 0 });
    to.addEventListener("change", () => { file.hidden = to.value !== ""; });
    const told = make("p", { class: "hint", role: "status" });
    const go = make("button", { type: "button" }, "Morph in 5 steps");
    go.addEventListener("click", () => busy(go, this.error, async () => {
      const other = to.value || await this.bestOf(file.files[0], told);
      this.made(await post(`/api/candidates/${this.current.id}/morph`, { to: other, steps: 5 }));
      told.textContent = "";
      say("five steps were added");
    }));
    return make("div", { class: "tool" }, make("label", {}, "Morph to ", to), file, go, told);
  }

  /** The candidate of this synthesizer that is nearest to a second sound. */
  async bestOf(file, told) {
    if (!file) throw new Error("choose the second sound first");
    const synth = this.base.synth;
    const sound = await send("/api/sounds", "file", [[file, file.name]], () => {});
    const target = await post("/api/targets", { sound: sound.id });
    const request = { target: target.id, synths: [synth], seconds: Number($("seconds").value), renders: 100000, candidates: 1 };
    const job = await finished((await post("/api/searches", request)).id, (state) => {
      told.textContent = state.seconds_left ? `Searches for ${target.name}, about ${duration(state.seconds_left)} left` : "Waits";
    });
    if (!job.candidates.length) throw new Error(job.message || "nothing was found for the second sound");
    return job.candidates[0].id;
  }

  again() {
    const go = make("button", { type: "button" }, "Search again from here");
    go.addEventListener("click", () => this.searchStep.again(this.current, this.locked, this.error, go));
    return make("div", { class: "tool" }, go, make("span", { class: "hint" }, "Keeps what is locked below"));
  }
}
