/** The threads: their list, and one of them with its conversation or its runs. */

import { get, part } from "../api.js";
import { el, fill } from "../dom.js";
import { moment } from "../format.js";
import { pagedList } from "../lists.js";
import { heading } from "../notices.js";
import { go, to } from "../router.js";
import { whenSeen } from "../visible.js";
import { thread } from "./thread.js";

/** @param {import("../routes.js").Place} place */
export function show(place) {
  return place.path.length ? thread(place) : list(place.signal);
}

/** @param {AbortSignal} signal */
async function list(signal) {
  const rows = await pagedList({
    path: "/threads",
    label: "Threads, the newest first",
    none: "There are no threads yet. The playground makes one with your first message.",
    signal,
    row: (each) => row(each, signal),
  });
  const start = el("a", { class: "button primary", href: to(["playground"]) }, "New thread");
  return el("div", { class: "stack" }, heading("Threads", start), rows, byId());
}

/** Return a form for an id that somebody has from a log. */
function byId() {
  const field = el("input", { id: "thread-id", type: "text", required: true, placeholder: "thread_…" });
  const onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    go(to(["threads", field.value.trim()]));
  };
  return el(
    "form",
    { class: "by-id", onsubmit },
    el("label", { for: "thread-id" }, "Open by id"),
    field,
    el("button", {}, "Open"),
  );
}

/**
 * @param {any} thread
 * @param {AbortSignal} signal
 */
function row(thread, signal) {
  const first = el("span", { class: "snippet" }, "\u00a0");
  const node = el(
    "a",
    { class: "card", href: to(["threads", thread.id]) },
    first,
    el("span", { class: "meta" }, moment(thread.created_at)),
    el("span", { class: "meta id" }, thread.id),
  );
  whenSeen(node, () => void beginning(thread.id, first, signal));
  return node;
}

/**
 * Say what a thread begins with: an id alone says nothing to people.
 *
 * @param {string} id
 * @param {Element} node
 * @param {AbortSignal} signal
 */
async function beginning(id, node, signal) {
  const path = `/threads/${part(id)}/messages`;
  try {
    const [message] = (await get(path, { query: { order: "asc", limit: 1 }, signal })).data;
    fill(node, message ? textOf(message).slice(0, 160) : el("em", {}, "No messages"));
  } catch {
    fill(node, el("em", {}, "It can't be read"));
  }
}

/** @param {any} message */
function textOf(message) {
  const texts = message.content.map((/** @type {any} */ each) => each.text?.value ?? "");
  return texts.filter(Boolean).join(" ") || `A message with ${message.content[0]?.type ?? "nothing"}`;
}
