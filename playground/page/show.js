// Puts answers into the page. All text is set as text, so that no source is read as HTML.

export const byId = (id) => document.getElementById(id);

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function showDiagnostics(text) {
  byId("diagnostics").textContent = text || "No errors, no warnings.";
}

// The names of the files to pick from, with the file that was picked before where there still is one.
export function showFiles(files) {
  const select = byId("file");
  const before = select.value;
  const names = Object.keys(files);
  select.replaceChildren(...names.map((name) => new Option(name)));
  if (names.includes(before)) select.value = before;
  select.disabled = names.length === 0;
  showFile(files);
}

export function showFile(files) {
  const none = "No file: pick a target, and see the diagnostics for errors.";
  byId("content").textContent = files[byId("file").value] ?? none;
}

export function showVerdicts(rows, text) {
  byId("verdicts").replaceChildren(...rows.map(verdict));
  const box = byId("pod-diagnostics");
  box.textContent = text;
  box.hidden = !text;
}

function verdict(row) {
  const judge = row.policy ? `policy ${row.policy}` : row.choice ? "no policy" : "";
  const by = [row.choice && `choose ${row.choice}`, judge].filter(Boolean).join(", ");
  const pod = [row.kind, row.namespace && `${row.namespace}/${row.name}`.replace(/\/$/, "")].filter(Boolean);
  const name = row.namespace ? pod.join(" ") : `${row.kind} ${row.name}`;
  const item = element("li", row.verdict, element("p", "", element("strong", "", row.verdict), ` ${name}`));
  if (by) item.append(element("p", "", `by ${by}`));
  if (row.message) item.append(element("p", "", row.message));
  if (row.reasons.length) item.append(reasons(row.reasons));
  for (const { policy, reasons: objections } of row.tried ?? []) {
    item.append(element("p", "", `${policy}:`), reasons(objections));
  }
  for (const refusal of row.refused) {
    item.append(element("p", "", `The API server refuses the pod: ${refusal.path}: ${refusal.message}`));
  }
  if (row.defaulted) item.append(element("p", "", "The policy's defaults are set on it."));
  return item;
}

function reasons(all) {
  const item = ({ message, because }) => element("li", "", because ? `${message} (${because})` : message);
  return element("ul", "", ...all.map(item));
}

export function showDifference(text) {
  byId("difference").textContent = text;
}

export function showTargets(targets, picked) {
  const box = (name) => {
    const input = element("input", "");
    Object.assign(input, { type: "checkbox", value: name, checked: picked.includes(name) });
    return element("label", "", input, name);
  };
  byId("targets").replaceChildren(...targets.map(box));
}

export const pickedTargets = () =>
  [...byId("targets").querySelectorAll("input:checked")].map((input) => input.value);

export function showStatus(text) {
  byId("status").textContent = text;
}
