// The files that code works with. What a run has changed is handed to the page while it goes on and when it ends, and comes
// back into a fresh interpreter: the sandbox itself keeps nothing.

const ROOTS = ["/mnt/uploads", "/home/pyodide"];
const [FILE_MAX, TOTAL_MAX, COUNT_MAX, DEPTH_MAX] = [30e6, 64e6, 500, 10];
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

const [PACE, RATE, LOOKS] = [1000, 3000, 500]; // while code runs: ms from one look to the next, bytes a ms, files a run
const SETTLED = 50; // ms that a file is left alone before a look in the middle of a run takes it
const clock = Date.now.bind(Date);

// `send(head, bytes)` posts one message, `say(sentence)` tells the person.
export const createFiles = ({ FS, send, say, now, setTimer }) => {
  let [isRunning, isTicking, next, left] = [false, false, 0, 0]; // when to look again, and how many files may be told then
  const known = new Map(); // path -> size and time, as the page has it
  const warned = new Set();
  const lost = []; // sentences for the end of the first run
  let seen = 0; // the number of the last change of the page that is done here
  const markOf = ({ size, mtime }) => `${size} ${mtime.getTime()}`;

  // The regular files below a folder: [path, stat]. Links are left out.
  const walk = function* (folder, depth = 0) {
    for (const name of FS.readdir(folder)) {
      if (name === "." || name === "..") continue;
      const path = `${folder}/${name}`;
      const stat = FS.lstat(path);
      if (FS.isFile(stat.mode)) yield [path, stat];
      else if (FS.isDir(stat.mode) && depth < DEPTH_MAX) yield* walk(path, depth + 1);
    }
  };

  const isFile = (path) => {
    const { exists, object } = FS.analyzePath(path);
    return exists && FS.isFile(object.mode);
  };

  // Once for each reason: there may be thousands.
  const warn = (path, why) => {
    if (warned.has(why)) return;
    warned.add(why);
    say(`${path} is gone when the kernel is: ${why}, and this may not be the only one`);
  };

  const write = async (path, data) => {
    FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    FS.writeFile(path, new Uint8Array(await data.arrayBuffer()), { canOwn: true });
  };

  // Tells the page what has changed since, up to `most` files; gives how many and their bytes.
  const tell = (isEnd, most = Infinity) => {
    let [count, bytes] = [0, 0];
    lost.splice(0).forEach(say);
    const there = new Set();
    let total = 0;
    const all = ROOTS.filter((folder) => FS.analyzePath(folder).exists).flatMap((root) => [...walk(root)]);
    // What the page has comes first: new files must not push it out.
    for (const isKnown of [true, false]) {
      for (const [path, stat] of all.filter(([name]) => known.has(name) === isKnown)) {
        if (stat.size > FILE_MAX) warn(path, `only files of up to ${megabytes(FILE_MAX)} are kept`);
        else if (total + stat.size > TOTAL_MAX) warn(path, `${megabytes(TOTAL_MAX)} of files are kept`);
        else if (there.size >= COUNT_MAX) warn(path, `${COUNT_MAX} files are kept`);
        else {
          there.add(path);
          total += stat.size;
        }
        if (!there.has(path) || known.get(path) === markOf(stat)) continue;
        // Two writes within a millisecond look the same.
        if (count >= most || (!isEnd && clock() - stat.mtime.getTime() < SETTLED)) continue;
        send({ t: "file", path, seen }, FS.readFile(path));
        known.set(path, markOf(stat));
        [count, bytes] = [count + 1, bytes + stat.size];
      }
    }
    // One that has become too large is still there: the page keeps what it has.
    for (const path of [...known.keys()].filter((name) => !there.has(name) && !isFile(name))) {
      known.delete(path);
      send({ t: "file", path, gone: true, seen });
    }
    return [count, bytes];
  };

  // As `tell`, if it is time for it: what took long is done less often.
  const glance = () => {
    const begin = now();
    if (!isRunning || begin < next || left <= 0) return;
    let [count, bytes] = [0, 0];
    try {
      [count, bytes] = tell(false, left);
    } catch {
      // The look at the end meets it again, and says so.
    }
    left -= count;
    next = now() + Math.max(PACE, 10 * (now() - begin), bytes / RATE);
  };
  // The timer comes whenever the code waits for something.
  const watch = () => {
    glance();
    isTicking = isRunning;
    if (isTicking) setTimer(watch, PACE);
  };

  return {
    glance,
    // A run begins. Takes its files: [{ name, data: Blob }].
    async upload(files) {
      for (const { name, data } of files) {
        if (!/^[^/\0]+$/.test(name) || name === "." || name === "..") throw new Error(`"${name}" is not a file name`);
        await write("/mnt/uploads/" + name, data);
      }
      [isRunning, next, left] = [true, now() + PACE, LOOKS];
      if (!isTicking) setTimer(watch, PACE);
      isTicking = true;
    },
    // The run has ended.
    end() {
      isRunning = false;
      tell(true);
    },
    // Takes what an earlier interpreter has left, and what the person does: [{ path, data: Blob, or null for gone }].
    async put(files, number) {
      for (const { path, data } of files) {
        try {
          if (data) {
            await write(path, data);
            known.set(path, markOf(FS.stat(path)));
          } else {
            known.delete(path);
            if (FS.analyzePath(path).exists) FS.unlink(path);
          }
        } catch (error) {
          lost.push(`${path} could not be ${data ? "written" : "deleted"}: ${error.message || error}`);
        }
      }
      seen = number;
    },
  };
};
