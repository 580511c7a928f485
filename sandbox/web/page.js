// Polls /overview every 1.5 s, redraws only what changed, and acts through the control API. Data enters as text, never as HTML.
"use strict";

const $ = (id) => document.getElementById(id);
const B2W_ACTS = { INVOICED: [["ship", "Coletar"]], SHIPPED: [["deliver", "Entregar"]] };
const money = new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" });
const hour = (moment) => new Date(moment).toLocaleTimeString("pt-BR", { timeZone: "America/Sao_Paulo" });
const asked = new URLSearchParams(location.search);
let face = asked.get("face") in FACES ? asked.get("face") : "skyhub";
let store = asked.get("store") || "demo";
let view = null;
let clockOffset = 0;
let first = true;

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "onclick") node.onclick = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// Keep the nodes of unchanged items, so that an opened call stays open and nothing flickers.
function draw(list, items, keyOf, render) {
  const known = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const nodes = items.map((item) => {
    const key = String(keyOf(item));
    const { seconds_left, ...lasting } = item;
    const print = JSON.stringify(lasting);
    const old = known.get(key);
    if (old && old.dataset.print === print) return old;
    const node = render(item);
    node.dataset.key = key;
    node.dataset.print = print;
    if (!first) node.classList.add("fresh");
    return node;
  });
  if (nodes.length !== list.children.length || nodes.some((node, index) => node !== list.children[index])) {
    list.replaceChildren(...nodes);
  }
}

function orderNode(order) {
  const { status, steps: known, acts: possible } = FACES[face];
  const reached = known.indexOf(order.type);
  const steps = known.map((_, index) => el("i", { class: index <= reached ? "done" : "" }));
  const acts = [...(order.calculation_type?.startsWith("b2w") ? B2W_ACTS[order.type] || [] : []), ...(possible[order.type] || [])];
  const state = el("div", { class: `state ${order.type}` },
    reached >= 0 ? el("span", { class: "steps", "aria-hidden": "true" }, ...steps) : null,
    status[order.type] || order.type,
    order.invoice_pending ? el("span", { class: "tag warn" }, "aguarda NF-e") : null,
    order.arranged && order.type === "READY_TO_SHIP" ? el("span", { class: "tag" }, "envio organizado") : null,
    order.packages > 1 ? el("span", { class: "tag" }, `${order.packages} pacotes`) : null,
    order.carrier ? el("span", { class: "tag" }, order.carrier) : null,
    order.unavailable ? el("span", { class: "tag warn" }, "INDISPONÍVEL: aguarda prazo do marketplace") : null,
    order.malformed ? el("span", { class: "tag warn" }, "conteúdo malformado") : null,
    order.calculation_type?.startsWith("b2w") ? el("span", { class: "tag" }, "B2W Entrega") : null,
    order.queued ? el("span", { class: "tag" }, `${order.queued} na fila`) : null);
  const facts = el("div", { class: "facts" });
  if (order.invoice_key) facts.append("NF-e ", el("code", {}, order.invoice_key));
  if (order.tracking) facts.append(order.invoice_key ? " · rastreio " : "rastreio ", el("code", {}, order.tracking));
  return el("article", { class: "order" },
    el("div", {}, el("div", { class: "code" }, order.code),
      el("div", { class: "who" }, `${order.buyer} · ${order.items} ${order.items === 1 ? "item" : "itens"} · ${hour(order.placed_at)}`)),
    el("div", { class: "total" }, money.format(order.total)),
    state,
    el("div", { class: "acts" }, ...acts.map(([verb, label]) =>
      el("button", { onclick: () => act(order.code, verb), "aria-label": `${label} ${order.code}` }, label))),
    facts.childNodes.length ? facts : null);
}

function queueNode(entry) {
  const name = entry.push ? `${entry.code} · ${PUSH[entry.push] || entry.push}` : entry.code;
  if (entry.state === "lost") return el("div", { class: "entry" }, el("span", {}, name), el("span", { class: "left" }, "perdido"));
  const waiting = entry.push ? "enviando" : "esperando";
  const state = entry.leased ? el("span", { class: "left", "data-until": entry.leased_until }, "") : el("span", { class: "wait" }, waiting);
  return el("div", { class: "entry" }, el("span", {}, name), state);
}

// The marketplace's own words when it refused, else nothing.
function reason(call) {
  try {
    const { error, errors, message } = JSON.parse(call.answer);
    return [error, error ? message : ""].filter(Boolean).join(": ") || errors?.detail || message;
  } catch {
    return "";
  }
}

const about = (call) => (call.code && !call.path.includes(call.code) ? ` · ${call.code}` : "");

function callNode(call) {
  const tone = call.status === null || call.status >= 500 ? "bad" : call.status >= 400 || reason(call) ? "no" : "ok";
  const effect = call.effect.split("+").map((name) => EFFECT[name] || name).join(" e ");
  return el("details", { class: "call" },
    el("summary", {},
      el("span", { class: "method" }, call.method), el("span", { class: "path" }, call.path),
      el("span", { class: `status ${tone}` }, call.status === null ? "sem resposta" : String(call.status)),
      el("span", { class: `effect ${call.effect === "none" ? "" : "did"}` },
        call.fault ? `falha simulada: ${call.fault} · ${effect}` : reason(call) || effect + about(call)),
      el("time", {}, hour(call.at))),
    el("pre", {}, [call.body, call.answer && `→ ${call.answer}`].filter(Boolean).join("\n\n") || "(sem corpo)"));
}

function show(found) {
  view = found;
  clockOffset = Date.parse(found.now) - Date.now();
  const { name, queue, special } = FACES[face];
  $("face-name").textContent = name;
  if (!$("face").options.length) {
    $("face").replaceChildren(...Object.keys(found.faces).filter((key) => key in FACES).map((key) => el("option", { value: key }, FACES[key].name)));
  }
  $("face").value = face;
  document.querySelector("[data-do=create-special]").textContent = special[0];
  for (const word of ["title", "hint", "empty"]) $(`queue-${word}`).textContent = queue[word];
  for (const word of ["waiting", "leased"]) $(`${word}-word`).textContent = queue[word];
  const names = found.faces[face];
  if (names.join() !== [...$("store").options].map((option) => option.value).join()) {
    $("store").replaceChildren(...names.map((name) => el("option", { value: name }, name)));
  }
  $("store").value = store;
  $("clock-note").textContent = found.frozen ? "relógio congelado" : "relógio do marketplace";
  document.querySelector("[data-do=freeze]").textContent = found.frozen ? "Descongelar" : "Congelar";
  $("selling").textContent = found.selling.on ? `vendendo a cada ${found.selling.pace.toLocaleString("pt-BR")} s` : "";
  document.querySelector("[data-do=sell]").textContent = found.selling.on ? "Parar" : "Iniciar";
  const armed = found.faults.filter((rule) => rule.count === null || rule.hits < rule.count).length;
  $("faults").textContent = armed ? `${armed} ligada${armed > 1 ? "s" : ""}` : "";
  $("faults").className = "lamp bad";
  $("open").textContent = found.open_orders;
  $("leased").textContent = found.queue.filter((entry) => entry.leased).length;
  $("waiting").textContent = found.queue.filter((entry) => !entry.leased).length;
  $("calls-total").textContent = found.calls_total.toLocaleString("pt-BR");
  draw($("orders"), found.orders, (order) => order.code, orderNode);
  const seen = {};
  draw($("queue"), found.queue, (entry) => `${face} ${entry.code} ${(seen[entry.code] = (seen[entry.code] || 0) + 1)}`, queueNode);
  draw($("calls"), found.calls, (call) => call.number, callNode);
  first = false;
  tick();
}

function tick() {
  if (!view) return;
  const now = view.frozen ? Date.parse(view.now) : Date.now() + clockOffset;
  $("clock").textContent = hour(now);
  for (const node of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.round((Date.parse(node.dataset.until) - now) / 1000));
    node.textContent = `${FACES[face].queue.until} ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }
}

async function ask(method, path, body) {
  const response = await fetch(path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

async function refresh() {
  try {
    show(await ask("GET", `overview/${face}?store=${encodeURIComponent(store)}`));
    if ($("problem").dataset.kind === "offline") $("problem").hidden = true;
  } catch (error) {
    complain(error instanceof TypeError ? "O marketplace simulado não responde. Ele ainda está rodando?" : error.message, "offline");
  }
}

function complain(text, kind) {
  $("problem").textContent = text;
  $("problem").dataset.kind = kind;
  $("problem").hidden = false;
  if (kind !== "offline") setTimeout(() => { $("problem").hidden = true; }, 6000);
}

const scoped = (path) => `control/${face}/${path}?store=${encodeURIComponent(store)}`;
const act = (code, verb) => perform(() => ask("POST", scoped(`orders/${encodeURIComponent(code)}/${verb}`), {}));
const DO = {
  create: () => ask("POST", scoped("orders"), {}),
  "create-paid": () => ask("POST", scoped("orders"), FACES[face].paid),
  "create-special": () => ask("POST", scoped("orders"), FACES[face].special[1]),
  "access-key": async () => {
    const field = $("access-key");
    field.value = await (await fetch("control/access-key")).text();
    field.select();
    await navigator.clipboard?.writeText(field.value).catch(() => {});  // no permission: it is selected to copy by hand
  },
  sell: () => ask("POST", "control/selling", view.selling.on ? { on: false } : { on: true, pace: Number($("pace").value) }),
  advance: () => ask("POST", "control/clock", { seconds: 300 }),
  "advance-hour": () => ask("POST", "control/clock", { seconds: 3600 }),
  freeze: () => ask("POST", "control/clock", { freeze: !view.frozen }),
  fault: () => ask("POST", "control/faults", { ...JSON.parse($("fault").value), face: `^${face}$` }),
  "no-faults": () => ask("DELETE", "control/faults"),
};

async function perform(action) {
  try {
    await action();
  } catch (error) {
    complain(error.message, "refused");
  }
  await refresh();
}

for (const button of document.querySelectorAll("[data-do]")) button.onclick = () => perform(DO[button.dataset.do]);
$("face").onchange = () => { face = $("face").value; store = "demo"; first = true; refresh(); };
$("store").onchange = () => { store = $("store").value; first = true; refresh(); };
$("pace").onchange = () => { if (view?.selling.on) perform(() => ask("POST", "control/selling", { on: true, pace: Number($("pace").value) })); };
refresh();
setInterval(refresh, 1500);
setInterval(tick, 1000);
