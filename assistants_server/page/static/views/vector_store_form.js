/** The form of a vector store: its name, and when it expires. */

import { part, post } from "../api.js";
import { el, fill, freshId } from "../dom.js";
import { problem } from "../notices.js";

/**
 * Ask what a vector store shall be, and make it or change it.
 *
 * @param {any} store what is changed; null for a new one
 * @returns {Promise<any>} the vector store; null if the visitor wants none after all
 */
export function editStore(store) {
  const id = freshId("store");
  const name = el("input", { id: `${id}-name`, type: "text", value: store?.name ?? "" });
  const days = el("input", {
    id: `${id}-days`,
    type: "number",
    min: 1,
    max: 365,
    value: store?.expires_after?.days ?? "",
    "aria-describedby": `${id}-help`,
  });
  const trouble = el("div");
  const send = el("button", { class: "primary" }, store ? "Save" : "Create");
  return new Promise((resolve) => {
    let result = /** @type {any} */ (null);
    const dialog = el(
      "dialog",
      { class: "dialog small", "aria-labelledby": `${id}-title` },
      el(
        "form",
        { onsubmit: submitted },
        el("h2", { id: `${id}-title` }, store ? "Edit the vector store" : "New vector store"),
        el("label", { for: `${id}-name` }, "Name"),
        name,
        el("label", { for: `${id}-days` }, "Expires after days"),
        days,
        el(
          "p",
          { id: `${id}-help`, class: "hint" },
          "It expires when nobody has used it for so many days. Leave it empty to keep it.",
        ),
        trouble,
        el(
          "div",
          { class: "actions" },
          send,
          el("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    name.focus();

    /** @param {SubmitEvent} event */
    async function submitted(event) {
      event.preventDefault();
      send.disabled = true;
      fill(trouble);
      try {
        result = await post(store ? `/vector_stores/${part(store.id)}` : "/vector_stores", body());
        dialog.close();
      } catch (error) {
        fill(trouble, problem(error));
      } finally {
        send.disabled = false;
      }
    }
  });

  function body() {
    const expiry = days.value ? { anchor: "last_active_at", days: Number(days.value) } : null;
    if (store) return { name: name.value, expires_after: expiry };
    return {
      ...(name.value ? { name: name.value } : {}),
      ...(expiry ? { expires_after: expiry } : {}),
    };
  }
}
