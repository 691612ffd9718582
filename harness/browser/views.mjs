// The views of the page, each with an address and a text that is there when all of it is.

import { ids } from "./surroundings.mjs";

const runs = (name) => `#/threads/${ids[`${name}_thread`]}/runs/${ids[name]}`;

export const VIEWS = {
  playground: ["#/playground", "Say something to begin a thread."],
  "a talk": [`#/playground?thread=${ids.thread}`, "I can't help with"],
  "a waiting run": [`#/playground?thread=${ids.waiting_thread}`, "The run waits for outputs"],
  threads: ["#/threads", "New thread"],
  "a thread": [`#/threads/${ids.thread}`, "I can't help with"],
  runs: [`#/threads/${ids.thread}/runs`, "completed"],
  "a run": [`#/threads/${ids.thread}/runs/${ids.run}`, "In the conversation"],
  "a failed run": [runs("failed"), "In the conversation"],
  "an incomplete run": [runs("incomplete"), "In the conversation"],
  assistants: ["#/assistants", "Pilot"],
  "an assistant": [`#/assistants/${ids.clerk}`, "Clerk"],
  "a new assistant": ["#/assistants/new", "Create"],
  files: ["#/files", "curve.png"],
  "a file": [`#/files/${ids.tides}`, "Two boats lay dry"],
  "a picture": [`#/files/${ids.picture}`, "vision"],
  "vector stores": ["#/vector_stores", "Harbour books"],
  "a vector store": [`#/vector_stores/${ids.store}`, "noise.bin"],
  nowhere: ["#/nowhere", "There is no such page"],
};
