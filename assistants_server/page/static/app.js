/** The page of the server: where it starts. */

import { el, fill } from "./dom.js";
import { start, to } from "./router.js";
import { routes } from "./routes.js";

const navigation = /** @type {HTMLElement} */ (document.getElementById("navigation"));
const links = Object.entries(routes)
  .filter(([, { label }]) => label)
  .map(([name, { label }]) => el("li", {}, el("a", { href: to([name]) }, label)));
fill(navigation, el("ul", {}, ...links));

// The address names the view, so that this link may not change it.
document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main")?.focus();
});
start();
// Read now, so that they are there when the server isn't.
for (const { load } of Object.values(routes)) load().catch(() => {});
