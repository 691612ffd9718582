/** Where a run stands: that it goes on, what it waits for, or how it ended. */

import { post } from "./api.js";
import { el, fill } from "./dom.js";
import { count, duration } from "./format.js";
import { badge, problem } from "./notices.js";
import { outputsForm } from "./outputs.js";
import { to } from "./router.js";
import { hasEnded, isResting, runPath } from "./run_updates.js";

/**
 * @typedef {object} RunPanelOptions
 * @property {AbortSignal} signal
 * @property {(run: any, outputs: any[]) => Promise<void>} submit
 * @property {boolean} [hasLink] whether to lead to the timeline
 *
 * @param {RunPanelOptions} options
 */
export function runPanel({ signal, submit, hasLink = true }) {
  const facts = el("div", { class: "actions" });
  // Made once: one that is replaced while it is pressed would never be clicked.
  const button = el("button", { type: "button", onclick: oncancel }, "Cancel");
  const doing = el("span", { class: "meta" });
  const line = el("div", { class: "actions" }, facts, doing, button);
  const form = el("div");
  const said = el("div");
  const node = el("section", { class: "run-panel stack tight", "aria-label": "Run" }, line, said, form);
  node.hidden = true;
  /** The calls of the form that is shown: it stays while they do. */
  let asked = "";
  /** @type {any} */
  let shown = null;
  return { node, set, say: (/** @type {string} */ text) => fill(doing, text) };

  /** @param {any} run */
  function set(run) {
    const isNew = node.hidden;
    node.hidden = false;
    const ended = run.completed_at ?? run.failed_at ?? run.cancelled_at;
    shown = run;
    if (isResting(run)) fill(doing);
    button.hidden = !["queued", "in_progress", "requires_action"].includes(run.status);
    fill(
      facts,
      badge(run.status),
      run.usage && el("span", { class: "meta" }, `${count(run.usage.total_tokens)} tokens`),
      isResting(run) &&
        ended &&
        run.started_at &&
        el("span", { class: "meta" }, duration(ended - run.started_at)),
      hasLink &&
        el("a", { class: "meta", href: to(["threads", run.thread_id, "runs", run.id]) }, "Timeline"),
    );
    fill(said, trouble(run));
    const calls = run.required_action?.submit_tool_outputs?.tool_calls ?? [];
    const wanted = run.status === "requires_action" ? JSON.stringify(calls) : "";
    if (wanted !== asked) {
      fill(form, wanted && outputsForm(run, (outputs) => submit(run, outputs)));
      // Whoever sees it come is asked; whoever finds it so begins at the top.
      if (!isNew) /** @type {HTMLElement | null} */ (form.querySelector("textarea"))?.focus();
    }
    asked = wanted;
  }

  async function oncancel() {
    button.disabled = true;
    try {
      const run = await post(`${runPath(shown)}/cancel`, undefined, { signal });
      // Its events may have come before, and know better.
      if (!hasEnded(shown)) set(run);
    } catch (error) {
      if (!signal.aborted) fill(said, problem(error));
    } finally {
      button.disabled = false;
    }
  }
}

/**
 * Return what went wrong in a run, if something did.
 *
 * @param {any} run
 */
export function trouble(run) {
  if (run.last_error) {
    return problem(`${run.last_error.code}: ${run.last_error.message}`);
  }
  if (run.status === "incomplete") {
    const reason = run.incomplete_details?.reason ?? "no reason is known";
    return el("p", { class: "hint" }, `It stopped early: ${reason.replaceAll("_", " ")}.`);
  }
  if (run.status === "expired") return el("p", { class: "hint" }, "It took too long and expired.");
  return null;
}
