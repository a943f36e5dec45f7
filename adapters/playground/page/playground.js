// The playground's page: draws what /playground/* says; text only ever through textContent.

const $ = (id) => document.getElementById(id);
const words = await (await fetch("/playground/words.json")).json();
let state = { people: [], clock: null, version: -1, restarted: false };
let person = sessionStorage.getItem("person");
let place = "private";
let busy = false;
let drawn = "";
let filling = null;

const current = () => state.people.find((someone) => someone.user === person);
const language = () => current()?.language ?? (navigator.language.startsWith("id") ? "id" : "en");
const word = (key) => words[language()][key];

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

async function call(path, data) {
  $("trouble").textContent = "";
  try {
    const answer = await fetch(`/playground/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(data),
    });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    $("trouble").textContent = words[language()][said.reason] ?? word("trouble");
  } catch {
    $("trouble").textContent = word("trouble");
  }
  return null;
}

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

async function act(data) {
  if (!person || busy) return null;
  busy = true;
  const done = await call("act", { id: newId(), user: person, chat: place, ...data });
  busy = false;
  await refresh();
  return done;
}

function draw(node) {
  if (typeof node === "string") return document.createTextNode(node);
  const made = document.createElement(node.name);
  if (node.name === "a") {
    made.href = node.href;
    made.rel = "noreferrer";
    made.addEventListener("click", (event) => {
      const code = codeIn(node.href);
      if (code) {
        event.preventDefault();
        whoOpens(code);
      }
    });
  }
  if (node.start) made.start = node.start;
  made.append(...node.children.map(draw));
  return made;
}

function codeIn(address) {
  const url = new URL(address, location.href);
  return url.origin === location.origin && url.pathname === "/" ? url.searchParams.get("start") : null;
}

function bubble(entry) {
  const mine = place === "private" ? entry.author !== "" : entry.author === person;
  const made = element("article", { className: mine ? "entry mine" : "entry" });
  if (entry.author && !mine) made.append(element("strong", { textContent: entry.name }), " ");
  made.append(...entry.body.map(draw));
  for (const file of entry.files) {
    if (file.picture) made.append(element("a", { href: file.url, target: "_blank" }, element("img", { src: file.url, alt: file.description })));
    else made.append(element("a", { href: file.url, target: "_blank", className: "file", textContent: file.name }));
  }
  if (entry.buttons.length || entry.form) {
    const row = element("div", { className: "buttons", role: "group", "aria-label": word("choices") });
    if (entry.form) row.append(element("button", { type: "button", className: "deed", textContent: word("form"), on: { click: () => whole(entry) } }));
    for (const [number, button] of entry.buttons.entries()) {
      row.append(element("button", {
        type: "button", textContent: button.label, id: `b-${entry.id}-${number}`,
        on: { click: () => act({ kind: "tap", token: button.token, message: entry.id }) },
      }));
    }
    made.append(row);
  }
  if (entry.edited) made.append(element("div", { className: "meta", textContent: word("edited") }));
  return made;
}

async function refresh() {
  state = await (await fetch("/playground/state")).json();
  if (!current() && state.people.length) person = state.people[0].user;
  document.documentElement.lang = language();
  for (const marked of document.querySelectorAll("[data-word]")) marked.textContent = word(marked.dataset.word);
  drawPeople();
  drawClock();
  await drawChat();
}

function drawPeople() {
  const focused = document.activeElement?.dataset?.user;
  $("list").replaceChildren(...state.people.map((someone) => {
    const made = element("button", { type: "button", "data-user": someone.user, on: { click: () => choose(someone.user) } }, element("span", { textContent: someone.name }));
    if (someone.user === person) made.setAttribute("aria-current", "true");
    if (someone.unread && someone.user !== person) made.append(element("span", { className: "badge" }, String(someone.unread), element("span", { className: "hidden", textContent: ` ${word("unread")}` })));
    return element("li", {}, made);
  }));
  if (focused) document.querySelector(`[data-user="${CSS.escape(focused)}"]`)?.focus();
}

function drawClock() {
  $("clock").hidden = !state.clock;
  $("clock").setAttribute("aria-label", word("clock"));
  if (!state.clock) return;
  const locale = language() === "id" ? "id-ID" : "en-GB";
  $("now").textContent = new Date(state.clock).toLocaleString(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
}

async function drawChat() {
  $("private").setAttribute("aria-pressed", String(place === "private"));
  $("group").setAttribute("aria-pressed", String(place === "group"));
  $("title").textContent = current()?.name ?? "Titian";
  $("text").disabled = !person;
  if (!person) {
    $("log").replaceChildren(element("p", { className: "note", textContent: word("nobody") }));
    return;
  }
  const answer = await fetch(`/playground/chat?chat=${encodeURIComponent(place === "private" ? person : "group")}`);
  const { entries } = await answer.json();
  const now = JSON.stringify([person, place, language(), entries]);
  if (now === drawn) return;
  drawn = now;
  const log = $("log");
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  const focused = document.activeElement?.id;
  const notes = [];
  if (state.restarted && place === "private") notes.push(element("p", { className: "note", textContent: word("restarted") }));
  if (!entries.length && !notes.length) notes.push(element("p", { className: "note", textContent: word(place === "private" ? "empty" : "emptygroup") }));
  log.replaceChildren(...notes, ...entries.map(bubble));
  if (focused?.startsWith("b-")) ($(focused) ?? log.querySelector(".entry:last-of-type button") ?? log).focus();
  const open = filling && entries.find((entry) => entry.id === filling);
  if (open?.form?.fields.some((field) => field.error)) whole(open);
  if (low || entries.at(-1)?.author === person) log.scrollTop = log.scrollHeight;
}

async function choose(user) {
  person = user;
  sessionStorage.setItem("person", user);
  $("log").scrollTop = 0;
  drawn = "";
  await refresh();
  $("log").scrollTop = $("log").scrollHeight;
}

function show(title, ...parts) {
  const dialog = $("dialog");
  dialog.replaceChildren(element("h2", { id: "dialog-title", textContent: title }), ...parts);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

function closing() {
  return element("button", { type: "button", textContent: word("cancel"), on: { click: () => $("dialog").close() } });
}

function newcomer(then) {
  const name = element("input", { id: "new-name", required: true, maxLength: 60, autocomplete: "off" });
  const choice = element("select", { id: "new-language" }, element("option", { value: "en", textContent: "English" }), element("option", { value: "id", textContent: "Bahasa Indonesia" }));
  choice.value = language();
  const form = element("form", {},
    element("fieldset", {}, element("label", { className: "head", htmlFor: "new-name", textContent: word("name") }), name),
    element("fieldset", {}, element("label", { className: "head", htmlFor: "new-language", textContent: word("language") }), choice),
    element("div", { className: "deeds" }, element("button", { type: "submit", textContent: word("add") }), closing()));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const made = await call("person", { name: name.value, language: choice.value });
    if (!made) return;
    $("dialog").close();
    place = "private";
    await choose(made.user);
    if (then) await then();
    $("text").focus();
  });
  show(word("add"), form);
  name.focus();
}

function whoOpens(code) {
  const open = async () => {
    place = "private";
    await act({ kind: "text", text: `/start ${code}` });
  };
  const list = element("div", { className: "opens" }, ...state.people.map((someone) => element("button", {
    type: "button", textContent: someone.name,
    on: { click: async () => { $("dialog").close(); place = "private"; await choose(someone.user); await open(); } },
  })), element("button", { type: "button", className: "deed", textContent: word("new"), on: { click: () => newcomer(open) } }));
  show(word("opens"), list, element("div", { className: "deeds" }, closing()));
}

function fieldset(field) {
  const error = element("p", { className: "error", id: `error-${field.key}`, textContent: field.error });
  const hint = field.hint ? [element("p", { className: "hint", textContent: field.hint })] : [];
  if (field.kind === "words") {
    const box = element("textarea", { name: field.key, id: `field-${field.key}`, rows: 4, value: typeof field.value === "string" ? field.value : "" });
    box.setAttribute("aria-describedby", error.id);
    return element("fieldset", {}, element("label", { className: "head", htmlFor: box.id, textContent: field.label }), ...hint, error, box);
  }
  const many = field.kind === "many";
  const choices = field.options.map((option) => {
    const input = element("input", { type: many ? "checkbox" : "radio", name: field.key, value: option.key, checked: field.value.includes(option.key) });
    return element("label", { className: "choice" }, input, element("span", { textContent: option.label }));
  });
  const unable = element("label", { className: "choice" }, element("input", { type: many ? "checkbox" : "radio", name: field.key, value: "" }), element("span", { textContent: field.unable }));
  const row = field.options.length > 8 ? "row" : "";
  return element("fieldset", {}, element("legend", { textContent: field.label }), ...hint, error, element("div", { className: row }, ...choices, unable));
}

function whole(entry) {
  filling = entry.id;
  const asked = entry.form;
  const form = element("form", {}, ...asked.fields.map(fieldset),
    element("div", { className: "deeds" }, element("button", { type: "submit", textContent: asked.submit }), closing()));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = {};
    const given = new FormData(form);
    for (const field of asked.fields) {
      const chosen = given.getAll(field.key);
      if (field.kind === "words") { if (chosen[0]?.trim()) values[field.key] = chosen[0]; }
      else if (chosen.length) values[field.key] = chosen.filter((key) => key !== "");
    }
    $("dialog").close();
    filling = entry.id;
    await act({ kind: "form", token: asked.token, message: entry.id, values });
  });
  show(asked.title, form);
  (form.querySelector(".error:not(:empty)")?.closest("fieldset") ?? form).querySelector("input, textarea")?.focus();
}

$("dialog").addEventListener("close", () => { filling = null; });
$("add").addEventListener("click", () => newcomer());
for (const name of ["private", "group"]) {
  $(name).addEventListener("click", async () => { place = name; drawn = ""; await refresh(); $("log").scrollTop = $("log").scrollHeight; });
}
for (const button of document.querySelectorAll("[data-by]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    const moved = await call("clock", { by: button.dataset.by });
    button.disabled = false;
    if (moved && !moved.done) $("trouble").textContent = word("nothing");
    await refresh();
    button.focus();
  });
}
$("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value;
  if (!text.trim()) return;
  const done = await act({ kind: "text", text });
  if (done) { $("text").value = ""; grow(); }
  $("text").focus();
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("write").requestSubmit(); }
});
const grow = () => { $("text").style.height = "auto"; $("text").style.height = `${$("text").scrollHeight}px`; };
$("text").addEventListener("input", grow);

await refresh();
$("log").scrollTop = $("log").scrollHeight;
let waiting = false;
new EventSource("/playground/events").addEventListener("message", async () => {
  if (waiting || busy) return;
  waiting = true;
  await refresh();
  waiting = false;
});
const opened = codeIn(location.href);
if (opened) { history.replaceState(null, "", "/"); whoOpens(opened); }
