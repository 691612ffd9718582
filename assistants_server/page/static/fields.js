/** Fields of forms, each with what is wrong with it. */

import { el, fill, freshId } from "./dom.js";

/** What is wrong with one field, found before anything is sent. */
export class FieldError extends Error {
  /**
   * @param {string} name of the field
   * @param {string} message
   * @param {string} [typed] what stands in it
   */
  constructor(name, message, typed = "") {
    super(message);
    this.param = name;
    this.typed = typed;
  }
}

/**
 * @typedef {object} Field
 * @property {HTMLElement} node
 * @property {() => any} value what to send; raises FieldError where it is nothing to send
 * @property {(value: any) => void} set
 * @property {(message: string) => void} complain says what is wrong, or with "" nothing
 * @property {() => void} focus
 */

/**
 * Return a control with its label, its help, and room for what is wrong.
 *
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} help
 * @param {{read: () => any, write: (value: any) => void}} access
 * @param {...HTMLElement} more what belongs to it, such as buttons
 * @returns {Field}
 */
export function labelled(label, control, help, { read, write }, ...more) {
  const id = freshId("field");
  const wrong = el("p", { class: "field-problem", id: `${id}-problem` });
  const hint = help && el("p", { class: "hint", id: `${id}-help` }, help);
  control.id = id;
  const described = help ? `${id}-help ${id}-problem` : `${id}-problem`;
  control.setAttribute("aria-describedby", described);
  const node = el("div", { class: "field" }, el("label", { for: id }, label), control, hint, ...more, wrong);
  return {
    node,
    value: read,
    set: write,
    focus: () => control.focus(),
    complain(message) {
      fill(wrong, message);
      if (message) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    },
  };
}

/**
 * Return a field for a text; an empty one is null.
 *
 * @param {string} label
 * @param {{help?: string, rows?: number, required?: boolean, list?: HTMLElement}} [options]
 */
export function textField(label, { help = "", rows = 0, required = false, list } = {}) {
  const control = rows ? el("textarea", { rows, required }) : el("input", { type: "text", required });
  if (list) {
    list.id = freshId("choices");
    control.setAttribute("list", list.id);
  }
  const access = {
    read: () => control.value || null,
    write: (/** @type {any} */ value) => {
      control.value = value ?? "";
    },
  };
  return labelled(label, control, help, access, ...(list ? [list] : []));
}

/**
 * Return a field for a number; an empty one is null.
 *
 * @param {string} label
 * @param {{help?: string, min: number, max: number, step: number}} options
 */
export function numberField(label, { help = "", ...bounds }) {
  const control = el("input", { type: "number", inputMode: "decimal", ...bounds });
  return labelled(label, control, help, {
    read: () => (control.value === "" ? null : Number(control.value)),
    write: (value) => {
      control.value = value ?? "";
    },
  });
}

/**
 * Return a field for one of some words; the first, which is empty, is null.
 *
 * @param {string} label
 * @param {string[]} words
 * @param {string} help
 */
export function choiceField(label, words, help) {
  const options = ["", ...words].map((word) => el("option", { value: word }, word || "default"));
  const control = el("select", {}, ...options);
  return labelled(label, control, help, {
    read: () => control.value || null,
    write: (value) => {
      if (value && !words.includes(value)) control.append(el("option", { value }, value));
      control.value = value ?? "";
    },
  });
}

/**
 * Return a field for JSON; an empty one is null.
 *
 * @param {string} name by which its errors are known
 * @param {string} label
 * @param {{help?: string, rows?: number, plainWords?: string[]}} options words that may be
 *   written without quotes
 * @param {...HTMLElement} more
 */
export function jsonField(name, label, { help = "", rows = 4, plainWords = [] }, ...more) {
  const control = el("textarea", { class: "code", rows, spellcheck: false });
  const access = {
    read() {
      const text = control.value.trim();
      if (!text) return null;
      if (plainWords.includes(text)) return text;
      try {
        return JSON.parse(text);
      } catch (error) {
        const message = `This is no JSON: ${/** @type {Error} */ (error).message}`;
        throw new FieldError(name, message, control.value);
      }
    },
    write(/** @type {any} */ value) {
      if (value === null || value === undefined) control.value = "";
      else control.value = typeof value === "string" ? value : JSON.stringify(value, null, 2);
      control.rows = Math.min(20, Math.max(rows, control.value.split("\n").length));
    },
  };
  return labelled(label, control, help, access, ...more);
}

/**
 * Return a field for pairs of texts, such as metadata.
 *
 * @param {string} label
 * @param {string} help
 * @returns {Field}
 */
export function pairsField(label, help) {
  const id = freshId("pairs");
  const rows = el("div", { class: "stack tight" });
  const wrong = el("p", { class: "field-problem" });
  const add = el("button", { type: "button", onclick: () => addPair("", "").focus() }, "Add a pair");
  const node = el(
    "fieldset",
    { class: "field", "aria-describedby": id },
    el("legend", {}, label),
    el("p", { class: "hint", id }, help),
    rows,
    el("div", { class: "actions" }, add),
    wrong,
  );
  return {
    node,
    value() {
      const pairs = [...rows.children].map((row) => {
        const [key, value] = row.querySelectorAll("input");
        return [key.value, value.value];
      });
      return Object.fromEntries(pairs.filter(([key, value]) => key || value));
    },
    set(value) {
      fill(rows);
      for (const [key, each] of Object.entries(value ?? {})) addPair(key, String(each));
    },
    focus: () => (rows.querySelector("input") ?? add).focus(),
    complain: (message) => fill(wrong, message),
  };

  /**
   * @param {string} key
   * @param {string} value
   */
  function addPair(key, value) {
    const first = el("input", { type: "text", value: key, "aria-label": "Key" });
    const drop = () => {
      row.remove();
      node.dispatchEvent(new Event("input", { bubbles: true }));
      add.focus();
    };
    const row = el(
      "div",
      { class: "pair" },
      first,
      el("input", { type: "text", value, "aria-label": "Value" }),
      el("button", { type: "button", onclick: drop }, "Remove"),
    );
    rows.append(row);
    return first;
  }
}
