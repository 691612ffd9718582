/** What a citation cites: the passage, and the file around it. */

import { ApiError, get, part } from "./api.js";
import { el, fill } from "./dom.js";
import { fileName } from "./contents.js";
import { problem } from "./notices.js";
import { to } from "./router.js";

const RESULTS = "step_details.tool_calls[*].file_search.results[*].content";
// How many characters of a file are shown on each side of a passage, at first.
const AROUND = 3000;
// How many characters are looked for to find where chunks overlap.
const OVERLAP = 32;

/**
 * Show what a citation cites.
 *
 * @param {{annotation: any, number: number, message: any, signal: AbortSignal}} cited
 */
export function openPassage({ annotation, number, message, signal }) {
  const { file_id: file, quote } = annotation.file_citation ?? {};
  const title = el("h2", { id: "passage-title" }, `Source ${number}`);
  const body = el("div", { class: "stack" }, el("p", { class: "loading" }, "Loading…"));
  const dialog = el(
    "dialog",
    { class: "dialog", "aria-labelledby": "passage-title" },
    el(
      "div",
      { class: "heading" },
      title,
      el("button", { type: "button", onclick: () => dialog.close() }, "Close"),
    ),
    body,
  );
  dialog.addEventListener("close", () => dialog.remove());
  signal.addEventListener("abort", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  void load();

  async function load() {
    try {
      const name = await fileName(file);
      title.textContent = `Source ${number}: ${name}`;
      const result = await resultOf(annotation, message, signal);
      const passage = quote || result?.content?.[0]?.text || "";
      const text = await textOf(file, message, signal);
      fill(
        body,
        el(
          "p",
          { class: "meta" },
          el("a", { href: to(["files", file]), onclick: () => dialog.close() }, "The file"),
          typeof result?.score === "number" && ` · score ${result.score.toFixed(3)}`,
        ),
        shown(passage, text),
      );
      body.querySelector("mark")?.scrollIntoView({ block: "start" });
    } catch (error) {
      if (!signal.aborted) fill(body, problem(error, () => void load()));
    }
  }
}

/**
 * Return the result of a search that a citation names: `【search:result†name】`.
 *
 * @param {any} annotation
 * @param {any} message
 * @param {AbortSignal} signal
 */
async function resultOf(annotation, message, signal) {
  if (!message.run_id) return undefined;
  const path = `/threads/${part(message.thread_id)}/runs/${part(message.run_id)}/steps`;
  const query = { order: "asc", limit: 100, "include[]": RESULTS };
  const steps = await perhaps(path, signal, query);
  const searches = (steps?.data ?? [])
    .flatMap((/** @type {any} */ step) => step.step_details.tool_calls ?? [])
    .filter((/** @type {any} */ call) => call.type === "file_search")
    .map((/** @type {any} */ call) => call.file_search?.results ?? []);
  const [, search, number] = /(\d+):(\d+)/.exec(annotation.text ?? "") ?? [];
  const file = annotation.file_citation?.file_id;
  const named = searches[Number(search)]?.[Number(number)];
  if (named?.file_id === file) return named;
  return searches.flat().find((/** @type {any} */ each) => each.file_id === file);
}

/**
 * Return the text that was made of a file for search; none where it isn't indexed.
 *
 * @param {string} file
 * @param {any} message
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
async function textOf(file, message, signal) {
  const holders = [`/threads/${part(message.thread_id)}`];
  if (message.assistant_id) holders.push(`/assistants/${part(message.assistant_id)}`);
  for (const holder of holders) {
    const found = await perhaps(holder, signal);
    for (const store of found?.tool_resources?.file_search?.vector_store_ids ?? []) {
      const path = `/vector_stores/${part(store)}/files/${part(file)}/content`;
      const texts = await perhaps(path, signal);
      if (texts) return joined(texts.data.map((/** @type {any} */ each) => each.text));
    }
  }
  return "";
}

/**
 * Return a text whose pieces begin within the one before, as chunks do.
 *
 * @param {string[]} pieces
 */
function joined(pieces) {
  let text = "";
  for (const piece of pieces) {
    const start = piece.slice(0, OVERLAP);
    let at = text.indexOf(start, Math.max(0, text.length - piece.length));
    while (at >= 0 && !piece.startsWith(text.slice(at))) at = text.indexOf(start, at + 1);
    text += at < 0 ? `${text && "\n\n"}${piece}` : piece.slice(text.length - at);
  }
  return text;
}

/**
 * Return what may be gone since, or may never have been here.
 *
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {Record<string, any>} [query]
 */
async function perhaps(path, signal, query) {
  try {
    return await get(path, { query, signal });
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/**
 * @param {string} passage
 * @param {string} text
 */
function shown(passage, text) {
  if (!passage && !text) return el("p", {}, "What was cited isn't known any more.");
  const at = passage ? text.indexOf(passage) : -1;
  if (at < 0) return el("div", { class: "passage text" }, passage || text.slice(0, 2 * AROUND));
  const end = at + passage.length;
  const first = Math.max(0, at - AROUND);
  const last = Math.min(text.length, end + AROUND);
  return el(
    "div",
    { class: "passage text", tabIndex: 0, role: "region", "aria-label": "The file" },
    more(first > 0, () => text.slice(0, first)),
    text.slice(first, at),
    el("mark", {}, passage),
    text.slice(end, last),
    more(last < text.length, () => text.slice(last)),
  );
}

/**
 * @param {boolean} isNeeded
 * @param {() => string} rest
 */
function more(isNeeded, rest) {
  if (!isNeeded) return null;
  const button = el(
    "button",
    { type: "button", class: "plain", onclick: () => button.replaceWith(rest()) },
    "Show the rest",
  );
  return button;
}
