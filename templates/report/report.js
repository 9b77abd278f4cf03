
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
      keyed.sort(([one], [two]) => (number ? Number(one) - Number(two) : order.compare(one, two)) * (down ? -1 : 1));
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...keyed.map(([, row]) => row));
    });
  });
}
const form = document.querySelector(".filter");
const rows = [...document.querySelectorAll(".workloads tbody tr")];
const texts = rows.map((row) => row.textContent.toLowerCase());
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => {
  const text = form.elements.text.value.toLowerCase(), outcome = form.elements.outcome.value;
  let shown = 0;
  rows.forEach((row, at) => {
    row.hidden = !(texts[at].includes(text) && (!outcome || row.dataset.outcome === outcome));
    shown += !row.hidden;
  });
  form.querySelector("output").textContent = `${shown} of ${rows.length}`;
});
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const each of closed) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of closed) each.open = false;
});
