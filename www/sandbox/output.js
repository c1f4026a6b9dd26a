// Output of Python on its way out: batched, capped, each piece under the run that wrote it (a task may outlive its
// run). `send(head, text or bytes)` posts one message; `sent()` tells how many went out since the run began.
export const createOutput = ({ send, sent, now, setTimer }) => {
  const BATCH = 16 * 1024;
  const PIECE = 1024 * 1024;
  const KEEP_MAX = 30 * 1024 * 1024;
  const BURST = 20; // lines that may go out at once before batching begins
  const LINE_MS = 20;
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const [decode, encode] = [decoder.decode.bind(decoder), encoder.encode.bind(encoder)];

  let run = null; // id of the open run
  let owner = null; // id of the run that writes now
  let room = 0; // bytes that this run may still write
  let allowance = 0; // bytes that may still be sent: replaced characters make text longer than its bytes
  let overflow = new Map(); // stream name -> what came after the cap
  let kept = 0;
  const pending = new Map(); // "run stream" -> what waits to be sent
  let lastKey = "";
  let credit = BURST;
  let lastFlush = 0;
  let timed = false;

  // Grows with the number of messages, so that a run of hours stays below the frame's budget, too.
  const pause = () => 50 * 2 ** Math.floor(sent() / 500);

  const append = (log, bytes) => {
    const length = log.length + bytes.length;
    if (length > log.bytes.length) {
      const grown = new Uint8Array(Math.max(length, 2 * log.bytes.length));
      grown.set(log.bytes.subarray(0, log.length));
      log.bytes = grown;
    }
    log.bytes.set(bytes, log.length);
    log.length = length;
  };

  // How many of the bytes are whole UTF-8 characters: all but one that is cut off at the end.
  const wholeLength = (bytes) => {
    for (let back = 1; back <= Math.min(3, bytes.length); back++) {
      const byte = bytes[bytes.length - back];
      if (byte < 0x80) break;
      if (byte < 0xc0) continue;
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < size ? bytes.length - back : bytes.length;
    }
    return bytes.length;
  };

  const flush = (last = false) => {
    if (!pending.size) return;
    credit = Math.max(0, credit - 1);
    lastFlush = now();
    for (const [key, log] of [...pending]) {
      const bytes = log.bytes.subarray(0, log.length);
      const whole = last ? log.length : wholeLength(bytes);
      const text = encode(decode(bytes.subarray(0, whole))).subarray(0, allowance);
      allowance -= text.length;
      if (text.length) send({ t: "stream", id: log.id, name: log.name }, text);
      pending.delete(key);
      if (whole < log.length) pending.set(key, { ...log, bytes: bytes.slice(whole), length: log.length - whole });
    }
  };

  const flushLater = () => {
    if (timed || !pending.size) return;
    timed = true;
    setTimer(() => {
      timed = false;
      flush();
    }, pause());
  };

  // A line goes out at once while there is credit; a flood waits until its batch is full or the pause is over.
  const flushSoon = (full = false) => {
    credit = Math.min(BURST, credit + (now() - lastFlush) / pause());
    if (full || credit >= 1) flush();
    else flushLater();
  };

  const keepForLater = (name, bytes) => {
    if (!overflow.has(name)) overflow.set(name, { bytes: new Uint8Array(BATCH), length: 0, seen: 0 });
    const log = overflow.get(name);
    const taken = bytes.subarray(0, KEEP_MAX - kept);
    append(log, taken);
    kept += taken.length;
    log.seen += bytes.length;
  };

  const writePiece = (name, bytes) => {
    const fits = bytes.length <= room;
    const shown = fits ? bytes : bytes.subarray(0, wholeLength(bytes.subarray(0, room)));
    room = fits ? room - bytes.length : 0;
    if (!fits && owner === run) keepForLater(name, bytes.subarray(shown.length));
    if (!shown.length) return;
    const key = owner + " " + name;
    if (key !== lastKey) flushSoon(); // keeps stdout and stderr in order as long as there is credit
    lastKey = key;
    const waiting = pending.get(key);
    const log = waiting || { id: owner, name, bytes: new Uint8Array(256), length: 0, since: now() };
    append(log, shown);
    pending.set(key, log);
    // print() writes its arguments one by one and then the newline: parts of a line wait a moment for each other.
    const settled = shown[shown.length - 1] === 10 || now() - log.since > LINE_MS || log.length >= BATCH;
    if (settled) flushSoon(log.length >= BATCH);
    else flushLater();
  };

  return {
    // Starts a run: `limit` is the number of bytes that are shown.
    begin(id, limit) {
      flush();
      [run, owner, room, allowance] = [id, id, limit, limit];
      [overflow, kept, credit] = [new Map(), 0, BURST];
    },
    write(name, bytes) {
      for (let at = 0; at < bytes.length; at += PIECE) writePiece(name, bytes.subarray(at, at + PIECE));
      return bytes.length;
    },
    writeText: (name, text) => writePiece(name, encode(text)),
    attribute(id) {
      owner = id;
    },
    flush,
    flushSoon,
    // Ends a run: sends what waits, then what came after the cap.
    end() {
      flush(true);
      for (const [name, { bytes, length, seen }] of overflow) {
        send({ t: "overflow", id: run, name, dropped: seen - length }, bytes.subarray(0, length));
      }
      [run, overflow] = [null, new Map()];
    },
  };
};
