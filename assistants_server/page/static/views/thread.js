/** One thread: its conversation, its runs, and a run as a timeline. */

import { get, part, remove } from "../api.js";
import { conversation } from "../conversation.js";
import { confirmDelete } from "../dialogs.js";
import { el, fill } from "../dom.js";
import { count, duration, moment } from "../format.js";
import { pagedList } from "../lists.js";
import { pairs } from "../messages.js";
import { badge, heading, problem } from "../notices.js";
import { go, to } from "../router.js";
import { hasEnded, runWatch } from "../run_updates.js";
import { run } from "./run.js";

/** @param {import("../routes.js").Place} place */
export async function thread(place) {
  const [id, kind, runId] = place.path;
  if (kind === "runs" && runId) return run(place, id, runId);
  const found = await get(`/threads/${part(id)}`, { signal: place.signal });
  place.title(kind === "runs" ? "Runs" : "Thread");
  const shown = kind === "runs" ? await runs(found, place) : await messages(found, place);
  return el(
    "div",
    { class: "stack" },
    heading("Thread", ...actions(found)),
    facts(found),
    tabs(found.id, kind === "runs"),
    shown,
  );
}

/** @param {any} found */
function actions(found) {
  const erase = async () => {
    const gone = await confirmDelete(
      "Delete this thread?",
      "Its messages and its runs are lost.",
      () => remove(`/threads/${part(found.id)}`),
    );
    if (gone) go(to(["threads"]));
  };
  return [
    el("a", { class: "button", href: to(["playground"], { thread: found.id }) }, "Go on in the playground"),
    el("button", { type: "button", class: "danger", onclick: () => void erase() }, "Delete"),
  ];
}

/** @param {any} found */
function facts(found) {
  const stores = found.tool_resources?.file_search?.vector_store_ids ?? [];
  const metadata = Object.entries(found.metadata ?? {});
  return el(
    "div",
    { class: "facts" },
    el(
      "p",
      { class: "meta" },
      el("span", { class: "id" }, found.id),
      ` · ${moment(found.created_at)}`,
      stores.map((/** @type {string} */ each) => [
        " · ",
        el("a", { href: to(["vector_stores", each]) }, "Vector store"),
      ]).flat(),
    ),
    metadata.length > 0 && pairs(metadata),
  );
}

/**
 * @param {string} id
 * @param {boolean} isRuns
 */
function tabs(id, isRuns) {
  const tab = (/** @type {string} */ text, /** @type {string[]} */ path, /** @type {boolean} */ on) =>
    el("li", {}, el("a", { href: to(path), "aria-current": on ? "page" : undefined }, text));
  return el(
    "nav",
    { class: "tabs", "aria-label": "Thread" },
    el(
      "ul",
      {},
      tab("Conversation", ["threads", id], !isRuns),
      tab("Runs", ["threads", id, "runs"], isRuns),
    ),
  );
}

/**
 * @param {any} found
 * @param {import("../routes.js").Place} place
 */
async function messages(found, { query, signal }) {
  const fromTheEnd = query.get("from") === "end";
  const shown = conversation(found.id, signal, { fromTheEnd });
  await shown.load();
  const other = to(["threads", found.id], fromTheEnd ? {} : { from: "end" });
  const turn = el("a", { href: other }, fromTheEnd ? "From the beginning" : "From the end");
  const going = el("div");
  void follow(found.id, shown, going, signal);
  return el("div", { class: "stack" }, el("p", { class: "meta" }, turn), shown.node, going);
}

/**
 * Show what a run that goes on writes, as it is written.
 *
 * @param {string} id
 * @param {import("../conversation.js").Conversation} shown
 * @param {Element} going
 * @param {AbortSignal} signal
 */
async function follow(id, shown, going, signal) {
  const path = `/threads/${part(id)}`;
  try {
    const [last] = (await get(`${path}/runs`, { query: { limit: 1 }, signal })).data;
    if (!last || hasEnded(last)) return;
    await runWatch(signal, async (run) => {
      fill(going, el("p", { class: "actions" }, badge(run.status), runLink(run)));
      if (!shown.isAtEnd()) return;
      const query = { run_id: run.id, order: "asc", limit: 100 };
      (await get(`${path}/messages`, { query, signal })).data.forEach(shown.put);
    }).follow(last);
  } catch (error) {
    if (!signal.aborted) fill(going, problem(error));
  }
}

/** @param {any} run */
function runLink(run) {
  const address = to(["threads", run.thread_id, "runs", run.id]);
  return el("a", { class: "meta", href: address }, "Timeline");
}

/**
 * @param {any} found
 * @param {import("../routes.js").Place} place
 */
function runs(found, { signal }) {
  return pagedList({
    path: `/threads/${part(found.id)}/runs`,
    label: "Runs, the newest first",
    none: "No assistant has run here yet.",
    signal,
    row: runRow,
  });
}

/** @param {any} run */
function runRow(run) {
  const ended = run.completed_at ?? run.failed_at ?? run.cancelled_at;
  const facts = [
    run.model,
    moment(run.created_at),
    ended && run.started_at ? duration(ended - run.started_at) : "",
    run.usage ? `${count(run.usage.total_tokens)} tokens` : "",
  ];
  return el(
    "a",
    { class: "card", href: to(["threads", run.thread_id, "runs", run.id]) },
    badge(run.status),
    el("span", { class: "meta" }, facts.filter(Boolean).join(" · ")),
    run.last_error && el("span", { class: "wide" }, run.last_error.message),
  );
}
