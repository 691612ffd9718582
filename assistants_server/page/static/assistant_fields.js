/** The fields of an assistant: all that it may be told. */

import { get } from "./api.js";
import { el, fill } from "./dom.js";
import { choiceField, FieldError, jsonField, numberField, pairsField, textField } from "./fields.js";

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const TEMPLATES = {
  "File search": { type: "file_search" },
  "Code interpreter": { type: "code_interpreter" },
  Function: {
    type: "function",
    function: {
      name: "my_function",
      description: "What it does.",
      parameters: { type: "object", properties: {}, required: [] },
    },
  },
};

/**
 * Return the fields of an assistant by the names of the API, in the order of the form.
 *
 * @param {AbortSignal} signal
 * @returns {Record<string, import("./fields.js").Field>}
 */
export function assistantFields(signal) {
  return {
    name: textField("Name"),
    model: textField("Model", { required: true, list: models(signal) }),
    description: textField("Description", { rows: 2 }),
    instructions: textField("Instructions", { rows: 6, help: "What the model is told before each run." }),
    tools: toolsField(),
    tool_resources: jsonField("tool_resources", "Tool resources, as JSON", {
      rows: 3,
      help: 'Such as {"file_search": {"vector_store_ids": ["vs_…"]}}.',
    }),
    response_format: jsonField("response_format", "Response format", {
      rows: 1,
      plainWords: ["auto"],
      help: 'auto, or JSON such as {"type": "json_object"}.',
    }),
    temperature: numberField("Temperature", { min: 0, max: 2, step: 0.01, help: "0 to 2; 1 if empty." }),
    top_p: numberField("Top p", { min: 0, max: 1, step: 0.01, help: "0 to 1; 1 if empty." }),
    reasoning_effort: choiceField("Reasoning effort", EFFORTS, "For models that reason."),
    metadata: pairsField("Metadata", "Up to 16 pairs of your own."),
  };
}

/** @param {AbortSignal} signal */
function models(signal) {
  const list = el("datalist");
  get("/models", { signal }).then(
    (page) => fill(list, page.data.map((/** @type {any} */ each) => el("option", { value: each.id }))),
    // Any name may be typed.
    () => {},
  );
  return list;
}

function toolsField() {
  const buttons = Object.entries(TEMPLATES).map(([name, tool]) =>
    el("button", { type: "button", onclick: () => add(tool) }, `Add: ${name}`),
  );
  const field = jsonField(
    "tools",
    "Tools, as JSON",
    { rows: 4, help: "A list; a button adds to it." },
    el("div", { class: "actions" }, ...buttons),
  );
  return field;

  /** @param {any} tool */
  function add(tool) {
    try {
      const tools = field.value() ?? [];
      if (!Array.isArray(tools)) throw new FieldError("tools", "A list is expected: [ … ]");
      field.set([...tools, tool]);
      field.complain("");
      field.node.dispatchEvent(new Event("input", { bubbles: true }));
    } catch (error) {
      field.complain(/** @type {Error} */ (error).message);
      field.focus();
    }
  }
}
