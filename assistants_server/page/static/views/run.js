/** A run as a timeline: its steps, live while it goes on. */

import { get } from "../api.js";
import { announce, el, fill } from "../dom.js";
import { moment } from "../format.js";
import { heading, problem } from "../notices.js";
import { to } from "../router.js";
import { runFacts } from "../run_facts.js";
import { runPanel } from "../run_panel.js";
import { hasEnded, isOfRun, isResting, runEvents, runPath, runWatch } from "../run_updates.js";
import { timeline } from "../timeline.js";

/**
 * @param {import("../routes.js").Place} place
 * @param {string} thread
 * @param {string} id
 */
export async function run({ signal, title }, thread, id) {
  title("Run");
  const path = runPath({ thread_id: thread, id });
  let now = await get(path, { signal });
  const steps = timeline(path, signal);
  await steps.read(now);
  const panel = runPanel({ signal, submit, hasLink: false });
  const watch = runWatch(signal, update);
  const facts = el("div");
  const said = el("div");
  shown();
  void follow();
  return el(
    "div",
    { class: "stack" },
    heading("Run", el("a", { class: "button", href: to(["threads", thread]) }, "Open the thread")),
    el("p", { class: "meta" }, el("span", { class: "id" }, id), ` · ${moment(now.created_at)}`),
    panel.node,
    said,
    el("section", { class: "stack tight", "aria-labelledby": "steps" }, el("h2", { id: "steps" }, "Steps"), steps.node),
    facts,
  );

  function shown() {
    panel.set(now);
    // What somebody has opened stays open while the run goes on.
    if (isResting(now) || !facts.firstChild) fill(facts, runFacts(now));
  }

  /** @param {any} state */
  async function update(state) {
    now = state;
    shown();
    await steps.read(now);
  }

  async function follow() {
    if (hasEnded(now)) return;
    fill(said);
    try {
      await watch.follow(now);
      if (!signal.aborted && hasEnded(now)) announce(`The run is ${now.status}.`);
    } catch (error) {
      fill(said, problem(error, () => void follow()));
    }
  }

  /**
   * @param {any} waiting
   * @param {any[]} outputs
   */
  async function submit(waiting, outputs) {
    const target = `${runPath(waiting)}/submit_tool_outputs`;
    watch.halt();
    try {
      const updates = runEvents(target, { tool_outputs: outputs }, signal, waiting);
      for await (const { event, data } of updates) if (isOfRun(event)) await update(data);
    } finally {
      void follow();
    }
  }
}
