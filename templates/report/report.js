
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      const number = head.dataset.type === "number";
      const order = new Intl.Collator("en", { numeric: true });
      const keyed = [...body.rows].map((row) => [row.cells[column].textContent.trim(), row]);
      keyed.sort(([first], [second]) => (number ? Number(first) - Number(second) : order.compare(first, second)) * (down ? -1 : 1));
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...keyed.map(([, row]) => row));
    });
  });
}
// a browser lays out a few hundred rows at once, and takes long for ten thousand
const FEW = 500;
let most = FEW;
const form = document.querySelector(".filter");
const body = document.querySelector(".workloads tbody");
const texts = new Map();
const textOf = (row) => {
  if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
  return texts.get(row);
};
const show = () => {
  const text = form.elements.text.value.toLowerCase(), outcome = form.elements.outcome.value;
  let matching = 0;
  for (const row of body.rows) {
    const wanted = (!outcome || row.dataset.outcome === outcome) && (!text || textOf(row).includes(text));
    matching += wanted;
    row.hidden = !wanted || matching > most;
  }
  form.querySelector("output").textContent = `${Math.min(matching, most)} of ${matching} shown`;
  form.elements.all.hidden = matching <= most;
};
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", show);
form.elements.all.addEventListener("click", () => { most = Infinity; show(); });
document.querySelector("table.workloads").addEventListener("click", (event) => event.target.closest("thead") && show());
show();
body.parentElement.classList.add("ready");
let closed = [], before = most;
addEventListener("beforeprint", () => {
  before = most;
  most = Infinity;
  show();
  closed = [...document.querySelectorAll("#targets details:not([open])")];
  for (const each of closed) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of closed) each.open = false;
  most = before;
  show();
});
