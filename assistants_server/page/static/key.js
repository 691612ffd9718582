/** The key: asked for when the server wants one, and kept in memory alone. */

import { el } from "./dom.js";

let key = "";
/** @type {Promise<boolean> | null} */
let asking = null;

/** @returns {Record<string, string>} the headers that carry the key */
export function keyHeaders() {
  return key ? { authorization: `Bearer ${key}` } : {};
}

/**
 * Ask for the key; all who need it share one question.
 *
 * @param {string} used the headers' value with which a request was refused
 * @returns {Promise<boolean>} whether there is another one now
 */
export function askForKey(used) {
  if (used !== (keyHeaders().authorization ?? "")) return Promise.resolve(true);
  asking ??= ask(used !== "").finally(() => {
    asking = null;
  });
  return asking;
}

/**
 * @param {boolean} wasWrong
 * @returns {Promise<boolean>}
 */
function ask(wasWrong) {
  return new Promise((resolve) => {
    const field = el("input", {
      id: "key",
      type: "password",
      autocomplete: "current-password",
      required: true,
      spellcheck: false,
      "aria-describedby": "key-help",
    });
    const dialog = el(
      "dialog",
      { class: "dialog small", "aria-labelledby": "key-title" },
      el(
        "form",
        {
          method: "dialog",
          onsubmit: () => {
            key = field.value.trim();
          },
        },
        el("h2", { id: "key-title" }, "This server wants a key"),
        wasWrong && el("p", { class: "problem", role: "alert" }, "That key is wrong."),
        el("label", { for: "key" }, "Key"),
        field,
        el(
          "p",
          { id: "key-help", class: "hint" },
          "It was given to the server as ASSISTANTS_LOCAL_KEY or --key. " +
            "This page keeps it until it is closed or loaded anew.",
        ),
        el(
          "div",
          { class: "actions" },
          el("button", { class: "primary", value: "send" }, "Continue"),
          el("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "send");
    });
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  });
}
