/** One assistant: made, or changed in every property. */

import { get, part, post, remove } from "../api.js";
import { assistantFields } from "../assistant_fields.js";
import { confirmDelete } from "../dialogs.js";
import { announce, el, fill } from "../dom.js";
import { draft, keepDraft } from "../drafts.js";
import { FieldError } from "../fields.js";
import { moment, pretty } from "../format.js";
import { heading, problem } from "../notices.js";
import { go, to } from "../router.js";
import { details } from "../run_facts.js";

const TOGETHER = ["temperature", "top_p", "reasoning_effort"];
const FRESH = { tools: [], metadata: {} };

/** @param {import("../routes.js").Place} place */
export async function assistant({ path: [id], signal, title }) {
  const isNew = id === "new";
  let known = isNew ? FRESH : await get(`/assistants/${part(id)}`, { signal });
  title(isNew ? "New assistant" : known.name || "Assistant");
  const fields = assistantFields(signal);
  const said = el("div");
  const send = el("button", { class: "primary" }, isNew ? "Create" : "Save");
  const json = el("div");
  const form = el(
    "form",
    { class: "panel form", noValidate: true, onsubmit, oninput },
    Object.entries(fields)
      .filter(([name]) => !TOGETHER.includes(name))
      .map(([name, field]) => (name === "metadata" ? [columns(), field.node] : field.node))
      .flat(),
    said,
    el("div", { class: "actions" }, send),
  );
  const draftName = `assistant:${id}`;
  show();
  restore();
  return el("div", { class: "stack" }, heading(isNew ? "New assistant" : known.name || "Unnamed", ...actions()), !isNew && meta(), form, json);

  function columns() {
    return el("div", { class: "columns" }, TOGETHER.map((name) => fields[name].node));
  }

  function meta() {
    return el("p", { class: "meta" }, el("span", { class: "id" }, known.id), ` · ${moment(known.created_at)}`);
  }

  function actions() {
    if (isNew) return [];
    const erase = async () => {
      const consequence = "Its threads and runs stay, but it answers no more.";
      const act = () => remove(`/assistants/${part(id)}`, { signal });
      if (await confirmDelete("Delete the assistant?", consequence, act)) {
        keepDraft(draftName, "");
        go(to(["assistants"]));
      }
    };
    return [
      el("a", { class: "button", href: to(["playground"], { assistant: id }) }, "Try it"),
      el("button", { type: "button", class: "danger", onclick: () => void erase() }, "Delete"),
    ];
  }

  function show() {
    for (const [name, field] of Object.entries(fields)) field.set(known[name]);
    if (!isNew) fill(json, details("All of it, as JSON", el("pre", {}, pretty(known))));
  }

  /** What is typed and not saved is kept, also when the visitor looks at something else. */
  function oninput() {
    const typed = changes((field) => {
      try {
        return field.value();
      } catch (error) {
        // JSON that is only begun.
        return /** @type {FieldError} */ (error).typed;
      }
    });
    keepDraft(draftName, Object.keys(typed).length ? JSON.stringify(typed) : "");
  }

  function restore() {
    const kept = JSON.parse(draft(draftName) || "{}");
    if (!Object.keys(kept).length) return;
    for (const [name, value] of Object.entries(kept)) fields[name]?.set(value);
    const discard = () => {
      keepDraft(draftName, "");
      show();
      fill(said);
    };
    fill(
      said,
      el(
        "p",
        { class: "hint" },
        "This has changes that aren't saved yet. ",
        el("button", { type: "button", class: "plain", onclick: discard }, "Discard them"),
      ),
    );
  }

  /**
   * Return what differs from what the server has.
   *
   * @param {(field: import("../fields.js").Field) => any} [read]
   */
  function changes(read = (field) => field.value()) {
    /** @type {Record<string, any>} */
    const changed = {};
    for (const [name, field] of Object.entries(fields)) {
      const value = read(field);
      if (JSON.stringify(value) !== JSON.stringify(known[name] ?? null)) changed[name] = value;
    }
    // A list can't be null.
    if (changed.tools === null) changed.tools = [];
    return changed;
  }

  /** @param {Event} event */
  async function onsubmit(event) {
    event.preventDefault();
    fill(said);
    for (const field of Object.values(fields)) field.complain("");
    send.disabled = true;
    try {
      const body = isNew ? filled(changes()) : changes();
      if (isNew && !body.model) throw new FieldError("model", "Name a model.");
      known = await post(isNew ? "/assistants" : `/assistants/${part(id)}`, body, { signal });
      keepDraft(draftName, "");
      if (isNew) {
        go(to(["assistants", known.id]));
        return;
      }
      show();
      fill(said, el("p", { class: "saved" }, "Saved."));
      announce("Saved.");
    } catch (error) {
      if (!signal.aborted) complain(error);
    } finally {
      send.disabled = false;
    }
  }

  /**
   * Say what is wrong at the field that it is about.
   *
   * @param {any} error
   */
  function complain(error) {
    const [name] = /^\w+/.exec(error.param ?? "") ?? [];
    const field = name ? fields[name] : undefined;
    if (!field) {
      fill(said, problem(error));
      return;
    }
    field.complain(error.message);
    field.focus();
    announce(error.message);
  }
}

/**
 * Return what was filled in: what wasn't is left to the server.
 *
 * @param {Record<string, any>} body
 */
function filled(body) {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
