/** A step of a run: the message that it wrote, or its tool calls with what they returned. */

import { get, part } from "./api.js";
import { fileName, imageFile } from "./contents.js";
import { el, fill } from "./dom.js";
import { count, pretty } from "./format.js";
import { messageParts } from "./messages.js";
import { badge, problem } from "./notices.js";
import { to } from "./router.js";
import { whenSeen } from "./visible.js";

const KINDS = {
  function: "Function",
  code_interpreter: "Code interpreter",
  file_search: "File search",
};

/**
 * Return a step as a node.
 *
 * @param {any} step
 * @param {any} run
 * @param {AbortSignal} signal
 */
export function stepView(step, run, signal) {
  const calls = step.step_details.tool_calls;
  const isMessage = step.type === "message_creation";
  return el(
    "article",
    { class: "stack tight", "aria-label": titleOf(step) },
    el(
      "div",
      { class: "step-head" },
      el("h3", {}, titleOf(step)),
      badge(step.status),
      el("span", { class: "meta when" }),
      step.usage && el("span", { class: "meta" }, `${count(step.usage.total_tokens)} tokens`),
    ),
    el("div", { class: "track", "aria-hidden": "true" }, el("div", { class: `span ${step.status}` })),
    step.last_error && problem(`${step.last_error.code}: ${step.last_error.message}`),
    isMessage && messageOf(step, signal),
    (calls ?? []).map((/** @type {any} */ call) => callView(call, run, signal)),
    !isMessage && !calls && el("pre", {}, pretty(step.step_details)),
  );
}

/** @param {any} step */
function titleOf(step) {
  if (step.type === "message_creation") return "Message";
  const kinds = (step.step_details.tool_calls ?? []).map((/** @type {any} */ each) => kindOf(each));
  return [...new Set(kinds)].join(", ") || "Tool calls";
}

/** @param {any} call */
function kindOf(call) {
  return /** @type {Record<string, string>} */ (KINDS)[call.type] ?? call.type;
}

/**
 * @param {any} step
 * @param {AbortSignal} signal
 */
function messageOf(step, signal) {
  const id = step.step_details.message_creation.message_id;
  const path = `/threads/${part(step.thread_id)}/messages/${part(id)}`;
  const node = el("div", { class: "stack tight" }, el("span", { class: "meta id" }, id));
  whenSeen(node, async () => {
    try {
      const message = await get(path, { signal });
      const link = to(["threads", step.thread_id], { from: "end" });
      fill(node, messageParts(message, signal), el("a", { class: "meta", href: link }, "In the conversation"));
    } catch {
      if (!signal.aborted) node.append(el("span", { class: "meta" }, " is gone"));
    }
  });
  return node;
}

/**
 * @param {any} call
 * @param {any} run
 * @param {AbortSignal} signal
 */
function callView(call, run, signal) {
  switch (call.type) {
    case "function":
      return functionView(call, run);
    case "code_interpreter":
      return codeView(call.code_interpreter, signal);
    case "file_search":
      return searchView(call.file_search);
    default:
      return el("pre", {}, pretty(call));
  }
}

/**
 * @param {any} call
 * @param {any} run
 */
function functionView({ function: called }, run) {
  const isWaiting = run.status === "requires_action";
  const none = isWaiting ? "Not given yet." : "None.";
  const output = called.output;
  return el(
    "div",
    { class: "call" },
    el("p", { class: "id" }, el("strong", {}, called.name ?? "")),
    named("Arguments", el("pre", {}, pretty(called.arguments ?? ""))),
    named(
      "Output",
      output === null || output === undefined
        ? el("p", { class: "hint" }, none)
        : el("pre", {}, pretty(output)),
    ),
  );
}

/**
 * @param {any} code
 * @param {AbortSignal} signal
 */
function codeView(code, signal) {
  return el(
    "div",
    { class: "call" },
    named("Code", el("pre", {}, code?.input ?? "")),
    (code?.outputs ?? []).map((/** @type {any} */ each) =>
      each.type === "image"
        ? imageFile(each.image.file_id, signal)
        : named("Logs", el("pre", {}, each.logs ?? pretty(each))),
    ),
  );
}

/** @param {any} search */
function searchView(search) {
  const results = search?.results ?? [];
  const ranking = search?.ranking_options;
  const words = `${count(results.length)} ${results.length === 1 ? "result" : "results"}`;
  return el(
    "div",
    { class: "call" },
    el(
      "p",
      { class: "meta" },
      words,
      ranking && ` · ranker ${ranking.ranker}, scores from ${ranking.score_threshold}`,
    ),
    results.map(resultView),
  );
}

/** @param {any} result */
function resultView(result) {
  const name = el("span", {}, result.file_name ?? result.file_id);
  if (!result.file_name) void fileName(result.file_id).then((text) => fill(name, text));
  const text = (result.content ?? []).map((/** @type {any} */ each) => each.text).join("\n");
  return el(
    "details",
    {},
    el("summary", {}, name, el("span", { class: "meta" }, ` · score ${result.score?.toFixed(3) ?? "–"}`)),
    el("div", { class: "passage text" }, text || "Its text isn't known."),
    el("p", { class: "meta" }, el("a", { href: to(["files", result.file_id]) }, "The file")),
  );
}

/**
 * @param {string} name
 * @param {Node} node
 */
function named(name, node) {
  return el("div", {}, el("p", { class: "caption" }, name), node);
}
