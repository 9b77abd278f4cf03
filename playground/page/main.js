// The page: fields, links, examples, and one question after the other to the compiler.
import { Compiler } from "./compiler.js";
import { fromFragment, toFragment } from "./link.js";
import * as show from "./show.js";

const PAUSE = 400;
const TEXTS = ["policy", "older", "pods"];
const ERRORS = "The policy has errors: correct them first.";
const NOTHING = {
  verdicts: "Give a Pod, or a Deployment, Job … that makes pods.",
  difference: "Give an older version to see which pods are treated differently.",
};
const { byId } = show;
const compiler = new Compiler();
let files = {};
let picked = ["gatekeeper"];
let asked = 0;
let pause;

function fields() {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, byId(name).value]));
  return { ...texts, targets: picked, everyone: byId("everyone").checked };
}

function fill(given) {
  for (const name of TEXTS) byId(name).value = given[name];
  byId("everyone").checked = given.everyone ?? false;
  if (given.targets) picked = given.targets;
}

function stale(is) {
  for (const id of ["diagnostics", "content", "verdicts", "difference"]) byId(id).classList.toggle("stale", is);
}

// The answers to the fields as they are now. Once they change, what is left of an older round is not asked.
async function answer() {
  waiting();
  const round = asked;
  const request = fields();
  const steps = [
    ["output", (given) => {
      refused = given.refused ?? false;
      files = given.files ?? {};
      show.showDiagnostics(given.text, given.diagnostics ?? []);
      show.showFiles(files);
    }],
    ["verdicts", (given) => show.showVerdicts(given.verdicts ?? [], given.text), "pods"],
    ["difference", (given) => show.showDifference(given.difference ?? given.text), "older"],
  ];
  let refused = false;
  let failed = false;
  for (const [kind, take, needed] of steps) {
    try {
      const empty = needed && request[needed].trim() === "";
      const given = refused || empty ? { text: refused ? ERRORS : NOTHING[kind] } : await compiler.ask(kind, request);
      if (round !== asked) return;
      take(given);
    } catch (error) {
      if (round !== asked) return;
      failed = true;
      take({ text: `No answer: ${error.message}` });
    }
  }
  stale(false);
  show.showStatus(failed ? "pscc has no answer: see below why." : "Up to date");
}

function waiting() {
  asked += 1;
  stale(true);
  show.showStatus("Compiling");
}

function changed() {
  clearTimeout(pause);
  waiting();
  pause = setTimeout(answer, PAUSE);
}

async function copyLink() {
  const link = new URL(await toFragment(fields()), location.href);
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link.href);
    show.showStatus("The link is copied. It holds your text: whoever has the link can read it.");
  } catch {
    show.showStatus("The link is in the address bar. It holds your text: whoever has the link can read it.");
  }
}

// Fills the page from a text that is in the link, or else from `example`. False for a damaged link, which is reported.
async function open(example) {
  try {
    const given = (await fromFragment(location.hash)) ?? example;
    if (given) fill(given);
    return true;
  } catch (error) {
    show.showStatus(error.message);
    return false;
  }
}

// Shows the targets, of which those are picked that there are: a link may name others.
function offer(targets) {
  picked = picked.filter((name) => targets.includes(name));
  show.showTargets(targets, picked);
}

function listen(examples, targets) {
  for (const name of TEXTS) byId(name).addEventListener("input", changed);
  byId("everyone").addEventListener("change", changed);
  byId("targets").addEventListener("change", () => {
    picked = show.pickedTargets();
    changed();
  });
  byId("file").addEventListener("change", () => show.showFile(files));
  byId("link").addEventListener("click", copyLink);
  byId("keep").addEventListener("click", () => {
    byId("older").value = byId("policy").value;
    changed();
  });
  byId("example").addEventListener("change", ({ target }) => {
    if (target.value === "") return;
    fill(examples[Number(target.value)]);
    changed();
  });
  window.addEventListener("hashchange", async () => {
    if (!(await open())) return;
    offer(targets);
    changed();
  });
}

async function start() {
  navigator.serviceWorker?.register("service-worker.js").catch(() => {});
  const examples = await (await fetch("examples.json")).json();
  byId("example").append(...examples.map(({ title }, number) => new Option(title, String(number))));
  const opened = await open(examples[0]);
  const { version, targets } = await compiler.ready;
  offer(targets);
  byId("version").textContent = `pscc ${version}. Once loaded, this page works offline.`;
  listen(examples, targets);
  if (opened) await answer();
}

start().catch((error) => show.showStatus(`pscc does not start: ${error.message}. Reload the page.`));
