/** The files: all of them, page by page, and what uploads further ones. */

import { el } from "../dom.js";
import { moment, size } from "../format.js";
import { pagedList } from "../lists.js";
import { badge, heading } from "../notices.js";
import { to } from "../router.js";
import { uploader } from "../uploads.js";
import { showFile } from "./file.js";

/** @param {import("../routes.js").Place} place */
export async function show(place) {
  const { path, signal } = place;
  if (path.length) return showFile(place);
  const list = await pagedList({
    path: "/files",
    query: { order: "desc" },
    label: "Files",
    none: "There are no files yet.",
    signal,
    row,
  });
  const upload = uploader({ label: "Upload files", then: (file) => list.add(file) });
  return el("div", { class: "stack" }, heading("Files"), upload, list);
}

/** @param {any} file */
function row(file) {
  return el(
    "a",
    { class: "card", href: to(["files", file.id]) },
    el("bdi", { class: "name" }, file.filename),
    el(
      "span",
      { class: "meta" },
      `${size(file.bytes)} · ${file.purpose} · ${moment(file.created_at)} `,
      file.status !== "processed" && badge(file.status),
    ),
  );
}
