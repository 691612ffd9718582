/**
 * The views, each with the name that stands in addresses. Those with a label are in the
 * navigation, in this order.
 *
 * @typedef {object} Place
 * @property {string[]} path what follows the view's name, part by part
 * @property {URLSearchParams} query
 * @property {AbortSignal} signal aborted when the visitor leaves
 * @property {(text: string) => void} title names the page
 *
 * @typedef {{show: (place: Place) => Node | Promise<Node>}} View
 * @typedef {{label?: string, load: () => Promise<View>}} Route
 */

/** @type {Record<string, Route>} */
export const routes = {
  playground: { label: "Playground", load: () => import("./views/playground.js") },
  threads: { label: "Threads", load: () => import("./views/threads.js") },
  assistants: { label: "Assistants", load: () => import("./views/assistants.js") },
  files: { label: "Files", load: () => import("./views/files.js") },
  vector_stores: { label: "Vector stores", load: () => import("./views/vector_stores.js") },
};

export const START = "playground";
