// What code sees of the network: nothing, or what the page answers, whichever way it asks.
import assert from "node:assert/strict";
import { story, test } from "./harness.mjs";

/** A kernel whose page answers as this little site does. */
const online = async (host) => {
  await host.evaluate(() => globalThis.kernel?.dispose());
  await host.kernel();
  await host.evaluate(() => {
    kernel.asked.length = 0;
    kernel.onFetch = async ({ url, method, headers, body }) => {
      const { pathname } = new URL(url);
      if (!url.startsWith("https://api.test/")) throw new Error(`${url} is not among the hosts that code may reach`);
      const named = (response) => Object.defineProperty(response, "url", { value: url });
      if (pathname === "/none") return named(new Response(null, { status: 204 }));
      if (pathname === "/missing") return named(new Response("no such thing", { status: 404, statusText: "Not Found" }));
      if (pathname === "/birds.csv") return named(new Response("name,wings\nowl,2\nwren,2\n", { headers: { "content-type": "text/csv" } }));
      if (pathname === "/bytes") return named(new Response(new Uint8Array([0, 255, 1, 254])));
      return named(Response.json({ method, headers: Object.fromEntries(headers), body: body ? new TextDecoder().decode(body) : "" }));
    };
  });
};

/** Code, and its result. */
const WAYS = {
  "from pyodide.http import pyfetch\nr = await pyfetch('https://api.test/echo?q=1', method='POST', body='hello', headers={'x-a': 'b'})\nd = await r.json()\n[r.status, r.url, d['method'], d['body'], d['headers']['x-a']]": [200, "https://api.test/echo?q=1", "POST", "hello", "b"],
  "import urllib.request\nwith urllib.request.urlopen('https://api.test/birds.csv') as r:\n    got = [r.status, r.headers['content-type'], r.read().decode()[:10]]\ngot": [200, "text/csv", "name,wings"],
  "import json\nrequest = urllib.request.Request('https://api.test/put', data=b'x=1', headers={'X-Token': 't'}, method='PUT')\nd = json.load(urllib.request.urlopen(request))\n[d['method'], d['body'], d['headers']['x-token']]": ["PUT", "x=1", "t"],
  "try:\n    urllib.request.urlopen('https://api.test/missing')\nexcept urllib.error.HTTPError as error:\n    got = [error.code, error.reason, error.read().decode()]\ngot": [404, "Not Found", "no such thing"],
  "path, _ = urllib.request.urlretrieve('https://api.test/bytes', 'got.bin')\nlist(open(path, 'rb').read())": [0, 255, 1, 254],
  "import requests\nr = requests.post('https://api.test/echo', json={'a': 1}, params={'q': 'ü'})\n[r.status_code, r.json()['method'], r.json()['body'], r.ok]": [200, "POST", '{"a": 1}', true],
  "r = requests.get('https://api.test/missing')\n[r.status_code, r.text, r.ok]": [404, "no such thing", false],
  "session = requests.Session()\n[session.get('https://api.test/none').status_code, list(session.get('https://api.test/bytes').content)]": [204, [0, 255, 1, 254]],
  "import pandas as pd\npd.read_csv('https://api.test/birds.csv').shape": [2, 2],
  "import ssl, urllib.request as u\nr = u.urlopen('https://api.test/birds.csv', context=ssl.create_default_context())\n[r.getheader('Content-Type'), r.getheader('x', 1), dict(r.getheaders())['content-type']]": ["text/csv", 1, "text/csv"],
  "class Mine(u.HTTPSHandler):\n    def https_open(self, request):\n        request.add_header('X-Mine', 'yes')\n        return super().https_open(request)\nopener = u.build_opener(Mine)\nopener.addheaders = [('Accept', 'text/csv')]\nimport json\nd = json.load(opener.open('https://api.test/echo'))\n[d['headers']['x-mine'], d['headers']['accept'], 'user-agent' in d['headers']]": ["yes", "text/csv", false],
  "from pyodide.http import open_url\nopen_url('https://api.test/birds.csv').readline()": "name,wings\n",
  "import asyncio\nrs = await asyncio.gather(*[pyfetch(f'https://api.test/echo?{n}') for n in range(5)])\n[r.url[-1] for r in rs]": ["0", "1", "2", "3", "4"],
};

test("what the page allows is reached by fetch, urllib, requests, pandas and open_url", async ({ isolated }) => {
  await online(isolated);
  const wrong = [];
  for (const [code, expected] of Object.entries(WAYS)) {
    const run = await isolated.run(code);
    if (JSON.stringify(run.result) !== JSON.stringify(expected)) wrong.push(`${code}\n${story(run)}`);
  }
  assert.deepEqual(wrong, []);
});

test("what the page refuses ends with its words, whichever way it is asked for", async ({ isolated }) => {
  await online(isolated);
  for (const code of [
    "from pyodide.http import pyfetch\nawait pyfetch('https://evil.test/?data')",
    "import urllib.request\nurllib.request.urlopen('https://evil.test/?data')",
    "import requests\nrequests.get('https://evil.test/?data')",
    "import js\nawait js.fetch('https://evil.test/?data')",
  ]) {
    const run = await isolated.run(code);
    assert.equal(run.status, "error", code);
    assert.match(run.evalue, /is not among the hosts that code may reach/, story(run));
  }
});

test("code that waits for the network is stopped, and a late answer reaches nobody", async ({ isolated }) => {
  await online(isolated);
  const code = "print('asks', flush=True)\nimport urllib.request\nurllib.request.urlopen('https://api.test/late')";
  const run = await isolated.evaluate(async (text) => {
    const answers = kernel.onFetch;
    kernel.onFetch = (request) => new Promise((resolve) => (globalThis.answerLate = () => resolve(answers(request))));
    const stopped = await kernel.execute(text, { interruptOn: "asks" });
    globalThis.answerLate?.();
    kernel.onFetch = answers;
    return stopped;
  }, code);
  assert.equal(run.ename, "KeyboardInterrupt", story(run));
  assert.equal((await isolated.run("6 * 7")).result, 42);
});

test("requests that take too long, are too large or are answered oddly end alone, and the kernel lives", async ({ isolated }) => {
  await online(isolated);
  await isolated.evaluate(() => {
    const answers = kernel.onFetch;
    kernel.onFetch = (request) => {
      if (request.url.endsWith("/late")) return new Promise(() => {});
      if (request.url.endsWith("/odd")) return { status: 999, statusText: "", headers: [], url: request.url, arrayBuffer: async () => new ArrayBuffer(0) };
      return answers(request);
    };
  });
  const ends = {
    "import requests\ntry:\n    requests.get('https://api.test/late', timeout=0.2)\nexcept requests.RequestException as error:\n    got = 'timed out' in str(error)\ngot": true,
    "import urllib.request\ntry:\n    urllib.request.urlopen('https://api.test/late', timeout=0.2)\nexcept TimeoutError as error:\n    got = str(error)\ngot": "timed out",
    "from pyodide.http import pyfetch\ntry:\n    await pyfetch('https://api.test/put', method='POST', body='x' * 31_000_000)\nexcept OSError as error:\n    got = 'larger than 30 MB' in str(error)\ngot": true,
    "try:\n    await pyfetch('https://api.test/' + 'x' * 70_000)\nexcept OSError as error:\n    got = 'too long' in str(error)\ngot": true,
    "try:\n    await pyfetch('https://api.test/odd')\nexcept OSError as error:\n    got = \"can't be read\" in str(error)\ngot": true,
    "import asyncio\nlen(await asyncio.gather(*[pyfetch(f'https://api.test/echo?{n}') for n in range(40)]))": 40,
    "6 * 7": 42,
  };
  const wrong = [];
  for (const [code, expected] of Object.entries(ends)) {
    const run = await isolated.run(code);
    if (run.result !== expected) wrong.push(`${code}\n${story(run)}`);
  }
  assert.deepEqual(wrong, []);
  assert.equal(await isolated.evaluate(() => kernel.givenUp.length), 2, "the page hears of those that were given up");
});

test("packages of an index are installed where the page has one, with those of the distribution that they need", async ({ isolated }) => {
  await online(isolated);
  const run = await isolated.run(`import base64, hashlib, io, zipfile
def wheel():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z:
        z.writestr("owlsong/__init__.py", "import six\\ndef sing(): return 'hoo ' + six.__name__")
        z.writestr("owlsong-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: owlsong\\nVersion: 1.0\\nRequires-Dist: six\\n")
        z.writestr("owlsong-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        z.writestr("owlsong-1.0.dist-info/RECORD", "")
    return file.getvalue()
made = wheel()
[base64.b64encode(made).decode(), hashlib.sha256(made).hexdigest()]`);
  const [data, sha256] = run.result;
  await isolated.evaluate(
    ([text, sum]) => {
      const name = "owlsong-1.0-py3-none-any.whl";
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt());
      kernel.index = "https://index.test/simple/{package_name}/";
      kernel.onFetch = async ({ url }) => {
        const named = (response) => Object.defineProperty(response, "url", { value: url });
        if (url === `https://index.test/files/${name}`) return named(new Response(bytes));
        if (url !== "https://index.test/simple/owlsong/") return named(new Response("", { status: 404 }));
        const files = [{ filename: name, url: `https://index.test/files/${name}`, hashes: { sha256: sum }, size: bytes.length, "requires-python": ">=3.8" }];
        const body = { meta: { "api-version": "1.1" }, name: "owlsong", versions: ["1.0"], files };
        return named(new Response(JSON.stringify(body), { headers: { "content-type": "application/vnd.pypi.simple.v1+json" } }));
      };
    },
    [data, sha256],
  );
  const installed = await isolated.run("%pip install owlsong\nimport owlsong\nowlsong.sing()");
  assert.equal(installed.result, "hoo six", story(installed));
  const none = await isolated.run("%pip install nothing-of-this-name");
  assert.match(none.evalue + none.stderr, /'nothing-of-this-name' can't be installed\./, story(none));
  const named = await isolated.run("import nothing_like_it");
  assert.match(named.traceback.join("\n"), /%pip install nothing_like_it/, story(named));
  await isolated.evaluate(() => kernel.dispose());
});
