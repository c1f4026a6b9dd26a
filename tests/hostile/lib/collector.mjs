//! Whatever gets out of a page ends here: the browser finds every host but this machine at this one's ports.

import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Where STUN servers are when nobody says. */
const STUN = 3478;

/** What a browser asks by itself, whatever its flags. */
const ITS_OWN = ["google.com", "googleapis.com", "gstatic.com", "gvt1.com"];

/** Starts it: `{ flags, tcp, udp, clear, stop }`; `flags` are for the browser. */
export async function startCollector() {
  const [tcp, udp] = [[], []];
  const server = createServer((socket) => {
    const hit = { first: "a connection" };
    tcp.push(hit);
    socket.on("error", () => {});
    socket.once("data", (data) => {
      hit.first = /^[A-Z]+ /.test(data) ? String(data).split("\r\n")[0] : `${data.length} bytes`;
      socket.end("HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 2\r\n\r\nok");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  const sockets = await Promise.all([port, STUN].map((at) => listenUdp(at, udp)));
  const left = ["127.0.0.1", "localhost", ...ITS_OWN.map((host) => `*.${host}`)];
  return {
    flags: [`--host-resolver-rules=MAP * 127.0.0.1:${port}, ${left.map((host) => `EXCLUDE ${host}`).join(", ")}`],
    tcp: () => tcp.map(({ first }) => first),
    udp: () => udp.length,
    clear: () => void ((tcp.length = 0), (udp.length = 0)),
    stop: () => {
      sockets.forEach((socket) => socket?.close());
      server.close();
    },
  };
}

function listenUdp(port, hits) {
  const socket = createSocket("udp4");
  socket.on("message", () => hits.push(port));
  return new Promise((resolve) => {
    // Another run on this machine may have the port.
    socket.once("error", () => resolve());
    socket.bind(port, "127.0.0.1", () => resolve(socket));
  });
}
