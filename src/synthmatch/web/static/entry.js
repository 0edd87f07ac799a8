/**
 * A sound with what is asked of it: which part, which note. `target` is what the server made of that, null while there is none.
 * `problems` are lines by field, for what cannot be searched as it stands. `searched` says that its search was asked for.
 */

import { post } from "./api.js";

/** A sound that just came in. */
export const fresh = (sound) => ({ sound, start: 0, end: sound.seconds, given: {}, target: null, problems: {}, asked: 0, searched: false });

/** The sound of a search, as it was asked for. */
export function searched(target) {
  const { sound, name, sound_seconds: seconds, start_seconds: start, end_seconds: end } = target;
  const given = Object.fromEntries(Object.entries(target.given).filter(([, value]) => value !== null && value !== false));
  return { sound: { id: sound, name, seconds }, start, end, given, target, problems: {}, asked: 0, searched: true };
}

/** Have the server make it a target; `told` is called where nothing else was asked for meanwhile. */
export async function makeTarget(entry, told) {
  entry.asked += 1;
  entry.target = null;
  const { asked, sound, start, end, given } = entry;
  const part = start === 0 && end >= sound.seconds - 0.005 ? {} : { start_seconds: start, end_seconds: end };
  try {
    const target = await post("/api/targets", { sound: sound.id, ...part, ...given });
    if (asked !== entry.asked) return;
    entry.target = target;
  } catch (error) {
    if (asked !== entry.asked) return;
    entry.problems = { ...entry.problems, sound: error.message };
  }
  told();
}
