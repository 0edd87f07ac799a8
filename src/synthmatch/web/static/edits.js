/**
 * The changes that somebody makes to one candidate, as steps that can be undone and done again. Each step is all values that
 * differ from the candidate, and is rendered from it, so that none can be lost on the way. One render is asked for at a time;
 * steps that came meanwhile are passed over, but for the last.
 */

import { Gone, Silent, get, post } from "./api.js";

export class Edits extends EventTarget {
  /** `base` is the candidate's detail, `edited` that of an edit of before, if any. Tells `change`, and `problem` with an Error. */
  constructor(job, base, edited = null) {
    super();
    Object.assign(this, { job, base, steps: [{ values: {}, detail: base }], at: 0, shown: base, running: false, careful: false });
    if (!edited) return;
    const values = Object.fromEntries(Object.entries(edited.native).filter(([name, value]) => value !== base.native[name]));
    this.steps.push({ values, detail: edited });
    this.at = 1;
    this.shown = edited;
  }

  get step() {
    return this.steps[this.at];
  }

  /** What is heard, as a candidate among those that were made. */
  get candidate() {
    return { ...this.shown.candidate, made: "edit", parent: this.base.candidate.id };
  }

  /** Whether something was ever changed. */
  get any() {
    return this.steps.length > 1;
  }

  /** The first step that is wanted and not rendered. */
  get waiting() {
    return this.steps.slice(0, this.at + 1).find(({ detail }) => !detail);
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.steps.length - 1;
  }

  change(name, native) {
    const values = { ...this.step.values, [name]: native };
    if (native === this.base.native[name]) delete values[name];
    this.steps.splice(this.at + 1);
    // a knob that is still being turned makes one step
    if (this.step.name === name && !this.step.detail) this.steps.pop();
    this.steps.push({ name, values, detail: null });
    this.at = this.steps.length - 1;
    return this.render();
  }

  undo() {
    if (this.canUndo) this.at -= 1;
    return this.render();
  }

  redo() {
    if (this.canRedo) this.at += 1;
    return this.render();
  }

  /** Render until what is shown is the step that is wanted. */
  async render() {
    this.dispatchEvent(new Event("change"));
    if (this.running) return;
    this.running = true;
    let { step } = this;
    try {
      while (this.shown !== this.step.detail) {
        step = (this.careful && this.waiting) || this.step;
        step.detail ??= Object.keys(step.values).length ? await post(`/api/candidates/${this.base.candidate.id}/edit`, { values: step.values }) : this.base;
        if (step !== this.step) continue;
        this.shown = step.detail;
        this.dispatchEvent(new Event("change"));
        this.dispatchEvent(new Event("rendered"));
      }
      this.careful = false;
    } catch (error) {
      const silent = error instanceof Silent; // asked for again when the server is back
      // which of several steps cannot be rendered shows when they are rendered one by one
      this.careful = !silent && step !== this.waiting;
      if (!silent && !this.careful) this.takeBack(step);
      if (!this.careful) this.dispatchEvent(new CustomEvent("problem", { detail: error }));
      if (silent) return;
    } finally {
      this.running = false;
    }
    // one of before a refused step may not have been rendered
    if (this.shown !== this.step.detail) this.render();
  }

  /** Forget a step that cannot be rendered; those that came after it keep what they changed themselves. */
  takeBack(step) {
    const { name, values: { [step.name]: refused } } = step;
    const place = this.steps.indexOf(step);
    const before = this.steps[place - 1].values;
    this.steps.splice(place, 1);
    for (const later of this.steps.slice(place)) {
      if (later.values[name] !== refused) continue;
      const { [name]: _, ...others } = later.values;
      later.values = name in before ? { ...others, [name]: before[name] } : others;
    }
    if (this.at >= place) this.at -= 1;
    this.dispatchEvent(new Event("change"));
  }

  /** What differs from the candidate: [name, native before, native now]. */
  get changes() {
    return Object.entries(this.step.values).map(([name, value]) => [name, this.base.native[name], value]);
  }
}

/** The edits of all candidates: a candidate that was edited before goes on where it was. */
export class AllEdits extends EventTarget {
  constructor() {
    super();
    this.known = new Map();
  }

  /** The edits of a candidate, or those that it came from. Told of each: `change`, `rendered`, `problem` with {edits, error}. */
  of(job, candidate) {
    const base = candidate.made === "edit" ? candidate.parent : candidate.id;
    if (!this.known.has(base)) {
      const made = this.begin(job, base, candidate);
      made.catch(() => this.known.delete(base));
      this.known.set(base, made);
    }
    return this.known.get(base);
  }

  async begin(job, base, candidate) {
    const [found, edited] = await Promise.all([
      get(`/api/candidates/${base}`).catch((error) => {
        if (candidate.id !== base && error instanceof Gone) return null; // what it was made of has expired
        throw error;
      }),
      candidate.id === base ? null : get(`/api/candidates/${candidate.id}`),
    ]);
    const edits = found ? new Edits(job, found, edited) : new Edits(job, edited);
    for (const what of ["change", "rendered", "problem"]) {
      edits.addEventListener(what, (event) => this.dispatchEvent(new CustomEvent(what, { detail: { edits, error: event.detail } })));
    }
    return edits;
  }

  /** Ask again for what a silent server did not render. */
  async again() {
    for (const made of this.known.values()) (await made).render();
  }
}
