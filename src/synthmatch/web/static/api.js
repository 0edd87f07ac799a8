/** The REST API. A refusal is an Error with the server's own line. */

async function refusal(response) {
  try {
    return new Error((await response.json()).detail);
  } catch {
    return new Error(`the server answered with status ${response.status}`);
  }
}

async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) Object.assign(options, { body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("the server does not answer; is synthmatch web still running?");
  }
  if (!response.ok) throw await refusal(response);
  return response.status === 204 ? null : response.json();
}

export const get = (path) => call("GET", path);
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
    request.addEventListener("error", () => reject(new Error("the server does not answer, or refused the upload")));
    request.send(form);
  });
}

/** Watch a job: `told` gets its state after every change, `lost` an Error where it is gone. Gives a function that ends it. */
export function watch(id, told, lost) {
  const source = new EventSource(`/api/jobs/${encodeURIComponent(id)}/events`);
  source.addEventListener("job", (event) => {
    const job = JSON.parse(event.data);
    if (ended(job)) source.close();
    told(job);
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
    get(`/api/jobs/${encodeURIComponent(id)}`).then(told, lost);
  });
  return () => source.close();
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
