//! Python and the network: nothing is reached that the page's owner has not named, and nothing of the person goes along.

import { createServer } from "node:http";
import { clip, contains, eventually, same } from "../lib/expect.mjs";

/** A server that tells who asked for what; `/away` leads to another place. */
async function startApi(away = "") {
  const asked = [];
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, url, headers });
    const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-allow-methods": "*" };
    if (method === "OPTIONS") return response.writeHead(204, cors).end();
    if (url === "/away") return response.writeHead(302, { ...cors, location: away }).end();
    if (url === "/large") return response.writeHead(200, cors).end(Buffer.alloc(31e6));
    if (url === "/closed") return response.writeHead(200).end("secret");
    let body = "";
    request.on("data", (part) => (body += part));
    return request.on("end", () => response.writeHead(200, { ...cors, "content-type": "text/csv", "set-cookie": "a=b" }).end(`method,body\n${method},${body}\n`));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve)));
  return { origin: `http://127.0.0.1:${server.address().port}`, asked, stop };
}

/** The pages' files, whose owner lets Python reach these hosts, as a build writes them. */
async function allowing(kit, hosts) {
  const site = await kit.ownSite();
  site.change(/\/notebook\.html$/, /connect-src 'self'([^]*)id="app"/, `connect-src 'self' ${hosts}$1id="app" data-network="${hosts}"`);
  site.change(/\/chat\.html$/, 'id="app"', `id="app" data-network="${hosts}"`);
  return site;
}

export const cases = {
  async "a host that the owner names is reached by requests and urllib, and nothing of the person goes along"(kit) {
    const other = kit.ends(await startApi());
    const api = kit.ends(await startApi(`${other.origin}/stolen?secret`));
    const notebook = await kit.notebook({ site: await allowing(kit, api.origin) });
    await notebook.runs(`import requests, pandas as pd\nr = requests.post('${api.origin}/birds?q=1', data='wren', headers={'X-Song': 'trill'})\nprint(r.status_code, r.text.split())\nprint(pd.read_csv('${api.origin}/list').shape)`, "(1, 2)");
    await notebook.shows("200 ['method,body', 'POST,wren']");
    const post = api.asked.find(({ method }) => method === "POST");
    same(post.headers["x-song"], "trill", "a header of the code");
    for (const name of ["cookie", "referer", "authorization"]) same(post.headers[name], undefined, name);
    await notebook.run(`requests.get('${other.origin}/?data')`);
    await notebook.shows(`${other.origin} is not among the hosts that code may reach on this page (${api.origin})`);
    await notebook.run(`import urllib.request\nurllib.request.urlopen('${api.origin}/away')`);
    await notebook.shows("answers with a redirect");
    await notebook.run(`await __import__('pyodide.http').http.pyfetch('${api.origin}/closed')`);
    await notebook.shows("doesn't allow pages of other sites to read it");
    await notebook.run(`requests.get('${api.origin}/large')`);
    await notebook.shows("is larger than 30 MB");
    same(other.asked, [], "what the other host was asked");
  },

  async "without a word of the owner nothing is reached, and the sentence says what to do"(kit) {
    const api = kit.ends(await startApi());
    const notebook = await kit.notebook();
    await notebook.run(`import requests\nrequests.get('${api.origin}/?data')`);
    await notebook.shows("the network is off for code on this page");
    await notebook.shows("upload the data as a file");
    await notebook.run(`import urllib.request\nurllib.request.urlopen('${api.origin}/?data')`);
    await notebook.shows("the network is off for code on this page");
    same(api.asked, [], "what the host was asked");
  },

  async "code of the model reaches what the chat page's owner names"(kit) {
    const api = kit.ends(await startApi());
    const chat = await kit.chat({ site: await allowing(kit, api.origin) });
    const model = await kit.model();
    await chat.ready();
    await chat.send(`ask the birds\n\`\`\`python\nimport urllib.request\nprint(urllib.request.urlopen('${api.origin}/list').read().decode())\n\`\`\`\n`);
    contains((await model.toolOutput("ask the birds")).stdout, "GET,", "what the code saw");
    await chat.replies("Done.");
    await chat.idle();
    const [{ headers }] = api.asked.filter(({ method }) => method === "GET");
    same([headers.authorization, headers.cookie, headers.referer], [undefined, undefined, undefined], "what went along");
  },

  async "a host that is none is named on the page"(kit) {
    const site = await kit.ownSite();
    site.change(/\/notebook\.html$/, 'id="app"', 'id="app" data-network="http://api.example.org"');
    const page = await kit.page();
    await page.goto(`${site.origin}/notebook.html`);
    const alert = page.getByRole("alert");
    await eventually(async () => clip(await alert.textContent()).includes("http://api.example.org"), "the sentence names the host");
  },
};
