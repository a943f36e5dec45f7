// Words and elements: everything that is shown goes through textContent, never through markup.

export const $ = (id) => document.getElementById(id);

const words = await (await fetch("/playground/words.json")).json();
let spoken = navigator.language.startsWith("id") ? "id" : "en";

export const language = () => spoken;
export const word = (key) => words[spoken][key];

/** Speak *chosen*, in everything that carries a data-word. */
export function speak(chosen) {
  if (chosen in words) spoken = chosen;
  document.documentElement.lang = spoken;
  for (const marked of document.querySelectorAll("[data-word]")) {
    const text = word(marked.dataset.word);
    if (marked.textContent !== text) marked.textContent = text;
  }
}

/** The sentence of a refusal, in the language spoken. */
export const sentence = (refusal) => refusal?.[spoken] ?? word("trouble");

/** A moment as people say it. */
export function moment(iso, form) {
  return new Date(iso).toLocaleString(spoken === "id" ? "id-ID" : "en-GB", form);
}

/** An element; "on" holds its listeners. Strings among *children* become text. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** A node of a message, as outgoing.py describes it. *follow* may keep a link from being followed. */
export function draw(node, follow) {
  if (typeof node === "string") return document.createTextNode(node);
  const made = document.createElement(node.name);
  if (node.name === "a") {
    made.href = node.href;
    made.target = "_blank";
    made.rel = "noopener noreferrer";
    made.addEventListener("click", (event) => { if (follow(node.href)) event.preventDefault(); });
  }
  if (node.start !== undefined) made.start = node.start;
  made.append(...node.children.map((child) => draw(child, follow)));
  return made;
}

/** Text that only a screen reader says. */
export const spokenOnly = (text) => element("span", { className: "hidden", textContent: text });
