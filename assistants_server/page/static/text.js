/** The text of a message: as it is, with its citations as buttons. */

import { el } from "./dom.js";

/** How many characters are shown of a text until somebody asks for more. */
const LONG = 100_000;

/**
 * @typedef {object} Annotation
 * @property {string} type
 * @property {string} text what stands for it in the text
 * @property {number} start_index
 * @property {number} end_index
 * @property {{file_id: string, quote?: string}} [file_citation]
 * @property {{file_id: string}} [file_path]
 */

/**
 * Return a text as a node, cut where it is very long.
 *
 * @param {string} text
 * @param {string} [className]
 */
export function plainText(text, className = "text") {
  const node = el("div", { class: className }, text.slice(0, LONG));
  if (text.length > LONG) node.append(rest(node, () => [text]));
  return node;
}

/**
 * Return a text with its annotations as a node.
 *
 * @param {string} value
 * @param {Annotation[]} annotations
 * @param {(annotation: Annotation, number: number) => Node} mark makes what stands for one
 */
export function annotatedText(value, annotations, mark) {
  if (!annotations.length) return plainText(value);
  const all = () => pieces(value, annotations, mark);
  if (value.length <= LONG) return el("div", { class: "text" }, all());
  const node = plainText(value.slice(0, LONG));
  node.append(rest(node, all));
  return node;
}

/**
 * @param {HTMLElement} node
 * @param {() => (string | Node)[]} all
 */
function rest(node, all) {
  return el(
    "button",
    { type: "button", class: "plain", onclick: () => node.replaceChildren(...all()) },
    "… Show all of it",
  );
}

/**
 * @param {string} value
 * @param {Annotation[]} annotations
 * @param {(annotation: Annotation, number: number) => Node} mark
 * @returns {(string | Node)[]}
 */
function pieces(value, annotations, mark) {
  const found = annotations
    .map((annotation, index) => ({ annotation, index, at: place(value, annotation) }))
    .sort((one, other) => one.at - other.at);
  /** @type {(string | Node)[]} */
  const made = [];
  let end = 0;
  for (const { annotation, index, at } of found) {
    const begins = Math.max(at, end);
    made.push(value.slice(end, begins), mark(annotation, index + 1));
    end = Math.min(value.length, Math.max(end, at + lengthOf(annotation, at, value)));
  }
  made.push(value.slice(end));
  return made;
}

/**
 * @param {Annotation} annotation
 * @param {number} at
 * @param {string} value
 */
function lengthOf({ text }, at, value) {
  return text && value.startsWith(text, at) ? text.length : 0;
}

/**
 * Return where an annotation is, in the units of JavaScript.
 *
 * The API counts characters, and some servers other things; what it stands for decides.
 *
 * @param {string} value
 * @param {Annotation} annotation
 */
function place(value, { text, start_index: start }) {
  const near = units(value, start);
  if (!text || value.startsWith(text, near)) return Math.min(near, value.length);
  const found = value.indexOf(text, Math.max(0, near - text.length - 16));
  if (found >= 0) return found;
  const anywhere = value.indexOf(text);
  return anywhere >= 0 ? anywhere : value.length;
}

/**
 * @param {string} value
 * @param {number} characters
 */
function units(value, characters) {
  if (!(characters > 0)) return 0;
  let at = 0;
  for (let count = 0; count < characters && at < value.length; count += 1) {
    at += /** @type {number} */ (value.codePointAt(at)) > 0xffff ? 2 : 1;
  }
  return at;
}
