/** Nodes made of texts: nothing here can make markup of what somebody wrote. */

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Make an element.
 *
 * Properties that begin with `on` are listeners; `class`, `aria-*`, `data-*` and others
 * with a hyphen are attributes; the rest are set as properties. Those that are undefined
 * or null are left out.
 *
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name.includes("-") || name === "role") node.setAttribute(name, String(value));
    else if (name === "for") node.setAttribute("for", value);
    else /** @type {any} */ (node)[name] = value;
  }
  node.append(...nodes(children));
  return node;
}

/**
 * Put other children into a node.
 *
 * @param {Element} node
 * @param {...(Child | Child[])} children
 */
export function fill(node, ...children) {
  node.replaceChildren(...nodes(children));
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
function nodes(children) {
  return children
    .flat()
    .filter((each) => each !== null && each !== undefined && each !== false)
    .map((each) => (each instanceof Node ? each : String(each)));
}

/**
 * Return a link to an address that somebody else wrote; its text where it is no web page.
 *
 * @param {string} address
 * @returns {HTMLElement}
 */
export function safeLink(address) {
  if (!/^https?:\/\//i.test(address)) return el("span", { class: "breaks" }, address);
  return el(
    "a",
    { href: address, rel: "noopener noreferrer nofollow", target: "_blank", class: "breaks" },
    address,
  );
}

let counter = 0;

/**
 * Return an id that no element has yet.
 *
 * @param {string} name
 */
export function freshId(name) {
  counter += 1;
  return `${name}-${counter}`;
}

/**
 * Say something to those who can't see it change.
 *
 * @param {string} text
 */
export function announce(text) {
  const region = document.getElementById("announcements");
  if (region) region.textContent = text;
}
