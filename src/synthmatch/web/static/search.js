/** Which synthesizers, how long, how many: a search of the sounds that wait, or from a match. */

import { post } from "./api.js";
import { $, busy, make } from "./dom.js";

export class SearchStep extends EventTarget {
  /** Tells `started` with the job in `detail`. */
  constructor(state, about, own) {
    super();
    Object.assign(this, { state, own });
    for (const synth of about.synths) $("synths").append(choice(synth));
    state.addEventListener("sound", () => this.enable());
    for (const id of ["synths", "sources"]) $(id).addEventListener("change", () => this.enable());
    $("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.find();
    });
  }

  chosen(id = "synths") {
    return [...$(id).querySelectorAll("input:checked")].map((input) => input.value);
  }

  /** What presets may come from; null leaves nothing out. A candidate to start from is asked for in any case. */
  sources({ start }) {
    const chosen = this.chosen("sources");
    if (chosen.length === $("sources").querySelectorAll("input").length) return null;
    return start ? ["yours", ...chosen] : chosen;
  }

  enable() {
    const count = this.state.wanted.length;
    $("go").textContent = count > 1 ? `Find presets for ${count} sounds` : "Find presets";
    $("go").disabled = count === 0 || this.chosen().length === 0 || this.chosen("sources").length === 0;
  }

  /** Search all sounds that wait, one after the other. */
  async find() {
    const jobs = await busy($("go"), $("search-error"), async () => {
      const found = [];
      for (const entry of this.state.wanted) {
        const job = await this.request(entry.target.id, this.chosen(), {});
        this.state.started(job, entry);
        found.push(job);
      }
      return found;
    });
    this.enable();
    if (jobs?.length) this.dispatchEvent(new CustomEvent("started", { detail: jobs[0] }));
  }

  /** Search from a candidate, which keeps what is locked. */
  async again(candidate, locked, place, button) {
    const extra = { start: candidate.id, locked: [...locked] };
    const job = await busy(button, place, () => this.request(candidate.target, [candidate.synth], extra));
    if (!job) return;
    this.state.started(job);
    this.dispatchEvent(new CustomEvent("started", { detail: job }));
  }

  /** Queue a search of a target. */
  request(target, synths, extra) {
    return post("/api/searches", {
      target,
      synths,
      seconds: Number($("seconds").value),
      renders: 100000,
      candidates: Number($("candidates").value),
      sources: this.sources(extra),
      libraries: this.own.libraries.map(({ id }) => id),
      ...extra,
    });
  }
}

/** A synthesizer to choose; one that is missing says how to get it. */
function choice(synth) {
  const input = make("input", { type: "checkbox", value: synth.id, checked: synth.installed, disabled: !synth.installed });
  const about = synth.installed ? `${synth.parameters} parameters` : synth.missing;
  return make("label", { class: "synth" }, input, make("span", {}, make("strong", {}, synth.title), make("small", {}, about)));
}
