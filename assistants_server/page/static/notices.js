/** What the page says besides the things themselves: problems, states, headings. */

import { ApiError } from "./api.js";
import { el } from "./dom.js";

/**
 * Return what went wrong, in words, with a button to try again if there is a way.
 *
 * @param {unknown} error what was raised, or a text that says it
 * @param {() => void} [again]
 * @returns {HTMLElement}
 */
export function problem(error, again) {
  return el(
    "div",
    { class: "problem", role: "alert" },
    el("p", {}, wordsFor(error)),
    again && el("button", { type: "button", onclick: again }, "Try again"),
  );
}

/**
 * Return an error in words.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function wordsFor(error) {
  if (typeof error === "string") return error;
  if (error instanceof ApiError) return error.message;
  console.error(error);
  return `Something went wrong in the page: ${error}`;
}

/**
 * Return the heading of a view, with what stands beside it.
 *
 * @param {string} text
 * @param {...any} beside buttons and links
 */
export function heading(text, ...beside) {
  return el(
    "div",
    { class: "heading" },
    el("h1", { tabIndex: -1 }, text),
    beside.length > 0 && el("div", { class: "actions" }, ...beside),
  );
}

/** @param {...any} children */
export function empty(...children) {
  return el("p", { class: "empty" }, ...children);
}

/** What each state is like; its word is always written beside its sign. */
const KINDS = {
  completed: "good",
  processed: "good",
  queued: "going",
  in_progress: "going",
  cancelling: "going",
  requires_action: "waiting",
  incomplete: "waiting",
  failed: "bad",
  expired: "bad",
  cancelled: "off",
};

/**
 * Return a state as a badge.
 *
 * @param {string} state such as "in_progress"
 */
export function badge(state) {
  const kind = /** @type {Record<string, string>} */ (KINDS)[state] ?? "off";
  return el("span", { class: `badge ${kind}` }, String(state).replaceAll("_", " "));
}
