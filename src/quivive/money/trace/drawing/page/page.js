"use strict";
// The picture of a trace and the sorting of its table. Text enters the page as text only, never as markup.
(function () {
  const data = JSON.parse(document.getElementById("trace-data").textContent);
  const graphBox = document.getElementById("graph");
  const details = document.getElementById("details");
  const rows = new Map(Array.from(document.querySelectorAll("tr[data-id]"), (row) => [row.dataset.id, row]));
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const SHAPES = {
    seed: ["diamond", "seed"], exchange: ["rectangle", "stop"], service: ["rectangle", "stop"],
    mixer: ["hexagon", "bad"], coinjoin: ["hexagon", "bad"], bridge: ["hexagon", "bad"],
    swap: ["hexagon", "bad"],
    unspent: ["ellipse", "free"], coinbase: ["ellipse", "free"], ended: ["triangle", "cut"],
    passed: ["ellipse", "soft"],
  };
  document.getElementById("drawn").hidden = false;
  let method = data.methods[0];

  const nodeLabel = (node) => node.data("name") + "\n" + node.data("amounts")[method];
  const styles = () => {
    const base = [
      { selector: "node", style: {
        "label": nodeLabel, "text-wrap": "wrap", "text-valign": "bottom", "text-margin-y": 4, "font-size": 13,
        "color": colour("--ink"), "background-color": colour("--paper"), "border-width": 3,
        "border-color": colour("--soft"), "width": 26, "height": 26, "min-zoomed-font-size": 6,
        "text-background-color": colour("--paper"), "text-background-opacity": 0.8, "text-background-padding": 1 } },
      { selector: "edge", style: {
        "curve-style": "bezier", "width": (edge) => 1 + 7 * edge.data("share"), "line-color": colour("--soft"), "line-opacity": 0.55,
        "target-arrow-shape": "triangle", "target-arrow-color": colour("--soft"), "arrow-scale": 0.9 } },
      { selector: "edge:selected", style: {
        "line-color": colour("--link"), "target-arrow-color": colour("--link"), "color": colour("--ink"),
        "label": (edge) => edge.data("amounts")[method], "font-size": 13, "line-opacity": 1,
        "text-background-color": colour("--paper"), "text-background-opacity": 1 } },
      { selector: "node:selected", style: { "border-color": colour("--link"), "border-width": 6 } },
    ];
    const kinds = Object.entries(SHAPES).map(([kind, [shape, tone]]) => ({
      selector: 'node[kind = "' + kind + '"]',
      style: {
        "shape": shape, "border-color": colour("--" + tone),
        "background-color": kind === "passed" ? colour("--paper") : colour("--" + tone + "-wash"),
        "border-style": kind === "ended" ? "dashed" : "solid",
        "width": kind === "seed" ? 38 : 28, "height": kind === "seed" ? 38 : 28 },
    }));
    return [base[0], ...kinds, ...base.slice(1)];
  };

  const cy = cytoscape({
    container: graphBox, style: styles(), layout: { name: "preset", fit: true, padding: 40 },
    elements: {
      nodes: data.nodes.map((n) => ({ data: n, position: { x: n.x, y: n.y }, grabbable: true })),
      edges: data.edges.map((e, i) => ({ data: Object.assign({ id: "payment " + i }, e) })),
    },
    minZoom: 0.02, maxZoom: 4, selectionType: "single", boxSelectionEnabled: false,
  });
  // A large trace opens where it begins, at a size that can be read.
  const whole = () => cy.fit(undefined, 40);
  if (cy.zoom() < 0.6) {
    cy.zoom(0.8);
    const at = cy.getElementById(data.begin).position();
    cy.pan({ x: (data.forward ? 70 : cy.width() - 110) - at.x * 0.8, y: 70 - at.y * 0.8 });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(styles()));

  function say(pairs) {
    const list = document.createElement("dl");
    for (const [name, value] of pairs) {
      if (!value) continue;
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      term.textContent = name;
      text.textContent = value;
      list.append(term, text);
    }
    return list;
  }

  function show(element) {
    details.replaceChildren();
    document.querySelectorAll("tr.chosen").forEach((row) => row.classList.remove("chosen"));
    if (element.isEdge()) {
      const amounts = data.methods.map((m) => m + " " + element.data("amounts")[m]).join(" · ");
      details.append(say([["Payment by transaction", element.data("txid")], ["Traced money moved", amounts],
        ["From", element.source().data("name")], ["To", element.target().data("name")]]));
      return;
    }
    details.append(say(element.data("details")));
    const row = rows.get(element.id());
    if (!row) return;
    row.classList.add("chosen");
    const link = document.createElement("a");
    link.href = "#" + row.id;
    link.textContent = "Row " + row.id.slice(1) + " of the table";
    details.append(link);
  }

  function choose(element) {
    cy.elements().unselect();
    element.select();
    show(element);
    const box = cy.extent();
    const at = element.position();
    if (at.x < box.x1 || at.x > box.x2 || at.y < box.y1 || at.y > box.y2) cy.center(element);
  }

  function step(key) {
    const chosen = cy.nodes(":selected");
    if (!chosen.length) return cy.getElementById(data.begin);
    const here = chosen.first();
    const most = (edges) => edges.toArray().sort((a, b) => b.data("share") - a.data("share"))[0];
    if (key === "ArrowRight") { const e = most(here.outgoers("edge")); return e && e.target(); }
    if (key === "ArrowLeft") { const e = most(here.incomers("edge")); return e && e.source(); }
    const near = cy.nodes().filter((n) => Math.abs(n.position("x") - here.position("x")) < 1)
      .sort((a, b) => a.position("y") - b.position("y")).toArray();
    return near[near.findIndex((n) => n.id() === here.id()) + (key === "ArrowDown" ? 1 : -1)];
  }

  const zoom = (factor) => cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  cy.on("tap", "node, edge", (event) => choose(event.target));
  document.getElementById("in").addEventListener("click", () => zoom(1.3));
  document.getElementById("out").addEventListener("click", () => zoom(1 / 1.3));
  document.getElementById("fit").addEventListener("click", whole);
  graphBox.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) { const next = step(event.key); if (next) choose(next); }
    else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") whole();
    else if (event.key === "Enter") { const link = details.querySelector("a"); if (link) link.click(); }
    else return;
    event.preventDefault();
  });
  document.querySelectorAll("button.method").forEach((button) => button.addEventListener("click", () => {
    method = button.dataset.method;
    document.querySelectorAll("button.method").forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
    cy.style(styles());
  }));

  // Each place that is drawn can be shown from its row, and each column be sorted.
  const drawn = new Set(data.nodes.map((n) => n.id));
  rows.forEach((row, id) => {
    if (!drawn.has(id)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = row.cells[0].textContent;
    button.title = "Show in the picture";
    button.setAttribute("aria-label", "Show place " + row.cells[0].textContent + " in the picture");
    button.addEventListener("click", () => {
      const node = cy.getElementById(id);
      graphBox.scrollIntoView({ block: "nearest" });
      cy.center(node);
      choose(node);
      graphBox.focus({ preventScroll: true });
    });
    row.cells[0].replaceChildren(button);
  });
  document.querySelectorAll("table.places thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      const body = head.closest("table").tBodies[0];
      const value = (row) => row.cells[column].dataset.v;
      const compare = (a, b) => {
        const x = value(a), y = value(b);
        const both = x !== "" && y !== "" && !isNaN(x) && !isNaN(y);
        return both ? Number(x) - Number(y) : x.localeCompare(y);
      };
      const sorted = Array.from(body.rows).sort((a, b) => (down ? compare(b, a) : compare(a, b)));
      head.parentElement.querySelectorAll("th").forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...sorted);
    });
  });
  window.traceReady = true;
})();
