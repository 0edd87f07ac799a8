/** How far the search that is shown has come. */

import { ended, post } from "./api.js";
import { $, duration, make } from "./dom.js";
import { closeness } from "./scores.js";

export class Progress {
  constructor(state) {
    this.state = state;
  }

  /** Show a search; `still`: what is below is being heard or pointed at, so nothing may leave from above it. */
  show(job, still) {
    const place = $("progress");
    if (!job) {
      place.hidden = true;
      return;
    }
    if (place.dataset.job !== job.id) this.build(place, job);
    // the focus goes on from a button that goes to what the search has found
    if (ended(job) && document.activeElement === $("cancel")) $("matches").focus({ preventScroll: true });
    // its place stays, so that nothing below moves
    $("cancel").style.visibility = ended(job) ? "hidden" : "visible";
    place.className = job.state;
    place.querySelector(".headline").textContent = headline(job);
    const list = place.querySelector("ul");
    while (list.children.length < job.parts.length) list.append(row());
    job.parts.forEach((part, i) => update(list.children[i], part, job.candidates));
    const over = job.state === "done" && job.parts.every((part) => !part.remark);
    if (!over) place.hidden = false;
    else if (!still) place.hidden = true;
  }

  build(place, job) {
    place.dataset.job = job.id;
    const cancel = make("button", { type: "button", id: "cancel" }, "Cancel");
    cancel.addEventListener("click", () => {
      cancel.setAttribute("aria-disabled", "true");
      post(`/api/jobs/${job.id}/cancel`).then((state) => this.state.told(state), () => cancel.removeAttribute("aria-disabled"));
    });
    place.replaceChildren(make("div", { class: "row between" }, make("p", { class: "headline" }), cancel), make("ul"));
  }
}

function row() {
  return make("li", {}, make("span", { class: "name" }), make("progress", { max: 1 }), make("span", { class: "figures" }));
}

function update(item, part, candidates) {
  item.querySelector(".name").textContent = part.name;
  const bar = item.querySelector("progress");
  bar.setAttribute("aria-label", `Search with ${part.name}`);
  bar.value = part.share;
  item.querySelector(".figures").textContent = part.remark || figures(part, candidates);
  item.className = part.state;
}

function figures(part, candidates) {
  if (part.state === "cancelled" && !part.done) return "did not run";
  const quiet = { queued: "waits", running: "loads" }[part.state];
  if (!part.done && quiet) return quiet;
  // they are ranked, and a part is named after its synthesizer
  const nearest = candidates.find(({ title }) => title === part.name);
  return `${part.done} renders${nearest ? `, best so far ${closeness(nearest)}` : ""}`;
}

function headline(job) {
  if (job.state === "queued") return job.before ? `Waits for ${job.before} other ${job.before === 1 ? "job" : "jobs"}` : "Starts";
  if (job.state === "running") return job.seconds_left === null ? "Searches" : `Searches, about ${duration(job.seconds_left)} left`;
  if (job.state === "cancelled") return job.candidates.length ? "Cancelled: the best so far is kept" : "Cancelled";
  return job.state === "failed" ? job.message : "Done";
}

/** What the end of a search is told as. */
export function last(job) {
  const best = job.candidates[0];
  if (!best) return headline(job);
  const found = `${headline(job)}: ${job.candidates.length} candidates, the nearest is ${best.name} on ${best.title}, ${closeness(best)}`;
  return [found, ...Object.values(job.out_of_reach)].join("; ");
}
