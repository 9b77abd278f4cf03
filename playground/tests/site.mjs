// The built playground on a local server, in a headless Chromium that can reach no other host.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const SITE = fileURLToPath(new URL("../../site/playground/", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".zip": "application/zip",
};

// A server of the built files. `asked` has the path and query of each request; `stop` ends it with its connections.
export async function serve() {
  const asked = [];
  const server = createServer(async (request, response) => {
    asked.push(request.url);
    const { pathname } = new URL(request.url, "http://localhost");
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    try {
      const body = await readFile(join(SITE, name));
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${server.address().port}/`, asked, stop };
}

export const launch = () =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
  });

// Waits for the answers to what the page holds. Throws an Error where there is none.
export async function upToDate(page) {
  const isDone = () => !/^(Loading|Compiling)/.test(document.getElementById("status").textContent);
  await page.waitForFunction(isDone, null, { timeout: 60_000 });
  const status = await textOf(page, "status");
  if (status !== "Up to date") throw new Error(`${status}\n${await page.textContent("main")}`);
}

// Types `text` into the field `id`, and waits for the answers.
export async function write(page, id, text) {
  await page.fill(`#${id}`, text);
  await upToDate(page);
}

export const textOf = (page, id) => page.textContent(`#${id}`);
