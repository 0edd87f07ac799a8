/**
 * What the browser keeps of the page: lists of ids by name. Each change reads the list anew, so that two tabs lose nothing of
 * each other's. Where the browser keeps nothing, or what it kept is broken, the lists last as long as the page.
 */

const PREFIX = "synthmatch.";
const MOST = { jobs: 12 };
const MOST_OTHERS = 500;

const here = new Map();

export function kept(name) {
  try {
    const list = JSON.parse(localStorage.getItem(PREFIX + name));
    if (Array.isArray(list)) return list.filter((id) => typeof id === "string");
  } catch {
    // not to be read: as if there were none
  }
  return here.get(name) ?? [];
}

/** Put ids at the end of a list and take others out of it. */
export function keep(name, added, gone = []) {
  const before = kept(name).filter((id) => !gone.includes(id));
  const list = [...before, ...added.filter((id) => !before.includes(id))].slice(-(MOST[name] ?? MOST_OTHERS));
  here.set(name, list);
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(list));
  } catch {
    // full or forbidden: `here` has it
  }
}

/** Call `told` when another tab changed a list. */
export function whenKept(name, told) {
  addEventListener("storage", (event) => {
    if (event.key === PREFIX + name) told();
  });
}
