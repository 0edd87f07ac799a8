/** Presets that were made from a search's candidates: edits, variations, morphs. Their ids stay in the browser. */

import { Gone, get } from "./api.js";
import { keep, kept, whenKept } from "./kept.js";

const KEPT = "variants";

export class Variants extends EventTarget {
  constructor() {
    super();
    this.candidates = new Map();
    whenKept(KEPT, () => [...this.candidates.keys()].forEach((job) => this.find(job)));
  }

  /** Candidates of a job; those of before a reload, and of another tab, arrive later, with `change`. */
  of(job) {
    if (!job) return [];
    if (!this.candidates.has(job)) {
      this.candidates.set(job, []);
      this.find(job);
    }
    return this.candidates.get(job);
  }

  add(job, candidates) {
    this.set(job, [...this.of(job), ...candidates]);
  }

  /** Put what was edited in the place of what was made of the same candidate before; unchanged, it is that candidate itself. */
  edited(job, candidate) {
    const list = [...this.of(job)];
    const place = list.findIndex((other) => other.made === "edit" && other.parent === candidate.parent);
    list.splice(place < 0 ? list.length : place, place < 0 ? 0 : 1, candidate);
    this.set(job, list);
  }

  set(job, candidates) {
    const name = ({ id }) => `${job} ${id}`;
    // an edit of which nothing is left is its parent, which is no variant
    const stay = candidates.filter(({ id, parent }) => id !== parent).map(name);
    keep(KEPT, stay, this.of(job).map(name).filter((id) => !stay.includes(id)));
    this.candidates.set(job, candidates);
    this.dispatchEvent(new Event("change"));
  }

  async find(job) {
    const known = new Map(this.candidates.get(job).map((candidate) => [candidate.id, candidate]));
    const ids = kept(KEPT).filter((name) => name.startsWith(`${job} `)).map((name) => name.slice(job.length + 1));
    if (ids.length === known.size && ids.every((id) => known.has(id))) return;
    const found = await Promise.allSettled(ids.map((id) => known.get(id) ?? get(`/api/candidates/${encodeURIComponent(id)}`).then((detail) => detail.candidate)));
    found.forEach(({ reason }, i) => reason instanceof Gone && keep(KEPT, [], [`${job} ${ids[i]}`]));
    this.candidates.set(job, found.filter(({ status }) => status === "fulfilled").map(({ value }) => value));
    this.dispatchEvent(new Event("change"));
  }
}
