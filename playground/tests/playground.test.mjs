// The playground in a browser: `make test-browser`.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, serve, textOf, upToDate, write } from "./site.mjs";

const POLICY = "policy apps {\n    deny hostNetwork\n}\n";
const POD = "kind: Pod\nmetadata: {name: web}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n";

let browser;
let context;
let page;
let site;
const requests = [];

before(async () => {
  site = await serve();
  browser = await launch();
  context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  context.on("request", (request) => requests.push(request.url()));
  page = await context.newPage();
  await page.goto(site.url);
  await upToDate(page);
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

test("it opens with an example, compiled", async () => {
  assert.match(await textOf(page, "content"), /kind: /);
  assert.match(await textOf(page, "version"), /^pscc \d/);
});

test("every example compiles for every target", async () => {
  const titles = await page.locator("#example option").allTextContents();
  for (const box of await page.locator("#targets input").all()) await box.check();
  await upToDate(page);
  for (const title of titles.slice(1)) {
    await page.selectOption("#example", { label: title });
    await upToDate(page);
    const files = await page.locator("#file option").allTextContents();
    const targets = new Set(files.map((file) => file.split("/")[0]));
    const named = (await page.locator("#targets label").allTextContents()).map((name) => name.trim());
    assert.deepEqual([...targets].sort(), named.sort(), `${title}: ${await textOf(page, "diagnostics")}`);
    assert.ok((await page.locator("#verdicts > li").count()) > 0, title);
  }
});

test("an error has its place and carets", async () => {
  await write(page, "policy", "policy apps {\n    deny hostNetwrk\n}\n");
  const diagnostics = await textOf(page, "diagnostics");
  assert.match(diagnostics, /^error\[LNG\d+\]: /);
  assert.match(diagnostics, /--> policy.psp:2:10\n/);
  assert.match(diagnostics, /\n {2}\| {10}\^{10}/);
  assert.equal(await page.locator("#file option").count(), 0);
});

test("the place of an error is selected, behind letters that UTF-16 writes as two units", async () => {
  await write(page, "policy", 'policy apps "\u{1F512}" { deny hostNetwrk }\n');
  await page.locator("#places button").first().click();
  const selected = await page.$eval("#policy", (area) => area.value.slice(area.selectionStart, area.selectionEnd));
  assert.equal(selected, "hostNetwrk");
});

test("a pod is refused with a reason, and admitted once the policy allows it", async () => {
  await write(page, "policy", POLICY);
  await write(page, "pods", POD);
  assert.match(await textOf(page, "verdicts"), /denied.*web.*policy apps.*hostNetwork/s);
  await write(page, "policy", POLICY.replace("hostNetwork", "hostPID"));
  assert.match(await textOf(page, "verdicts"), /allowed.*web/s);
});

test("two versions differ by a pod", async () => {
  await write(page, "policy", POLICY);
  await page.click("#keep");
  await upToDate(page);
  await write(page, "policy", POLICY.replace("hostNetwork", "hostPID"));
  const difference = await textOf(page, "difference");
  assert.match(difference, /looser +hostNetwork/);
  assert.match(difference, /stricter +hostPID/);
});

test("a source is shown as text, never as HTML", async () => {
  await write(page, "pods", POD.replace("web", '"<img src=x onerror=alert(1)>"'));
  assert.equal(await page.locator("main img").count(), 0);
  await write(page, "pods", POD);
});

test("a link opens with the texts that it was copied from, and no server sees them", async () => {
  await write(page, "policy", POLICY.replace("apps", "from-a-link"));
  const before = site.asked.length;
  await page.click("#link");
  await page.waitForFunction(() => document.getElementById("status").textContent.startsWith("The link"));
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /#v1\.[\w-]+$/);
  const other = await context.newPage();
  await other.goto(link);
  await upToDate(other);
  for (const id of ["policy", "pods", "older"]) {
    assert.equal(await other.inputValue(`#${id}`), await page.inputValue(`#${id}`));
  }
  assert.match(await textOf(other, "verdicts"), /from-a-link/);
  await other.close();
  assert.ok(site.asked.slice(before).every((url) => !/[?#]/.test(url)), "a request carries a query");
});

test("a damaged link is reported", async () => {
  const other = await context.newPage();
  await other.goto(`${site.url}#v1.AAAA`);
  await other.waitForFunction(() => document.getElementById("targets").childElementCount > 0);
  assert.match(await textOf(other, "status"), /link is damaged/);
  await other.close();
});

test("a question that takes too long is stopped, and the next one is answered", async () => {
  const other = await context.newPage();
  await other.clock.install();
  await other.goto(site.url);
  await upToDateByClock(other);
  const [runaway] = other.workers();
  runaway.evaluate("for (;;);").catch(() => {});
  await other.fill("#policy", POLICY);
  for (let passed = 0; passed < 70; passed += 1) await other.clock.runFor(1_000);
  assert.match(await textOf(other, "diagnostics"), /stopped after 20 seconds/);
  await other.fill("#policy", POLICY.replace("apps", "afterwards"));
  await other.clock.runFor(1_000);
  await upToDateByClock(other);
  assert.match(await textOf(other, "verdicts"), /afterwards/);
  await other.close();
});

async function upToDateByClock(other) {
  for (let tries = 0; tries < 300 && (await textOf(other, "status")) !== "Up to date"; tries += 1) {
    await other.clock.runFor(10);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal(await textOf(other, "status"), "Up to date");
}

test("neither the page nor the compiler's worker can ask another host", async () => {
  const ask = () => fetch("http://other.example/").then(() => "answered", (error) => error.message);
  const seen = requests.length;
  assert.match(await page.evaluate(ask), /Failed to fetch/);
  for (const worker of page.workers()) assert.match(await worker.evaluate(ask), /Failed to fetch|violates/);
  assert.ok(page.workers().length > 0);
  assert.deepEqual(requests.slice(seen), []);
});

test("no request went to another host", () => {
  assert.ok(requests.length > 10);
  assert.deepEqual(requests.filter((url) => !url.startsWith(site.url) && !url.startsWith("blob:")), []);
});

test("it works without its server, once loaded", async () => {
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await site.stop();
  await page.reload();
  await upToDate(page);
  await write(page, "policy", POLICY);
  assert.match(await textOf(page, "verdicts"), /denied.*hostNetwork/s);
});
