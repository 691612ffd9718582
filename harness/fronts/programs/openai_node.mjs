// The client of `openai` for Node.js: polled and streamed.
//
// Started as `node openai_node.mjs URL FOLDER`, where FOLDER is that of the package.

import { createRequire } from "node:module";

const [url, folder] = process.argv.slice(2);
const load = createRequire(`${folder}/`);
const { AzureOpenAI, OpenAI } = load("./index.js");
const major = Number(load("./package.json").version.split(".")[0]);
const plain = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0 });
const { threads } = plain.beta;

const answer = "So 6 * 7 = 42, 42 + 1 = 43, 43 * 2 = 86, 43 + 2 = 45.";
const tools = {
  times: ({ a, b }) => `${a} * ${b} = ${a * b}`,
  plus: ({ a, b }) => `${a} + ${b} = ${a + b}`,
};
const definitions = Object.keys(tools).map((name) => ({
  type: "function",
  function: {
    name,
    parameters: {
      type: "object",
      properties: { a: { type: "integer" }, b: { type: "integer" } },
    },
  },
}));

async function begin({ assistants, threads } = plain.beta) {
  const assistant = await assistants.create({ model: "gpt-4o", tools: definitions });
  const messages = [{ role: "user", content: "Use both tools." }];
  const thread = await threads.create({ messages });
  return [thread.id, { assistant_id: assistant.id }];
}

function outputsOf(run) {
  return run.required_action.submit_tool_outputs.tool_calls.map((call) => ({
    tool_call_id: call.id,
    output: tools[call.function.name](JSON.parse(call.function.arguments)),
  }));
}

// Up to version 4 the thread is named first, and not in an object.
function submit(how, run, { runs } = threads, ...rest) {
  const tool_outputs = outputsOf(run);
  return major < 5
    ? runs[how](run.thread_id, run.id, { tool_outputs }, ...rest)
    : runs[how](run.id, { thread_id: run.thread_id, tool_outputs }, ...rest);
}

function expect(found, wanted = answer) {
  if (found !== wanted) {
    throw new Error(`expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
  }
}

async function polled(client = plain) {
  const { threads } = client.beta;
  const often = { pollIntervalMs: 5 };
  let run = await threads.runs.createAndPoll(...(await begin(client.beta)), often);
  while (run.status === "requires_action") {
    run = await submit("submitToolOutputsAndPoll", run, threads, often);
  }
  expect(run.status, "completed");
  const [message] = (await threads.messages.list(run.thread_id)).data;
  expect(message.content[0].text.value);
}

// The client for Azure OpenAI, whose paths are others.
async function azurePolled() {
  const endpoint = url.replace(/\/v1$/, "");
  const apiVersion = "2024-05-01-preview";
  await polled(new AzureOpenAI({ endpoint, apiKey: "none", apiVersion, maxRetries: 0 }));
}

async function streamed() {
  let stream = threads.runs.stream(...(await begin()));
  for (;;) {
    let text = "";
    stream.on("textDelta", (delta) => (text += delta.value));
    const run = await stream.finalRun();
    if (run.status !== "requires_action") {
      expect(run.status, "completed");
      expect(text);
      const [message] = await stream.finalMessages();
      expect(message.content[0].text.value);
      return;
    }
    stream = submit("submitToolOutputsStream", run);
  }
}

async function rawEvents() {
  const [thread, body] = await begin();
  let events = await threads.runs.create(thread, { ...body, stream: true });
  let text = "";
  while (events) {
    let waiting = null;
    for await (const event of events) {
      if (event.event === "thread.message.delta") {
        text += event.data.delta.content[0].text.value;
      } else if (event.event === "thread.run.requires_action") {
        waiting = event.data;
      }
    }
    events = waiting && (await submit("submitToolOutputsStream", waiting));
  }
  expect(text);
}

const cases = { polled, azure_polled: azurePolled, streamed, raw_events: rawEvents };
for (const [name, act] of Object.entries(cases)) {
  let problem = null;
  try {
    await act();
  } catch (error) {
    problem = `${error.name}: ${error.message}`.slice(0, 300);
  }
  // As Python writes it, by whose start a line is recognised.
  console.log(`{"case": ${JSON.stringify(name)}, "problem": ${JSON.stringify(problem)}}`);
}
