//! A scripted language model behind the OpenAI-compatible API, paced by the tests and with a record of what it got.

import { createServer } from "node:http";
import { eventually } from "./expect.mjs";
import { answer, STREAM, STREAM_FREE, text } from "./scripts.mjs";

/** The model's id, which is also its name in the pages. */
export const MODEL = "scripted";

/** Starts the model on a free port of 127.0.0.1. */
export async function startModel() {
  const model = new Model();
  const server = createServer((request, response) =>
    model.serve(request, response).catch((error) => response.destroy(error)),
  );
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  model.origin = `http://127.0.0.1:${server.address().port}`;
  model.stop = () => {
    model.reset();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return model;
}

class Model {
  /** Every chat request since the last `reset`, in order: `{ prompt, messages, tools, outputs, abandoned }`. */
  turns = [];
  #gates = new Map();

  /** Forgets what it got, and holds the rest of the next "stream" and every other gate back again. */
  reset() {
    for (const { open } of this.#gates.values()) open();
    this.#gates = new Map();
    this.turns = [];
  }

  /** Lets the held part of "stream" out, or what waits for the gate of another `name` (see plugins/events.py). */
  release(name = "stream") {
    this.#gate(name).open();
  }

  #gate(name) {
    if (!this.#gates.has(name)) this.#gates.set(name, gate());
    return this.#gates.get(name);
  }

  /** What the server told the model about the run of its code or tool: the output, once it is there. */
  async toolOutput(prompt) {
    const turn = await eventually(
      () => this.turns.find((one) => one.prompt.includes(prompt) && one.outputs.length),
      `the model gets the output of the code for “${prompt}”`,
      120_000,
    );
    const output = turn.outputs.at(-1);
    return JSON.parse(output);
  }

  /** Answers one HTTP request. */
  async serve(request, response) {
    if (request.method === "GET" && request.url.endsWith("/models")) {
      return send(response, { object: "list", data: [{ id: MODEL, object: "model", owned_by: "tests" }] });
    }
    const held = request.url.match(/\/gates\/(\w+)$/)?.[1];
    if (held) {
      await this.#gate(held).opened;
      return send(response, { released: held });
    }
    if (request.method !== "POST" || !request.url.endsWith("/chat/completions")) {
      response.writeHead(404).end();
      return;
    }
    const body = JSON.parse(await read(request));
    const reply = answer(body);
    if (reply.kind === "task") return send(response, { ...envelope(), choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: reply.text } }] });
    const turn = this.#record(body);
    response.on("close", () => (turn.abandoned = !response.writableFinished));
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    for await (const [delta, finish] of this.#deltas(reply)) {
      if (response.destroyed) return;
      const chunk = { ...envelope(), object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish ?? null }] };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    }
    response.end("data: [DONE]\n\n");
  }

  #record({ messages, tools }) {
    const turn = {
      prompt: text(messages.findLast((message) => message.role === "user")),
      messages,
      tools: (tools ?? []).map((tool) => tool.function?.name),
      // Only the outputs of this turn: those after the last user message.
      outputs: messages.slice(messages.findLastIndex((message) => message.role === "user")).filter((message) => message.role === "tool").map(text),
      abandoned: false,
    };
    this.turns.push(turn);
    return turn;
  }

  async *#deltas(reply) {
    yield [{ role: "assistant", content: "" }];
    if (reply.kind === "call") {
      const call = { index: 0, id: `call_${this.turns.length}_${Date.now()}`, type: "function" };
      yield [{ tool_calls: [{ ...call, function: { name: reply.name, arguments: "" } }] }];
      yield [{ tool_calls: [{ index: 0, function: { arguments: reply.arguments } }] }];
      yield [{}, "tool_calls"];
      return;
    }
    const pieces = reply.kind === "stream" ? STREAM : reply.text.match(/[^]{1,40}/g) ?? [];
    const held = this.#gate("stream");
    for (const [i, content] of pieces.entries()) {
      if (reply.kind === "stream" && i === STREAM_FREE) await held.opened;
      yield [{ content }];
    }
    yield [{}, "stop"];
  }
}

/** A promise that a test keeps. */
function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}

const envelope = () => ({ id: "chatcmpl-scripted", object: "chat.completion", created: 0, model: MODEL });

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function send(response, value) {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}
