/** The playground: choose an assistant, type, and see the answer as it comes. */

import { ApiError, get, part } from "../api.js";
import { attachments, messageOf } from "../attachments.js";
import { composer } from "../composer.js";
import { conversation } from "../conversation.js";
import { announce, el, fill } from "../dom.js";
import { assistantChoice } from "../assistant_choice.js";
import { empty, heading, problem } from "../notices.js";
import { note, to } from "../router.js";
import { runPanel } from "../run_panel.js";
import { doingOf, hasEnded, isOfRun, runEvents, runPath, runWatch } from "../run_updates.js";

const NEW = "new thread";

/** @param {import("../routes.js").Place} place */
export async function show({ query, signal }) {
  let thread = query.get("thread") ?? "";
  const choice = await assistantChoice(query.get("assistant") ?? "", signal, noteHere);
  const talk = el("div");
  const links = el("div", { class: "actions" });
  const said = el("div");
  const panel = runPanel({ signal, submit });
  const watch = runWatch(signal, (now) => {
    update(now);
    return settle();
  });
  const attached = attachments(signal);
  const typed = composer(thread || NEW, send, attached.node);
  /** @type {import("../conversation.js").Conversation | null} */
  let shown = null;
  /** @type {any} */
  let run = null;
  let lowest = 0;
  let isMoving = false;
  let mustMove = false;

  if (thread) await open(thread, true);
  else fill(talk, empty(choice.isEmpty ? choice.advice : "Say something to begin a thread."));
  typed.allow(!choice.isEmpty);
  void resume();
  if (!choice.isEmpty) requestAnimationFrame(typed.focus);
  return el(
    "div",
    { class: "playground" },
    heading("Playground", links),
    choice.node,
    talk,
    el("div", { class: "dock" }, panel.node, said, typed.node),
  );

  function noteHere() {
    const assistant = choice.value();
    note(to(["playground"], { ...(assistant && { assistant }), ...(thread && { thread }) }));
  }

  /**
   * @param {string} id
   * @param {boolean} isOld
   */
  async function open(id, isOld) {
    thread = id;
    shown = conversation(id, signal, { fromTheEnd: true, none: "This thread is empty." });
    fill(talk, shown.node);
    fill(
      links,
      el("a", { class: "button", href: to(["threads", id]) }, "Open the thread"),
      el("a", { class: "button", href: to(["playground"], { assistant: choice.value() }) }, "New thread"),
    );
    if (!isOld) return;
    await shown.load();
    const path = `/threads/${part(id)}/runs`;
    [run] = (await get(path, { query: { limit: 1 }, signal })).data;
    if (run && !choice.wasGiven) choice.choose(run.assistant_id);
    // Whether it waits, or why it ended; what it wrote stands there.
    if (run && run.status !== "completed") panel.set(run);
    down(true);
    stayDown(shown.node);
  }

  /**
   * Images come later than texts; follow the end that they push away, until the visitor
   * does something.
   *
   * @param {Element} node
   */
  function stayDown(node) {
    const watch = new ResizeObserver(() => down(true));
    const stop = () => watch.disconnect();
    watch.observe(node);
    signal.addEventListener("abort", stop, { once: true });
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      addEventListener(kind, stop, { once: true, signal });
    }
  }

  /** @param {any} now */
  function update(now) {
    run = now;
    panel.set(run);
    typed.allow(hasEnded(run));
  }

  /** Go on with a run that waits, that somebody else started, or that was left. */
  async function resume() {
    if (!run || hasEnded(run)) return;
    typed.allow(false);
    try {
      await watch.follow(run);
    } catch (error) {
      if (!signal.aborted) fill(said, problem(error, () => void resume()));
    }
  }

  /**
   * @param {string} text
   * @param {() => void} accepted
   */
  async function send(text, accepted) {
    const message = messageOf(text, await attached.files(), choice.assistant());
    const path = thread ? `/threads/${part(thread)}/runs` : "/threads/runs";
    const messages = thread ? { additional_messages: [message] } : { thread: { messages: [message] } };
    await follow(path, { assistant_id: choice.value(), ...messages }, () => {
      accepted();
      attached.clear();
    });
  }

  /**
   * @param {any} waiting
   * @param {any[]} outputs
   */
  async function submit(waiting, outputs) {
    const path = `${runPath(waiting)}/submit_tool_outputs`;
    watch.halt();
    await follow(path, { tool_outputs: outputs }, () => {}, waiting);
  }

  /**
   * @param {string} path
   * @param {any} body
   * @param {() => void} accepted
   * @param {any} [known]
   */
  async function follow(path, body, accepted, known) {
    let hasBegun = false;
    try {
      for await (const { event, data, isSeen } of runEvents(path, body, signal, known)) {
        if (event === "error") throw new ApiError(data.message ?? "The stream failed.");
        if (!hasBegun) {
          hasBegun = true;
          await begin(data.thread_id ?? data.id);
          accepted();
        }
        show(event, data);
        if (isSeen) await settle();
      }
      await settle();
    } finally {
      // It may wait for outputs; or what went wrong was not the run.
      if (!signal.aborted) void resume();
    }
  }

  /** @param {string} id */
  async function begin(id) {
    if (!thread) {
      typed.nameDraft(id);
      await open(id, false);
      noteHere();
    }
    await shown?.readNew();
    down(true);
  }

  /**
   * @param {string} event
   * @param {any} data
   */
  function show(event, data) {
    if (event === "thread.message.delta") shown?.add(data);
    else if (event.startsWith("thread.message.")) {
      shown?.put(data);
      if (data.status === "completed") announce("The answer is complete.");
    } else if (isOfRun(event)) {
      update(data);
      if (run.status === "requires_action") announce("The run waits for outputs.");
      if (run.status === "failed") announce("The run failed.");
    } else if (event.startsWith("thread.run.step.")) {
      const doing = doingOf(data);
      if (doing) panel.say(doing);
    }
    down();
  }

  /** Show what the run has become, whether its events came or not. */
  async function settle() {
    if (!run) return;
    const path = `/threads/${part(run.thread_id)}/messages`;
    const page = await get(path, { query: { run_id: run.id, order: "asc", limit: 100 }, signal });
    page.data.forEach((/** @type {any} */ each) => shown?.put(each));
    down();
  }

  /**
   * Keep what is new in sight, of who looks at the end: once per picture.
   *
   * @param {boolean} [isWanted] whether wherever they look
   */
  function down(isWanted = false) {
    mustMove ||= isWanted;
    if (isMoving) return;
    isMoving = true;
    requestAnimationFrame(() => {
      if (mustMove || innerHeight + scrollY > lowest - 200) {
        scrollTo(0, document.body.scrollHeight);
        lowest = document.body.scrollHeight;
      }
      isMoving = mustMove = false;
    });
  }
}
