/** Where a message is typed: it stays until the server has it. */

import { draft, keepDraft } from "./drafts.js";
import { el, fill } from "./dom.js";
import { problem } from "./notices.js";

/**
 * @typedef {object} Composer
 * @property {HTMLFormElement} node
 * @property {(name: string) => void} nameDraft keeps what is typed by another name
 * @property {(isPossible: boolean) => void} allow
 * @property {() => void} focus
 */

/**
 * Return a form for a message.
 *
 * @param {string} name what the draft is kept by
 * @param {(text: string, accepted: () => void) => Promise<void>} send calls `accepted` as
 *   soon as the server has the message
 * @param {Node} beside what stands below the text
 * @returns {Composer}
 */
export function composer(name, send, beside) {
  const said = el("div");
  const field = el("textarea", {
    id: "message",
    rows: 2,
    placeholder: "Ask something…",
    value: draft(name),
    "aria-describedby": "message-help",
    oninput: () => {
      keepDraft(name, field.value);
      grow();
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      node.requestSubmit();
    },
  });
  const button = el("button", { class: "primary" }, "Send");
  const node = el(
    "form",
    { class: "composer", onsubmit },
    said,
    el("label", { for: "message", class: "unseen" }, "Message"),
    el("div", { class: "composer-line" }, field, button),
    el(
      "div",
      { class: "composer-foot" },
      beside,
      el("p", { id: "message-help", class: "hint" }, "Enter sends, Shift and Enter begin a new line."),
    ),
  );
  requestAnimationFrame(grow);
  let isAllowed = true;
  let isSending = false;
  return {
    node,
    nameDraft(other) {
      keepDraft(name, "");
      name = other;
      keepDraft(name, field.value);
    },
    allow(isPossible) {
      isAllowed = isPossible;
      button.disabled = !isAllowed || isSending;
    },
    focus: () => field.focus(),
  };

  function grow() {
    field.rows = Math.min(10, Math.max(2, field.value.split("\n").length));
  }

  /** @param {Event} event */
  async function onsubmit(event) {
    event.preventDefault();
    const text = field.value;
    if (!text.trim() || button.disabled) return;
    isSending = true;
    button.disabled = true;
    fill(said);
    try {
      await send(text, () => {
        // What was typed in the meantime is another message.
        field.value = field.value.startsWith(text) ? field.value.slice(text.length) : field.value;
        keepDraft(name, field.value);
        grow();
      });
    } catch (error) {
      if (/** @type {any} */ (error)?.name !== "AbortError") fill(said, problem(error));
    } finally {
      isSending = false;
      button.disabled = !isAllowed;
    }
  }
}
