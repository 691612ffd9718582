/** The steps of a run in order of time, read on as they come. */

import { get } from "./api.js";
import { el, fill } from "./dom.js";
import { duration } from "./format.js";
import { empty, problem } from "./notices.js";
import { stepView } from "./steps.js";

const PAGE = 100;
// How many steps are read without being asked for.
const MANY = 300;
const RESULTS = "step_details.tool_calls[*].file_search.results[*].content";

/**
 * Return the timeline of a run.
 *
 * @param {string} path of the run
 * @param {AbortSignal} signal
 */
export function timeline(path, signal) {
  /** @type {Map<string, {node: HTMLElement, text: string, step: any}>} */
  const shown = new Map();
  const list = el("ol", { class: "timeline" });
  const foot = el("div", { class: "foot" });
  const node = el("div", {}, list, foot);
  /** The last step before which nothing changes any more. */
  let settled = "";
  let most = MANY;
  return { node, read };

  /**
   * Read what is new since the last time.
   *
   * @param {any} run
   */
  async function read(run) {
    let after = settled;
    let isSettled = true;
    for (;;) {
      const query = { order: "asc", limit: PAGE, after: after || undefined, "include[]": RESULTS };
      const page = await get(`${path}/steps`, { query, signal });
      for (const step of page.data) {
        put(step, run);
        isSettled &&= step.status !== "in_progress";
        if (isSettled) settled = step.id;
        after = step.id;
      }
      const isEnough = shown.size >= most;
      fill(foot, page.has_more && isEnough && more(run));
      if (!page.has_more || isEnough) break;
    }
    if (!shown.size) fill(foot, empty("There are no steps yet."));
    measure(run);
  }

  /** @param {any} run */
  function more(run) {
    const readOn = () => {
      most = shown.size + MANY;
      read(run).catch((error) => {
        if (!signal.aborted) fill(foot, problem(error, readOn));
      });
    };
    return el("button", { type: "button", onclick: readOn }, "Show more steps");
  }

  /**
   * @param {any} step
   * @param {any} run
   */
  function put(step, run) {
    const text = JSON.stringify(step);
    const known = shown.get(step.id);
    if (known?.text === text) return;
    const made = el("li", { class: "step row" }, stepView(step, run, signal));
    if (known) known.node.replaceWith(made);
    else list.append(made);
    shown.set(step.id, { node: made, text, step });
  }

  /**
   * Draw when each step was, as a part of the whole.
   *
   * @param {any} run
   */
  function measure(run) {
    const steps = [...shown.values()].map((each) => each.step);
    const begun = run.started_at ?? run.created_at;
    const last = Math.max(begun + 1, endOf(run) ?? 0, ...steps.map((each) => endOf(each) ?? 0));
    for (const { node: each, step } of shown.values()) {
      const bar = /** @type {HTMLElement | null} */ (each.querySelector(".span"));
      const from = Math.max(0, step.created_at - begun);
      const to = Math.max(from, (endOf(step) ?? last) - begun);
      bar?.style.setProperty("--from", String(from / (last - begun)));
      bar?.style.setProperty("--to", String(to / (last - begun)));
      const when = each.querySelector(".when");
      const took = endOf(step) ? `took ${duration(to - from)}` : "goes on";
      if (when) when.textContent = `at +${from} s, ${took}`;
    }
  }
}

/** @param {any} thing */
function endOf(thing) {
  return thing.completed_at ?? thing.failed_at ?? thing.cancelled_at ?? thing.expired_at;
}
