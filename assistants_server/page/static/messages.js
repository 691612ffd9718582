/** A message of a thread: its parts, what is attached, and how it ended. */

import { annotatedText, plainText } from "./text.js";
import { el, fill, safeLink } from "./dom.js";
import { fileName, imageFile, saveFile } from "./contents.js";
import { moment } from "./format.js";
import { openPassage } from "./passages.js";
import { badge, wordsFor } from "./notices.js";
import { to } from "./router.js";

/**
 * @typedef {object} MessageView
 * @property {HTMLElement} node
 * @property {(message: any) => void} set shows it as it is now
 * @property {(delta: any) => void} add shows what is new in it
 */

/**
 * Return a message, to be shown and changed.
 *
 * @param {any} message
 * @param {AbortSignal} signal
 * @returns {MessageView}
 */
export function messageView(message, signal) {
  const node = el("article", { class: `message ${message.role === "user" ? "user" : ""}` });
  const parts = el("div", { class: "parts" });
  const head = el("div", { class: "message-head" });
  const foot = el("div", { class: "message-foot" });
  node.append(head, parts, foot);
  let asShown = "";
  const view = { node, set, add };
  set(message);
  return view;

  /** @param {any} now */
  function set(now) {
    const text = JSON.stringify(now);
    if (text === asShown) return;
    // While a message is written its object says nothing of what its events told.
    if (now.status === "in_progress" && now.content.length < message.content.length) return;
    asShown = text;
    message = structuredClone(now);
    const going = now.status === "in_progress";
    node.setAttribute("aria-busy", String(going));
    node.setAttribute("aria-label", `${roleOf(now)}, ${moment(now.created_at)}`);
    node.classList.toggle("going", going);
    fill(head, ...headOf(now));
    fill(parts, ...now.content.map(shownPart));
    fill(foot, ...footOf(now, signal));
  }

  /** @param {any} delta */
  function add(delta) {
    asShown = "";
    for (const each of delta.delta?.content ?? []) {
      const known = message.content[each.index];
      const text = each.text?.value ?? "";
      if (known?.type === "text" && each.type === "text" && !each.text?.annotations?.length) {
        known.text.value += text;
        const shown = parts.children[each.index];
        // As long as nothing but text is in it, the node grows; it isn't made anew.
        if (shown?.childNodes.length === 1 && shown.firstChild instanceof Text) {
          shown.firstChild.appendData(text);
          continue;
        }
      } else if (known) merge(known, each);
      else message.content[each.index] = fresh(each);
      const made = shownPart(message.content[each.index]);
      if (parts.children[each.index]) parts.children[each.index].replaceWith(made);
      else parts.append(made);
    }
  }

  /** @param {any} part */
  function shownPart(part) {
    return partOf(part, message, signal);
  }
}

/**
 * Return the parts of a message alone.
 *
 * @param {any} message
 * @param {AbortSignal} signal
 */
export function messageParts(message, signal) {
  const parts = message.content.map((/** @type {any} */ each) => partOf(each, message, signal));
  return el("div", { class: "parts" }, parts);
}

/** @param {any} part */
function fresh({ index, ...part }) {
  void index;
  if (part.type === "text") part.text = { value: "", annotations: [], ...part.text };
  return part;
}

/**
 * @param {any} known
 * @param {any} piece
 */
function merge(known, piece) {
  if (known.type === "text") {
    known.text.value += piece.text?.value ?? "";
    for (const { index, ...each } of piece.text?.annotations ?? []) {
      known.text.annotations[index] = each;
    }
  } else if (known.type === "refusal") known.refusal += piece.refusal ?? "";
  else Object.assign(known, piece);
}

/**
 * @param {any} part
 * @param {any} message
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
function partOf(part, message, signal) {
  switch (part?.type) {
    case "text":
      return annotatedText(part.text.value, part.text.annotations ?? [], (each, number) =>
        markOf(each, number, message, signal),
      );
    case "refusal":
      return el(
        "div",
        { class: "refusal" },
        el("strong", {}, "Refused"),
        plainText(part.refusal ?? ""),
      );
    case "image_file":
      return imageFile(part.image_file.file_id, signal);
    case "image_url":
      return imageAt(part.image_url.url);
    default:
      return el("pre", {}, JSON.stringify(part, null, 2));
  }
}

/**
 * Return an image that stands elsewhere: shown if it comes with its address, or a link.
 *
 * @param {string} address
 */
function imageAt(address) {
  if (/^data:image\//i.test(address)) {
    return el("figure", { class: "image" }, el("img", { alt: "Image", src: address }));
  }
  return el("p", {}, "Image at ", safeLink(address));
}

/**
 * @param {any} annotation
 * @param {number} number
 * @param {any} message
 * @param {AbortSignal} signal
 */
function markOf(annotation, number, message, signal) {
  if (annotation.file_path) {
    const id = annotation.file_path.file_id;
    const name = annotation.text || id;
    const save = async () => {
      try {
        await saveFile(id, name, signal);
      } catch (error) {
        button.replaceWith(`${name} (${wordsFor(error)})`);
      }
    };
    const button = el("button", { type: "button", class: "inline", onclick: save }, name);
    return button;
  }
  const source = /†([^】]*)/.exec(annotation.text ?? "")?.[1] ?? "";
  return el(
    "button",
    {
      type: "button",
      class: "cite",
      title: source || undefined,
      "aria-label": `Source ${number}${source ? `: ${source}` : ""}`,
      onclick: () => openPassage({ annotation, number, message, signal }),
    },
    number,
  );
}

/** @param {any} message */
function headOf(message) {
  const { thread_id: thread, run_id: run } = message;
  return [
    el("strong", {}, roleOf(message)),
    el("span", { class: "meta" }, moment(message.created_at)),
    message.status && message.status !== "completed" && badge(message.status),
    run && el("a", { class: "meta", href: to(["threads", thread, "runs", run]) }, "Run"),
  ];
}

/** @param {any} message */
function roleOf(message) {
  return message.role === "user" ? "User" : "Assistant";
}

/**
 * @param {any} message
 * @param {AbortSignal} signal
 */
function footOf(message, signal) {
  void signal;
  const reason = message.incomplete_details?.reason;
  const metadata = Object.entries(message.metadata ?? {});
  return [
    reason && el("p", { class: "hint" }, `It is incomplete: ${reason.replaceAll("_", " ")}.`),
    message.attachments?.length > 0 &&
      el("ul", { class: "chips", "aria-label": "Attachments" }, message.attachments.map(chip)),
    metadata.length > 0 && pairs(metadata),
  ];
}

/** @param {any} attachment */
function chip({ file_id: id, tools }) {
  const uses = (tools ?? []).map((/** @type {any} */ each) => each.type.replaceAll("_", " "));
  const link = el("a", { href: to(["files", id]) }, id);
  void fileName(id).then((name) => fill(link, name));
  return el("li", { class: "chip" }, link, uses.length > 0 && ` · ${uses.join(", ")}`);
}

/**
 * Return pairs of metadata as a list.
 *
 * @param {[string, any][]} metadata
 */
export function pairs(metadata) {
  return el(
    "dl",
    { class: "pairs" },
    metadata.map(([key, value]) => el("div", {}, el("dt", {}, key), el("dd", {}, String(value)))),
  );
}
