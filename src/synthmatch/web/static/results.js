/**
 * The cards of the search that is shown. While it runs better matches come in, but what is heard, pointed at, focused or starred
 * stays where it is, and nothing above it grows or goes until it is let go.
 */

import { get, post } from "./api.js";
import { Card } from "./cards.js";
import { $, arrange, make } from "./dom.js";
import { arranged } from "./order.js";

export class Results {
  /** `actions` as a card's, but for `star`; `progress` is told whether it may leave. */
  constructor(state, player, variants, progress, actions) {
    Object.assign(this, { state, player, variants, progress });
    this.actions = { ...actions, star: (card) => this.star(card) };
    this.made = new Map(); // cards by key
    this.order = []; // ids of the candidates on the page
    this.asked = new Set(); // candidates that were fetched
    this.pointed = null; // a card's element
    this.at = ""; // where the pointer was last
    this.of = null; // the search that they are of
    for (const what of ["jobs", "stars"]) state.addEventListener(what, () => this.show());
    variants.addEventListener("change", () => this.show());
    player.addEventListener("change", () => {
      this.mark();
      this.settle();
    });
    for (const what of ["pointerdown", "pointermove"]) addEventListener(what, (event) => this.point(event), { capture: true });
    addEventListener("wheel", () => (this.at = ""), { passive: true });
    document.documentElement.addEventListener("pointerleave", () => this.pointAt(null));
    $("matches").addEventListener("focusout", () => setTimeout(() => this.settle()));
    addEventListener("resize", () => this.cards().forEach((card) => card.draw()));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.cards().forEach((card) => card.draw()));
  }

  card(key, candidate) {
    if (!this.made.has(key)) this.made.set(key, new Card(key, candidate, this.player, this.actions));
    const card = this.made.get(key);
    card.show(candidate);
    return card;
  }

  /** The card of an edited candidate stays while the candidate changes. */
  variant(candidate) {
    return this.card(candidate.made === "edit" ? `edit ${candidate.parent}` : candidate.id, candidate);
  }

  matches() {
    return this.order.map((id) => this.made.get(id));
  }

  cards() {
    return [...this.matches(), ...this.variants.of(this.of).map((candidate) => this.variant(candidate))];
  }

  /** Of a rank, from 1. */
  ranked(rank) {
    return this.made.get(this.state.job?.candidates[rank - 1]?.id);
  }

  /** Whether a card is heard, pointed at or has the focus. */
  inUse(card) {
    return (this.player.active && this.player.pair.key === card.key) || this.pointed === card.element || card.element.matches(":focus-within");
  }

  /** Know which card is pointed at. One that the page itself scrolled below a resting pointer is not. */
  point({ screenX, screenY, pointerType, target }) {
    const at = `${screenX} ${screenY}`;
    if (at === this.at) return;
    this.at = at;
    this.pointAt(pointerType !== "touch" && target instanceof Element ? target.closest(".card") : null);
  }

  pointAt(card) {
    this.pointed = card;
    if (!card) this.settle();
  }

  /** Show what waited until no card was in use. */
  settle() {
    if (this.waits && !this.cards().some((card) => this.inUse(card))) this.show();
  }

  show() {
    const { job } = this.state;
    const another = job?.id !== this.of;
    if (another) {
      this.of = job?.id ?? null;
      this.order = [];
    }
    const used = this.cards().filter((card) => this.inUse(card));
    const fixed = used.find((card) => card.element.isConnected)?.element;
    const top = fixed?.getBoundingClientRect().top;
    this.waits = used.length > 0;
    this.progress.show(job, this.waits);
    this.place(job, used);
    $("empty").hidden = Boolean(job);
    $("matches-title").textContent = job ? `Matches of ${job.title}` : "Matches";
    if (!this.waits) this.reach(job);
    this.links(job);
    this.mark();
    // what is in use stays in its place on the screen, as far as the page can be scrolled
    if (fixed?.isConnected) scrollBy({ top: fixed.getBoundingClientRect().top - top, behavior: "instant" });
  }

  place(job, used) {
    const candidates = job?.candidates ?? [];
    const stars = job ? this.state.starsOf(job.id) : [];
    for (const candidate of candidates) this.card(candidate.id, candidate).judge(candidate, candidate.synth in job.out_of_reach);
    const ranked = candidates.map(({ id }) => id);
    const alone = stars.filter((id) => !this.isVariant(id));
    for (const id of alone) if (!this.made.has(id)) this.fetch(id);
    const known = alone.filter((id) => this.made.has(id) && !ranked.includes(id));
    this.order = arranged(this.order, [...ranked, ...known], new Set([...used.map(({ key }) => key), ...alone]));
    this.order.forEach((id) => this.made.get(id).number(ranked.indexOf(id) + 1, ranked.length));
    arrange($("cards"), this.matches().map(({ element }) => element));
    const variants = this.variants.of(this.of).map((candidate) => this.variant(candidate).element);
    arrange($("variant-cards"), variants);
    $("variants").hidden = variants.length === 0;
  }

  isVariant(id) {
    return this.variants.of(this.of).some((candidate) => candidate.id === id && candidate.id !== candidate.parent);
  }

  /** A starred candidate of before a reload that its search has replaced. */
  async fetch(id) {
    if (this.asked.has(id)) return;
    this.asked.add(id);
    const job = this.of;
    try {
      const { candidate } = await get(`/api/candidates/${encodeURIComponent(id)}`);
      this.card(id, candidate);
      if (this.of === job) this.show();
    } catch {
      this.state.star(job, id, false); // it has expired
    }
  }

  /** Which synthesizers a sound is out of reach of, above the cards. */
  reach(job) {
    const lines = Object.values(job?.out_of_reach ?? {});
    $("reach").replaceChildren(...lines.map((line) => make("li", {}, line)));
    $("reach").hidden = lines.length === 0;
  }

  links(job) {
    const shown = this.cards().map(({ candidate }) => candidate);
    $("take").hidden = $("legend").hidden = !job || shown.length === 0;
    const ids = (some) => [...new Set(some.map(({ id }) => id))].join(",");
    $("zip").href = `/api/download?ids=${ids(shown)}`;
    const synths = new Map(shown.map(({ synth, title }) => [synth, title]));
    arrange($("banks"), [...synths].map(([synth, title]) => {
      const known = [...$("banks").children].find((link) => link.dataset.synth === synth);
      const link = known ?? make("a", { class: "button small", download: "", "data-synth": synth }, `Bank for ${title}`);
      link.href = `/api/download?kind=bank&ids=${ids(shown.filter((c) => c.synth === synth))}`;
      return link;
    }));
  }

  star(card) {
    const on = !this.state.starred(this.of, card.candidate.id);
    if (on) this.keep(card);
    this.state.star(this.of, card.candidate.id, on);
  }

  /** Have the server keep what is heard or starred when its search finds better ones. */
  keep(card) {
    post(`/api/candidates/${card.candidate.id}/keep`).catch(() => {}); // where it has expired, playing it says so
  }

  mark() {
    const { pair, active } = this.player;
    for (const card of this.cards()) {
      const current = pair?.key === card.key;
      card.mark(current, current && active, this.state.starred(this.of, card.candidate.id));
    }
  }
}
