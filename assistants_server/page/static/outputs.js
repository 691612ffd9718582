/** The outputs of functions that a run waits for, given by hand. */

import { el, fill } from "./dom.js";
import { pretty } from "./format.js";
import { problem } from "./notices.js";

/**
 * Return a form for the outputs of all calls that a run waits for.
 *
 * @param {any} run
 * @param {(outputs: {tool_call_id: string, output: string}[]) => Promise<void>} submit
 * @returns {HTMLFormElement}
 */
export function outputsForm(run, submit) {
  const calls = run.required_action?.submit_tool_outputs?.tool_calls ?? [];
  const said = el("div");
  const button = el("button", { class: "primary" }, "Submit outputs");
  /** @type {HTMLTextAreaElement[]} */
  const fields = calls.map((/** @type {any} */ call) =>
    el("textarea", { id: `output-${call.id}`, class: "code", rows: 2, spellcheck: false }),
  );
  const form = el(
    "form",
    { class: "panel stack tight outputs", onsubmit },
    el("h2", {}, "The run waits for outputs"),
    el("p", { class: "hint" }, "Say what each function returned; the run then goes on."),
    calls.map((/** @type {any} */ call, /** @type {number} */ index) =>
      el(
        "fieldset",
        { class: "stack tight" },
        el("legend", { class: "id" }, call.function.name),
        el("pre", { "aria-label": "Arguments" }, pretty(call.function.arguments)),
        el("label", { for: fields[index].id }, "Output"),
        fields[index],
      ),
    ),
    said,
    el("div", { class: "actions" }, button),
  );
  return form;

  /** @param {Event} event */
  async function onsubmit(event) {
    event.preventDefault();
    button.disabled = true;
    fill(said);
    const outputs = calls.map((/** @type {any} */ call, /** @type {number} */ index) => ({
      tool_call_id: call.id,
      output: fields[index].value,
    }));
    try {
      await submit(outputs);
    } catch (error) {
      fill(said, problem(error));
    } finally {
      button.disabled = false;
    }
  }
}
