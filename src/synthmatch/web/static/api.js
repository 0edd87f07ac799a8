/** The REST API. A refusal is an Error with the server's own line. */

const AGAIN_MS = 1000;

/** The server does not have it any more. */
export class Gone extends Error {}

/** The server did not answer: what was asked for may be asked for again. */
export class Silent extends Error {}

/** Told `silent` when a request gets no answer. */
export const line = new EventTarget();

function silence() {
  line.dispatchEvent(new Event("silent"));
  return new Silent("the server does not answer; is synthmatch web still running?");
}

async function refusal(response) {
  const Kind = response.status === 404 ? Gone : Error;
  try {
    return new Kind((await response.json()).detail);
  } catch {
    return new Kind(`the server answered with status ${response.status}`);
  }
}

async function call(method, path, body, signal) {
  const options = { method, signal };
  if (body !== undefined) Object.assign(options, { body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw silence();
  }
  if (!response.ok) throw await refusal(response);
  return response.status === 204 ? null : response.json();
}

export const get = (path, signal) => call("GET", path, undefined, signal);
export const post = (path, body) => call("POST", path, body);
export const remove = (path) => call("DELETE", path);

/** Send files as a form; `progress` is called with the share that is sent. */
export function send(path, field, files, progress) {
  const form = new FormData();
  for (const [file, name] of files) form.append(field, file, name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response);
      else reject(new Error(request.response?.detail ?? `the server answered with status ${request.status}`));
    });
    request.addEventListener("error", () => reject(silence()));
    request.send(form);
  });
}

/**
 * Watch a job: `told` gets its state after every change, `lost` an Error where it is gone. Gives a function that ends it. While
 * the server is silent this waits for it.
 */
export function watch(id, told, lost) {
  let source;
  let again;
  const begin = () => {
    source = new EventSource(`/api/jobs/${encodeURIComponent(id)}/events`);
    source.addEventListener("job", (event) => {
      const job = JSON.parse(event.data);
      if (ended(job)) source.close();
      told(job);
    });
    source.addEventListener("error", () => {
      line.dispatchEvent(new Event("silent"));
      if (source.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
      const look = () => get(`/api/jobs/${encodeURIComponent(id)}`).then((job) => (ended(job) ? told(job) : begin()), (error) => {
        if (error instanceof Gone) lost(error);
        else again = setTimeout(look, AGAIN_MS);
      });
      look();
    });
  };
  begin();
  return () => {
    source.close();
    clearTimeout(again);
  };
}

export const ended = (job) => ["done", "cancelled", "failed"].includes(job.state);

/** A job's last state. */
export const finished = (id, told = () => {}) =>
  new Promise((resolve, reject) => {
    watch(id, (job) => {
      told(job);
      if (ended(job)) resolve(job);
    }, reject);
  });
