//! The real server and the scripted model without any page: when one of these fails, the fault is not in the pages.

import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";
import { contains, eventually, ok, same, within } from "../lib/expect.mjs";
import { MODEL } from "../lib/model.mjs";
import { STREAM } from "../lib/scripts.mjs";

export const cases = {
  async "a reply streams to a bare client"(kit) {
    const client = await connect(kit);
    (await kit.model()).release();
    const { events, chat } = await client.turn("stream");
    same(events.filter(({ type }) => type === "response:completion").map(({ data }) => data.delta ?? "").join(""), STREAM.join(""), "the deltas");
    same(chat.title, "A scripted chat", "the title");
    client.close();
  },

  async "execute:python is asked of the client, and its answer reaches the model"(kit) {
    const client = await connect(kit);
    client.answer = ({ code }) => {
      contains(code, ["plt.show()", "after the figure"], "the code");
      return { stdout: "before\n![figure](/api/v1/files/0/content)\nafter\n", stderr: null, result: null };
    };
    const { chat } = await client.turn("plot a sine");
    contains((await (await kit.model()).toolOutput("plot")).stdout, "/api/v1/files/0/content", "the tool's output");
    contains(Object.values(chat.history.messages).at(-1).content, "![figure](/api/v1/files/0/content)", "the stored reply");
    client.close();
  },

  async "a connection cut while code runs fails the call at once"(kit) {
    const proxy = await kit.proxy();
    const client = await connect(kit, proxy.origin);
    client.answer = () => (proxy.cut(), null);
    await client.send("slow work");
    same((await (await kit.model()).toolOutput("slow")).stderr, "Client session disconnected.", "what the model is told");
    proxy.heal();
    await eventually(() => client.socket.connected, "the client connects again");
    client.close();
  },
};

/** A client as PROTOCOL.md's Appendix A describes it, with nothing more than these cases need. */
async function connect(kit, origin) {
  const server = await kit.server();
  const socket = io(origin ?? server.origin, {
    path: "/ws/socket.io",
    transports: ["websocket"],
    auth: { token: server.token },
    reconnectionDelay: 100,
    forceNew: true,
  });
  const client = { socket, answer: () => null, close: () => socket.close() };
  const events = [];
  socket.on("events", (envelope, ack) => {
    events.push({ message: envelope.message_id, ...envelope.data });
    if (envelope.data.type === "execute:python") ack(client.answer(envelope.data.data));
  });
  await within(new Promise((resolve) => socket.once("connect", resolve)), "the socket connects");
  same((await socket.emitWithAck("user-join", { auth: { token: server.token } })).id, server.user.id, "user-join");

  client.send = async (content) => {
    const id = randomUUID();
    const user_message = { id: randomUUID(), parentId: null, childrenIds: [id], role: "user", content, models: [MODEL], timestamp: Math.floor(Date.now() / 1000) };
    const body = {
      model: MODEL,
      stream: true,
      session_id: socket.id,
      parent_id: null,
      id,
      user_message,
      messages: [],
      features: { code_interpreter: true },
      background_tasks: { title_generation: true },
    };
    const sent = await server.api("/api/chat/completions", { body });
    ok(sent.status, "the server takes the message");
    return { id, ...sent };
  };
  client.turn = async (content) => {
    const { id, chat_id } = await client.send(content);
    const own = () => events.filter(({ message }) => message === id);
    await eventually(() => own().some(({ type, data }) => type === "chat:active" && !data.active), "the turn ends");
    const { chat, title } = await server.api(`/api/v1/chats/${chat_id}`);
    return { events: own(), chat: { ...chat, title } };
  };
  return client;
}
