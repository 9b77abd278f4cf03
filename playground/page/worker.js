// Runs pscc, away from the page: a message {kind, request} is answered by {answer} or {failure}.
import { loadPyodide } from "./pyodide.mjs";

const here = new URL(".", import.meta.url).href;
const PACKAGES = "/packages";

async function start() {
  const [pyodide, archive] = await Promise.all([
    loadPyodide({ indexURL: here, packageBaseUrl: here }),
    fetch(`${here}packages.zip`).then((response) => response.arrayBuffer()),
  ]);
  pyodide.unpackArchive(archive, "zip", { extractDir: PACKAGES });
  pyodide.runPython(`import sys; sys.path.insert(0, "${PACKAGES}")`);
  return pyodide.pyimport("answers");
}

const ready = start();

ready.then(
  (answers) => self.postMessage({ ready: JSON.parse(answers.targets()) }),
  (error) => self.postMessage({ broken: String(error) }),
);

self.addEventListener("message", async ({ data: { kind, request } }) => {
  const answers = await ready;
  try {
    self.postMessage({ answer: JSON.parse(answers.answer(kind, JSON.stringify(request))) });
  } catch (error) {
    self.postMessage({ failure: String(error) });
  }
});
