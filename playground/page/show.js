// Puts answers into the page. All text is set as text, so that no source is read as HTML.

export const byId = (id) => document.getElementById(id);

function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

export function showDiagnostics(text, records) {
  byId("diagnostics").textContent = text || "No errors, no warnings.";
  const inPolicy = records.filter(({ span }) => /^policy\.(psp|yaml)$/.test(span?.file ?? ""));
  byId("places").replaceChildren(...inPolicy.map(place));
}

// A button that selects the place of a diagnostic in the policy.
function place({ severity, code, span }) {
  const button = element("button", "", `${severity} ${code}, line ${span.line}`);
  button.type = "button";
  button.addEventListener("click", () => {
    const policy = byId("policy");
    const lines = policy.value.split("\n");
    policy.focus();
    policy.setSelectionRange(offset(lines, span.line, span.column), offset(lines, span.endLine, span.endColumn));
  });
  return button;
}

// Spans count code points from 1, and a text area counts UTF-16 units from 0.
function offset(lines, line, column) {
  const above = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  return above + [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
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
  const name = `${row.kind} ${[row.namespace, row.name].filter(Boolean).join("/")}`;
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
