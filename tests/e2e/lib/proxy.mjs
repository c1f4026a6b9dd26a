//! A TCP proxy in front of a server, which can cut every connection and refuse new ones for a while.

import { connect, createServer } from "node:net";

/** Starts a proxy to `target` (an origin) on a free port: `{ origin, cut, heal, stop }`. */
export async function startProxy(target) {
  const { hostname, port } = new URL(target);
  const open = new Set();
  let refusing = false;
  const server = createServer((client) => {
    if (refusing) return client.destroy();
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [[client, upstream], [upstream, client]]) {
      open.add(socket);
      socket.setNoDelay(true);
      // A cut connection is an error to one side or both; the other side has to go with it.
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    refusing = true;
    open.forEach((socket) => socket.resetAndDestroy());
  };
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    /** Drops all connections and refuses new ones until `heal`. */
    cut,
    heal: () => (refusing = false),
    stop: () => {
      cut();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
