// The playground's page: who is played, what stands in both chats, and what is done in them.

import { newcomer, whole, whoOpens } from "./dialogs.js";
import { $, draw, element, language, moment, sentence, speak, spokenOnly, word } from "./elements.js";

const wide = matchMedia("(min-width: 1060px)");
const chats = Object.fromEntries([["private", ""], ["group", "group-"]].map(([place, prefix]) => [place, {
  place, of: null, shown: new Map(), pinned: true, failed: null,
  log: $(`${prefix}log`), write: $(`${prefix}write`), text: $(`${prefix}text`),
  trouble: $(`${prefix}trouble`), me: $(`${prefix}me`),
}]));
let state = { people: [], clock: null, group: 0, address: location.origin };
let person = sessionStorage.getItem("person");
let place = "private";
let seen = Number(sessionStorage.getItem("group") ?? 0);

const current = () => state.people.find((someone) => someone.user === person);
const visible = (chat) => wide.matches || chat.place === place;

// Asking

async function ask(path, data) {
  const options = data && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data) };
  try {
    const answer = await fetch(`/playground/${path}`, options);
    const said = await answer.json();
    return answer.ok ? said : { trouble: sentence(said) };
  } catch {
    return { trouble: word("away") };
  }
}

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

let line = Promise.resolve();

/** Do something as the person: one thing after the other, and after a failure under the same id. */
function act(chat, data) {
  const user = person;
  const done = line.then(async () => {
    const same = JSON.stringify([user, data]);
    const id = chat.failed?.same === same ? chat.failed.id : newId();
    chat.trouble.textContent = "";
    const answer = await ask("act", { id, user, chat: chat.place, ...data });
    chat.failed = answer.trouble ? { same, id } : null;
    if (answer.trouble) chat.trouble.textContent = answer.trouble;
    chat.pinned = true;
    refresh();
    return answer;
  });
  line = done.catch(() => null);
  return done;
}

// Drawing: again until nothing changed meanwhile

let drawing = null;
let again = false;

function refresh() {
  again = true;
  drawing ??= (async () => {
    try {
      while (again) {
        again = false;
        await drawAll();
      }
    } finally {
      drawing = null;
    }
  })();
  return drawing;
}

async function drawAll() {
  const said = await ask("state");
  if (said.trouble) { chats[place].trouble.textContent = said.trouble; return; }
  state = said;
  for (const { trouble } of Object.values(chats)) if (trouble.textContent === word("away")) trouble.textContent = "";
  if (!current() && again) return; // somebody was added meanwhile
  if (!current()) person = state.people[0]?.user ?? null;
  speak(current()?.language);
  document.body.dataset.place = place;
  drawPeople();
  drawClock();
  drawTabs();
  const someone = current();
  for (const chat of Object.values(chats)) {
    if (visible(chat)) await drawChat(chat, someone);
    if (current() !== someone) { again = true; return; } // somebody else was chosen meanwhile
  }
}

function drawPeople() {
  const focused = document.activeElement?.dataset?.user;
  $("list").replaceChildren(...state.people.map((someone) => {
    const mine = someone.user === person;
    const made = element("button", { type: "button", "data-user": someone.user, on: { click: () => choose(someone.user) } }, element("span", { textContent: someone.name }));
    if (mine) made.setAttribute("aria-current", "true");
    if (someone.unread && !(mine && visible(chats.private))) made.append(badge(someone.unread));
    return element("li", {}, made);
  }));
  if (focused) document.querySelector(`[data-user="${CSS.escape(focused)}"]`)?.focus();
}

const badge = (count) => element("span", { className: "badge" }, String(count), spokenOnly(` ${word("unread")}`));

function drawTabs() {
  if (visible(chats.group)) { seen = state.group; sessionStorage.setItem("group", String(seen)); }
  const unread = { private: visible(chats.private) ? 0 : current()?.unread, group: Math.max(0, state.group - seen) };
  for (const name of ["private", "group"]) {
    $(name).setAttribute("aria-pressed", String(place === name));
    $(name).querySelector(".badge")?.remove();
    if (unread[name]) $(name).append(badge(unread[name]));
  }
}

function drawClock() {
  $("clock").hidden = !state.clock;
  if (!state.clock) return;
  $("now").dateTime = state.clock;
  $("now").textContent = moment(state.clock, { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
}

async function drawChat(chat, someone) {
  chat.text.disabled = !someone;
  chat.me.textContent = someone?.name ?? "";
  if (!someone) {
    if (chat.place === "private") chat.log.replaceChildren(note(word("nobody")));
    return;
  }
  const said = await ask(`chat?user=${encodeURIComponent(someone.user)}&chat=${chat.place}`);
  if (said.trouble) chat.trouble.textContent = said.trouble;
  else if (current() === someone) fill(chat, someone, said);
}

/** Put a chat's messages in, touching only what changed: a screen reader says just that. */
function fill(chat, someone, { entries, earlier }) {
  const of = `${someone.user} ${language()}`;
  const other = chat.of !== of;
  if (other) { chat.of = of; chat.shown.clear(); chat.log.setAttribute("aria-live", "off"); chat.log.replaceChildren(); }
  const wanted = [...notes(chat, entries, earlier), ...entries.flatMap((entry, at) => [...day(entry, entries[at - 1]), item(entry.id, entry, () => bubble(chat, entry))])];
  const shown = new Map();
  let changed = null;
  for (const { key, told, make } of wanted) {
    const old = chat.shown.get(key);
    const kept = old?.told === told ? old : { told, made: make(), focused: old?.made.contains(document.activeElement) };
    if (kept !== old) changed = kept.made;
    if (old && kept !== old) old.made.replaceWith(kept.made);
    shown.set(key, kept);
  }
  for (const [key, old] of chat.shown) if (!shown.has(key)) old.made.remove();
  let before = null;
  for (const { made } of shown.values()) {
    const next = before ? before.nextSibling : chat.log.firstChild;
    if (next !== made) chat.log.insertBefore(made, next);
    before = made;
  }
  for (const one of shown.values()) if (one.focused) { one.made.focus({ preventScroll: true }); one.focused = false; }
  chat.shown = shown;
  chat.log.dataset.of = someone.name;
  if (other) { chat.pinned = true; if (chat.log.lastElementChild) reveal(chat, chat.log.lastElementChild); requestAnimationFrame(() => chat.log.setAttribute("aria-live", "polite")); }
  else if (changed && chat.pinned) reveal(chat, changed);
}

const item = (key, told, make) => ({ key, told: JSON.stringify(told), make });
const note = (text) => element("p", { className: "note", textContent: text });

function notes(chat, entries, earlier) {
  const lone = chat.place === "private" ? "empty" : "emptygroup";
  const text = earlier ? word(chat.place === "private" ? "earlier" : "earliergroup") : entries.length ? "" : word(lone);
  return text ? [item("note", text, () => note(text))] : [];
}

function day(entry, before) {
  if (!entry.at) return [];
  const long = { weekday: "long", day: "numeric", month: "long" };
  const text = moment(entry.at, long);
  return before?.at && moment(before.at, long) === text ? [] : [item(`day ${entry.id}`, text, () => element("p", { className: "day", textContent: text }))];
}

/** Bring a message into view: its end, or its beginning where it is taller than the phone. */
function reveal(chat, made) {
  const last = made === chat.log.lastElementChild;
  if (made.offsetHeight > chat.log.clientHeight) chat.log.scrollTop = made.offsetTop - 12;
  else if (last) chat.log.scrollTop = chat.log.scrollHeight;
  else made.scrollIntoView({ block: "nearest" });
}

function bubble(chat, entry) {
  const mine = entry.author === person;
  const made = element("article", { className: mine ? "entry mine" : "entry", tabIndex: -1 });
  const who = mine ? word("you") : entry.author ? entry.name : "Titian";
  made.append(entry.author && !mine ? element("strong", { className: "author", textContent: who }) : spokenOnly(`${who}: `));
  const body = element("div", { className: "body" }, ...entry.body.map((node) => draw(node, follow)));
  if (entry.language) body.lang = entry.language;
  made.append(body, ...entry.files.map((file) => attached(chat, file)));
  const buttons = entry.buttons.map((button) => element("button", {
    type: "button", textContent: button.label, on: { click: () => act(chat, { kind: "tap", token: button.token, message: entry.id }) },
  }));
  if (entry.form) buttons.unshift(element("button", { type: "button", className: "deed", textContent: word("form"), on: { click: () => fillForm(chat, entry) } }));
  if (buttons.length) made.append(element("div", { className: "buttons", role: "group", "aria-label": word("choices"), lang: entry.language }, ...buttons));
  const meta = [entry.at ? moment(entry.at, { hour: "2-digit", minute: "2-digit" }) : "", entry.edited ? word("edited") : ""].filter(Boolean);
  if (meta.length) made.append(element("div", { className: "meta", textContent: meta.join(" · ") }));
  return made;
}

function attached(chat, file) {
  if (!file.picture) return element("a", { href: file.url, className: "file", textContent: file.name, ...(file.page ? { target: "_blank", rel: "noopener" } : { download: file.name }) });
  const late = () => { if (chat.pinned) reveal(chat, chat.log.lastElementChild); };
  return element("a", { href: file.url, target: "_blank", rel: "noopener" }, element("img", { src: file.url, alt: file.description, on: { load: late } }));
}

function fillForm(chat, entry) {
  whole(entry.form, async (token, values) => {
    const answer = await act(chat, { kind: "form", token, message: entry.id, values });
    if (answer.trouble) return answer;
    const said = await ask(`chat?user=${encodeURIComponent(person)}&chat=${chat.place}`);
    const replies = (said.entries ?? []).filter((one) => answer.messages.includes(one.id));
    const refused = replies.findLast((one) => one.form?.fields.some((field) => field.error));
    if (!refused) return {};
    entry = refused;
    return { again: refused.form };
  });
}

// Links, people, places

function codeIn(address) {
  if (!URL.canParse(address, location.href)) return null;
  const url = new URL(address, location.href);
  const ours = url.origin === location.origin || url.origin === new URL(state.address).origin;
  return ours && url.pathname === "/" ? url.searchParams.get("start") : null;
}

function follow(address) {
  const code = codeIn(address);
  if (code) {
    const start = () => act(chats.private, { kind: "text", text: `/start ${code}` });
    whoOpens(state.people, (user) => (user ? choose(user, "private").then(start) : addPerson(start)));
  }
  return Boolean(code);
}

function addPerson(then) {
  newcomer(async (name, spoken, close) => {
    const made = await ask("person", { name, language: spoken });
    if (made.trouble) return made.trouble;
    close();
    chats.private.text.disabled = false;
    chats.private.text.focus();
    await choose(made.user, "private");
    if (document.activeElement === document.body) chats.private.text.focus();
    await then?.();
    return "";
  });
}

async function choose(user, where = place) {
  person = user;
  place = where;
  sessionStorage.setItem("person", user);
  for (const chat of Object.values(chats)) { chat.trouble.textContent = ""; chat.pinned = true; }
  await refresh();
  document.querySelector("#list [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

$("add").addEventListener("click", () => addPerson());
for (const name of ["private", "group"]) $(name).addEventListener("click", () => { place = name; chats[name].of = null; return refresh(); });
wide.addEventListener("change", refresh);

for (const button of document.querySelectorAll("[data-by]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    $("moved").textContent = "";
    const moved = await ask("clock", { by: button.dataset.by });
    await refresh();
    $("moved").textContent = moved.trouble ?? (moved.done ? "" : word("nothing"));
    button.disabled = false;
    if (document.activeElement === document.body) button.focus();
  });
}

for (const chat of Object.values(chats)) {
  const grow = () => { chat.text.style.height = "auto"; chat.text.style.height = `${chat.text.scrollHeight + 2}px`; };
  let sending = false;
  chat.log.addEventListener("scroll", () => { chat.pinned = chat.log.scrollHeight - chat.log.scrollTop - chat.log.clientHeight < 120; });
  chat.text.addEventListener("input", grow);
  chat.text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); chat.write.requestSubmit(); }
  });
  chat.write.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = chat.text.value;
    if (!text.trim() || sending) return;
    sending = true;
    chat.text.focus();
    const answer = await act(chat, { kind: "text", text });
    sending = false;
    if (!answer.trouble && chat.text.value === text) { chat.text.value = ""; grow(); }
  });
}

await refresh();
new EventSource("/playground/events").addEventListener("message", refresh);
setInterval(refresh, 30_000);
if (follow(location.href)) history.replaceState(null, "", "/");
