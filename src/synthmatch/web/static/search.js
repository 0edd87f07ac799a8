/** The second step: which synthesizers, how long, how many. */

import { post } from "./api.js";
import { $, busy, make } from "./dom.js";

export class SearchStep extends EventTarget {
  /** Tells `started` with the job in `detail`. */
  constructor(about, soundStep, own) {
    super();
    this.soundStep = soundStep;
    this.own = own;
    for (const synth of about.synths) $("synths").append(choice(synth));
    soundStep.addEventListener("target", () => this.enable());
    for (const id of ["synths", "sources"]) $(id).addEventListener("change", () => this.enable());
    $("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.start(this.chosen());
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
    $("go").disabled = !this.soundStep.target || this.chosen().length === 0 || this.chosen("sources").length === 0;
  }

  /** Ask for a search; `extra` are a candidate to start from and what is locked. */
  async start(synths, extra = {}, targetId = this.soundStep.target?.id, place = $("search-error"), button = $("go")) {
    const request = {
      target: targetId,
      synths,
      seconds: Number($("seconds").value),
      renders: 100000,
      candidates: Number($("candidates").value),
      sources: this.sources(extra),
      libraries: this.own.libraries.map(({ id }) => id),
      ...extra,
    };
    const job = await busy(button, place, () => post("/api/searches", request));
    this.enable();
    if (job) this.dispatchEvent(new CustomEvent("started", { detail: job }));
    return job;
  }
}

/** A synthesizer to choose; one that is missing says how to get it. */
function choice(synth) {
  const input = make("input", { type: "checkbox", value: synth.id, checked: synth.installed, disabled: !synth.installed });
  const about = synth.installed ? `${synth.parameters} parameters` : synth.missing;
  return make("label", { class: "synth" }, input, make("span", {}, make("strong", {}, synth.title), make("small", {}, about)));
}
