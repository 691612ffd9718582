/** What a run was told and what it used. */

import { el } from "./dom.js";
import { count, duration, moment, pretty } from "./format.js";
import { pairs } from "./messages.js";
import { plainText } from "./text.js";
import { to } from "./router.js";

/** @param {any} run */
export function runFacts(run) {
  const ended = run.completed_at ?? run.failed_at ?? run.cancelled_at;
  const usage = run.usage;
  const cached = usage?.prompt_token_details?.cached_tokens;
  return el(
    "section",
    { class: "stack tight", "aria-labelledby": "facts" },
    el("h2", { id: "facts" }, "About this run"),
    el(
      "dl",
      { class: "panel facts-list" },
      fact("Assistant", el("a", { class: "id", href: to(["assistants", run.assistant_id]) }, run.assistant_id)),
      fact("Model", run.model),
      fact("Created", moment(run.created_at)),
      run.started_at && fact("Waited", duration(Math.max(0, run.started_at - run.created_at))),
      run.started_at && ended && fact("Took", duration(Math.max(0, ended - run.started_at))),
      run.expires_at && fact("Expires", moment(run.expires_at)),
      usage &&
        fact(
          "Tokens",
          `${count(usage.prompt_tokens)} in, ${count(usage.completion_tokens)} out` +
            (cached ? `, ${count(cached)} of them cached` : ""),
        ),
      ...["temperature", "top_p", "max_prompt_tokens", "max_completion_tokens", "reasoning_effort"]
        .filter((name) => run[name] !== null && run[name] !== undefined)
        .map((name) => fact(titled(name), run[name])),
    ),
    run.instructions && details("Instructions", plainText(run.instructions)),
    run.tools?.length > 0 && details(`Tools (${run.tools.length})`, el("pre", {}, pretty(run.tools))),
    Object.keys(run.metadata ?? {}).length > 0 && details("Metadata", pairs(Object.entries(run.metadata))),
    details("All of it, as JSON", el("pre", {}, pretty(run))),
  );
}

/** @param {string} name */
function titled(name) {
  return name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");
}

/**
 * @param {string} name
 * @param {any} value
 */
function fact(name, value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value));
}

/**
 * @param {string} name
 * @param {Node} inside
 */
export function details(name, inside) {
  return el("details", { class: "panel" }, el("summary", {}, name), inside);
}
