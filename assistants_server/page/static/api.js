/** Requests to the server: with the key, patient, and with errors that can be shown. */

import { serverBack } from "./connection.js";
import { readEvents } from "./events.js";
import { askForKey, keyHeaders } from "./key.js";

/** What the addresses of the API begin with. */
export const BASE = new URL("v1", document.baseURI).href;

/** What the server says is wrong. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {{status?: number, code?: string | null, param?: string | null}} [facts]
   */
  constructor(message, { status = 0, code = null, param = null } = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    /** Where in the body or the query, such as `tools[0].type`. */
    this.param = param;
  }
}

/**
 * @typedef {object} Options
 * @property {Record<string, any>} [query] parameters; lists are sent as several
 * @property {AbortSignal} [signal]
 * @property {string} [once] what the server knows a POST by if it is sent again
 */

/**
 * Return the JSON of a GET, which waits while the server is away.
 *
 * @param {string} path such as "/assistants"
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function get(path, options) {
  return (await fetched("GET", path, options)).json();
}

/**
 * Return the JSON of a GET, and in how many milliseconds to ask again.
 *
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<{body: any, pollAfter: number}>}
 */
export async function poll(path, options) {
  const response = await fetched("GET", path, options);
  const after = Number(response.headers.get("openai-poll-after-ms"));
  return { body: await response.json(), pollAfter: after || 500 };
}

/**
 * Return the response of a GET, whose body is for the caller to read, or a part of it.
 *
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<Response>}
 */
export function reading(path, options) {
  return fetched("GET", path, options);
}

/**
 * Return the content of a file.
 *
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<Blob>}
 */
export async function content(path, options) {
  return (await fetched("GET", path, options)).blob();
}

/**
 * Return the JSON of a POST; a form is sent as such.
 *
 * It carries a key by which the server knows it again, so that it is sent anew when the
 * server was away, and carried out once.
 *
 * @param {string} path
 * @param {any} [body]
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function post(path, body, options) {
  return (await fetched("POST", path, options, body)).json();
}

/**
 * Return the JSON of a DELETE; what is gone already is an error of the status 404.
 *
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function remove(path, options) {
  return (await fetched("DELETE", path, options)).json();
}

/**
 * Yield the events of a streamed POST, as they come.
 *
 * @param {string} path
 * @param {any} body
 * @param {Options} [options]
 * @returns {AsyncGenerator<{event: string, data: any}>}
 */
export async function* stream(path, body, options) {
  const response = await fetched("POST", path, options, { ...body, stream: true });
  if (response.body) yield* readEvents(response.body);
}

/**
 * Return an id, or another part of a path, as it is written in one.
 *
 * @param {string} text
 */
export function part(text) {
  return encodeURIComponent(text);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 * @param {any} [body]
 * @returns {Promise<Response>}
 */
async function fetched(method, path, options = {}, body = undefined) {
  const { query = {}, signal, once = newKey() } = options;
  const isForm = body instanceof FormData;
  const target = `${BASE}${path}${search(query)}`;
  for (;;) {
    const withKey = keyHeaders();
    /** @type {Record<string, string>} */
    const headers = { ...withKey };
    if (body !== undefined && !isForm) headers["content-type"] = "application/json";
    if (method === "POST") headers["idempotency-key"] = once;
    let response;
    try {
      response = await fetch(target, {
        method,
        headers,
        body: isForm || body === undefined ? body : JSON.stringify(body),
        signal,
        cache: "no-store",
        credentials: "omit",
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      await serverBack(signal);
      continue;
    }
    if (response.ok) return response;
    if (response.status === 401 && (await askForKey(withKey.authorization ?? ""))) continue;
    throw await errorOf(response);
  }
}

/** Return what the server knows a POST by: chance, as long as nobody guesses. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Record<string, any>} query */
function search(query) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) {
      if (each !== undefined && each !== null) parameters.append(name, String(each));
    }
  }
  return parameters.size ? `?${parameters}` : "";
}

/**
 * Return what the server said is wrong.
 *
 * @param {Response} response
 */
export async function errorOf(response) {
  const status = response.status;
  try {
    const { message, code, param } = (await response.json()).error;
    return new ApiError(String(message), { status, code, param });
  } catch {
    return new ApiError(`The server answered with the status ${status}.`, { status });
  }
}
