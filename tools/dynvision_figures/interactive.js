// Draws the curves of one experiment and quantity, a panel for each layer. Text of the tables goes into textContent alone.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const controls = document.getElementById("controls"), panels = document.getElementById("panels"), tip = document.getElementById("tip");
const unique = list => [...new Set(list)];
const state = { experiment: "", quantity: "", variant: "", by: "model", hidden: { model: new Set(), value: new Set(), layer: new Set() } };

function add(parent, tag, text, more = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  Object.assign(made, more);
  parent.append(made);
  return made;
}
function choice(label, id, options, name, onchange) {
  const field = add(controls, "fieldset");
  add(field, "legend", label);
  const select = add(field, "select", undefined, { id });
  select.onchange = () => { onchange(select.value); };
  select.fill = (values, chosen) => {
    select.replaceChildren();
    for (const value of values) add(select, "option", name(value), { value, selected: value === chosen });
    field.style.display = values.length > 1 ? "" : "none";
  };
  select.fill(options, options[0]);
  return select;
}

const experiments = unique(data.curves.map(c => c.experiment));
const pickExperiment = choice("Experiment", "experiment", experiments, e => data.names.experiment[e] || e, value => { begin(value); });
const pickQuantity = choice("Quantity", "quantity", [], q => data.names.quantity[q] || q, value => { state.quantity = value; variants(); toggles(); draw(); });
const pickVariant = choice("Models", "variant", [], v => v, value => { state.variant = value; toggles(); draw(); });
const pickBy = choice("Colours", "by", ["model", "value"], by => by === "model" ? "Model" : "Parameter", value => { state.by = value; toggles(); draw(); });
const switches = add(controls, "div", undefined, { id: "switches" });
const download = add(controls, "button", "Download the shown numbers", { id: "download" });
const note = add(controls, "div", "", { id: "note" });

const of = () => data.curves.filter(c => c.experiment === state.experiment && c.quantity === state.quantity && c.category + "" === state.variant);
const shown = () => of().filter(c => !["model", "value", "layer"].some(axis => state.hidden[axis].has(c[axis])));
const colourOf = c => (state.by === "model" ? (data.colours.model[c.category] || {})[c.model] : (data.colours.value[c.experiment] || {})[c.value]) || "#202020";

function variants() {  // categories that models differ in
  const found = unique(data.curves.filter(c => c.experiment === state.experiment && c.quantity === state.quantity).map(c => c.category));
  if (!found.includes(state.variant)) state.variant = found[0];
  pickVariant.fill(found, state.variant);
}
function begin(experiment) {
  state.experiment = experiment;
  const quantities = unique(data.curves.filter(c => c.experiment === experiment).map(c => c.quantity));
  if (!quantities.includes(state.quantity)) state.quantity = quantities.includes("response_avg") ? "response_avg" : quantities[0];
  pickExperiment.value = experiment;
  pickQuantity.fill(quantities, state.quantity);
  for (const axis of ["model", "value"]) state.hidden[axis].clear();
  variants();
  toggles();
  draw();
}
function toggles() {  // what can be switched on and off: layers, models, values of the parameter
  switches.replaceChildren();
  const curves = of();
  for (const [axis, title] of [["layer", "Layers"], ["model", "Models"], ["value", data.parameters[(curves[0] || {}).parameter] || "Values"]]) {
    let values = unique(curves.map(c => c[axis])).filter(v => v !== "");
    values = axis === "layer" ? data.layers.filter(v => values.includes(v)) : (data.orders[axis][(curves[0] || {})[axis === "model" ? "category" : "experiment"]] || []).filter(v => values.includes(v));
    if (values.length < 2) continue;
    const field = add(switches, "fieldset");
    add(field, "legend", title);
    for (const value of values) {
      const label = add(field, "label", undefined, { className: state.hidden[axis].has(value) ? "off" : "" });
      label.dataset.axis = axis;
      label.dataset.value = value;
      if (axis === state.by) add(label, "span", "", { className: "swatch" }).style.borderColor = colourOf(curves.find(c => c[axis] === value));
      const ms = axis === "value" ? curves.find(c => c.value === value).ms : null;
      add(label, "span", ms === null ? value : `${value} (${ms} ms)`);
      label.onclick = () => {
        const hidden = state.hidden[axis];
        hidden.has(value) ? hidden.delete(value) : hidden.add(value);
        label.className = hidden.has(value) ? "off" : "";
        draw();
      };
    }
  }
}

let plots = [];
function draw() {
  const curves = shown();
  const layers = data.layers.filter(l => curves.some(c => c.layer === l)).reverse();
  panels.replaceChildren();
  plots = [];
  const every = curves.flatMap(c => [Math.min(...c.low.concat(c.mean).filter(Number.isFinite)), Math.max(...c.high.concat(c.mean).filter(Number.isFinite))]).filter(Number.isFinite);
  const y0 = Math.min(0, ...every), y1 = Math.max(1e-12, ...every) * 1.05;
  const x0 = Math.min(...curves.map(c => c.t0)), x1 = Math.max(...curves.map(c => c.t0 + c.dt * (c.mean.length - 1)));
  let points = 0;
  for (const layer of layers) {
    const canvas = add(panels, "canvas");
    const mine = curves.filter(c => c.layer === layer);
    plots.push({ canvas, curves: mine, x0, x1, y0, y1 });
    points += mine.reduce((sum, c) => sum + c.mean.length, 0);
    paint(plots[plots.length - 1], layer, layer === layers[layers.length - 1]);
    canvas.onmousemove = event => hover(plots.find(p => p.canvas === canvas), event);
    canvas.onmouseleave = () => { tip.style.display = "none"; };
  }
  const first = curves[0];
  note.textContent = first ? `${points} points of ${curves.length} curves. Bands: 95 %, ${first.seeds > 1 ? first.seeds + " seeds, then images" : "images of one network"}` +
    (first.n ? `, ${first.n} images` : "") : "Nothing is switched on.";
  document.documentElement.dataset.points = points;
  document.documentElement.dataset.curves = curves.length;
}

const left = 52, right = 10, top_ = 14, bottom = 26;
function scales(plot) {
  const box = plot.canvas.getBoundingClientRect(), width = box.width || 800, height = box.height || 150;
  return { width, height, x: t => left + (t - plot.x0) / (plot.x1 - plot.x0 || 1) * (width - left - right),
    y: v => height - bottom - (v - plot.y0) / (plot.y1 - plot.y0 || 1) * (height - top_ - bottom) };
}
function ticks(from, to, count) {
  const raw = (to - from) / count, power = 10 ** Math.floor(Math.log10(raw || 1)), step = [1, 2, 5, 10].map(m => m * power).find(s => s >= raw) || 1;
  const found = [];
  for (let v = Math.ceil(from / step) * step; v <= to + step * 1e-9; v += step) found.push(+v.toPrecision(6));
  return found;
}
function paint(plot, layer, last) {
  const { width, height, x, y } = scales(plot), ratio = window.devicePixelRatio || 1, g = plot.canvas.getContext("2d");
  plot.canvas.width = width * ratio;
  plot.canvas.height = height * ratio;
  g.scale(ratio, ratio);
  g.font = "11px sans-serif";
  g.strokeStyle = "#202020";
  g.fillStyle = "#202020";
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(left, top_);
  g.lineTo(left, height - bottom);
  g.lineTo(width - right, height - bottom);
  g.stroke();
  g.textAlign = "right";
  for (const v of ticks(plot.y0, plot.y1, 3)) g.fillText(v, left - 5, y(v) + 4);
  g.textAlign = "center";
  for (const t of ticks(plot.x0, plot.x1, 8)) g.fillText(t, x(t), height - bottom + 13);
  if (last) g.fillText("Time (ms)", (left + width - right) / 2, height - 2);
  g.font = "bold 12px sans-serif";
  g.textAlign = "right";
  g.fillText(layer, width - right, top_ + 12);
  const stimulus = plot.curves[0];
  if (stimulus) {  // what is shown, above the panel
    const most = Math.max(...stimulus.shown) || 1;
    g.strokeStyle = "#9a9a9a";
    g.beginPath();
    stimulus.shown.forEach((s, i) => { const at = stimulus.t0 + i * stimulus.dt, h = 10 - 6 * s / most; g.lineTo(x(at), h); g.lineTo(x(Math.min(at + stimulus.dt, plot.x1)), h); });
    g.stroke();
  }
  for (const c of plot.curves) {
    g.fillStyle = g.strokeStyle = colourOf(c);
    const at = i => x(c.t0 + i * c.dt);
    if (c.low.some(Number.isFinite)) {
      g.globalAlpha = 0.18;
      g.beginPath();
      c.low.forEach((v, i) => { if (v !== null) g.lineTo(at(i), y(v)); });
      for (let i = c.high.length - 1; i >= 0; --i) if (c.high[i] !== null) g.lineTo(at(i), y(c.high[i]));
      g.fill();
      g.globalAlpha = 1;
    }
    g.lineWidth = 1.5;
    g.beginPath();
    let open = false;
    c.mean.forEach((v, i) => { if (v === null) { open = false; return; } open ? g.lineTo(at(i), y(v)) : g.moveTo(at(i), y(v)); open = true; });
    g.stroke();
  }
}
function hover(plot, event) {
  const { x, y } = scales(plot), box = plot.canvas.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
  let best = null, least = 400;  // within 20 pixels
  for (const c of plot.curves) {
    const span = x(c.t0 + c.dt) - x(c.t0), i = Math.round((px - x(c.t0)) / span);
    if (i < 0 || i >= c.mean.length || c.mean[i] === null) continue;
    const d = (x(c.t0 + i * c.dt) - px) ** 2 + (y(c.mean[i]) - py) ** 2;
    if (d < least) { least = d; best = [c, i]; }
  }
  tip.style.display = best ? "block" : "none";
  if (!best) return;
  const [c, i] = best;
  tip.textContent = [c.layer, c.model && `${c.category} ${c.model}`, c.value && `${c.parameter} ${c.value}` + (c.ms === null ? "" : ` (${c.ms} ms)`)].filter(Boolean).join(", ") +
    `\n${c.variant}\n${(c.t0 + i * c.dt).toPrecision(4)} ms: ${c.mean[i]}` + (c.low[i] === null ? "" : ` (${c.low[i]} to ${c.high[i]})`);
  tip.style.left = Math.min(event.clientX + 12, window.innerWidth - 220) + "px";
  tip.style.top = event.clientY + 12 + "px";
}
function table() {  // the shown curves, as tidy rows
  const cell = v => v === null || v === undefined ? "" : /[",\n]/.test(v) ? `"${String(v).replaceAll('"', '""')}"` : v;
  const rows = [["experiment", "category", "category_value", "parameter", "parameter_value", "layer", "quantity", "time_ms", "mean", "ci_low", "ci_high"]];
  for (const c of shown())
    c.mean.forEach((v, i) => rows.push([c.experiment, c.category, c.model, c.parameter, c.value, c.layer, c.quantity, +(c.t0 + i * c.dt).toPrecision(9), v, c.low[i], c.high[i]]));
  return rows.map(row => row.map(cell).join(",")).join("\n") + "\n";
}
download.onclick = () => {
  const link = add(document.body, "a", "", { download: `${state.experiment}.${state.quantity}.csv`, href: URL.createObjectURL(new Blob([table()], { type: "text/csv" })) });
  link.click();
  URL.revokeObjectURL(link.href);
  link.remove();
};
window.onresize = draw;
begin(experiments[0]);
document.documentElement.dataset.ready = Math.round(performance.now());
