/** Questions that want an answer before anything is done. */

import { el, freshId } from "./dom.js";
import { problem } from "./notices.js";

/**
 * Ask whether something shall be deleted, and have it done.
 *
 * @param {string} question such as "Delete the file?"
 * @param {string} consequence what will be lost
 * @param {() => Promise<any>} act what deletes it; what it raises is shown
 * @returns {Promise<boolean>} whether it was deleted
 */
export function confirmDelete(question, consequence, act) {
  return new Promise((resolve) => {
    const title = freshId("question");
    const help = freshId("consequence");
    const trouble = el("div");
    const yes = el("button", { class: "danger", type: "button", onclick: go }, "Delete");
    const no = el("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
    const dialog = el(
      "dialog",
      { class: "dialog small stack", "aria-labelledby": title, "aria-describedby": help },
      el("h2", { id: title, class: "breaks" }, question),
      el("p", { id: help }, consequence),
      trouble,
      el("div", { class: "actions" }, yes, no),
    );
    let done = false;
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(done);
    });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();

    async function go() {
      yes.disabled = true;
      try {
        await act();
        done = true;
        dialog.close();
      } catch (error) {
        yes.disabled = false;
        trouble.replaceChildren(problem(error));
      }
    }
  });
}
