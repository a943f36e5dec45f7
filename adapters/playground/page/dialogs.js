// The one dialog: somebody new, who opens a link, a whole form.

import { $, element, language, word } from "./elements.js";

const dialog = $("dialog");
let opener = null;

function show(title, ...parts) {
  if (!dialog.open) opener = document.activeElement;
  dialog.replaceChildren(element("h2", { id: "dialog-title", textContent: title }), ...parts);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

const close = () => dialog.close();
const closing = (label) => element("button", { type: "button", textContent: label, on: { click: close } });
dialog.addEventListener("close", () => {
  // The browser goes back to what opened the dialog; where that is gone, to the chat.
  if (!dialog.open && !opener?.isConnected) $("log").focus({ preventScroll: true });
});
const alert = () => element("p", { className: "trouble", role: "alert" });

/** Ask for a name and a language; *add* makes the person and says what was wrong, or "". */
export function newcomer(add) {
  const name = element("input", { id: "new-name", required: true, maxLength: 60, autocomplete: "off" });
  const choice = element("select", { id: "new-language" },
    element("option", { value: "en", textContent: word("english") }),
    element("option", { value: "id", textContent: word("indonesian") }));
  choice.value = language();
  const trouble = alert();
  const form = element("form", {},
    element("div", { className: "field" }, element("label", { className: "head", htmlFor: "new-name", textContent: word("name") }), name),
    element("div", { className: "field" }, element("label", { className: "head", htmlFor: "new-language", textContent: word("language") }), choice),
    trouble,
    element("div", { className: "deeds" }, element("button", { type: "submit", textContent: word("add") }), closing(word("cancel"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.textContent = "";
    trouble.textContent = await add(name.value, choice.value, close);
  });
  show(word("add"), form);
  name.focus();
}

/** Ask which of *people*, or somebody new (null), opens a link. */
export function whoOpens(people, opens) {
  const choice = (label, user, className) => element("button", {
    type: "button", textContent: label, className, on: { click: () => { close(); opens(user); } },
  });
  show(word("opens"),
    element("div", { className: "opens" }, ...people.map((someone) => choice(someone.name, someone.user, "")), choice(word("new"), null, "deed")),
    element("div", { className: "deeds" }, closing(word("cancel"))));
}

/** Keep "can't say" and the answers apart: taking one lets go of the other. */
function apart(field, box, unable) {
  box.addEventListener("input", (event) => {
    const given = field.kind === "words" ? event.target.value !== "" : event.target !== unable && event.target.checked;
    if (event.target !== unable && given) unable.checked = false;
    if (event.target === unable && unable.checked) {
      for (const input of box.querySelectorAll("input")) if (input !== unable) input.checked = false;
      if (field.kind === "words") box.querySelector("textarea").value = "";
    }
  });
}

function question(field) {
  const words = field.kind === "words";
  const kind = field.kind === "many" || words ? "checkbox" : "radio";
  const error = element("p", { className: "error", id: `error-${field.key}`, textContent: field.error });
  const hint = element("p", { className: "hint", id: `hint-${field.key}`, textContent: field.hint });
  const described = { "aria-describedby": `hint-${field.key} error-${field.key}` };
  const tick = (key, label) => {
    const input = element("input", { type: kind, name: field.key, value: key, checked: field.value.includes(key) });
    return element("label", { className: "choice" }, input, element("span", { textContent: label }));
  };
  const parts = words
    ? [element("textarea", { name: field.key, id: `field-${field.key}`, rows: 4, maxLength: 20000, value: field.value, ...described })]
    : field.options.map((option) => tick(option.key, option.label));
  const unable = field.unable
    ? element("label", { className: "choice" }, element("input", { type: kind, name: words ? `${field.key} unable` : field.key, value: "" }), element("span", { textContent: field.unable }))
    : null;
  const box = element("div", { className: field.options.length > 8 ? "row" : "" }, ...parts, ...(unable ? [unable] : []));
  if (unable && kind === "checkbox") apart(field, box, unable.querySelector("input"));
  return words
    ? element("div", { className: "field" }, element("label", { className: "head", htmlFor: `field-${field.key}`, textContent: field.label }), hint, error, box)
    : element("fieldset", { className: "field", ...described }, element("legend", { textContent: field.label }), hint, error, box);
}

/** What was filled in: words, or a list of keys; [] says "can't say"; what is empty is left out. */
function filled(form, fields) {
  const given = new FormData(form);
  const values = {};
  for (const field of fields) {
    const chosen = given.getAll(field.key);
    if (field.kind !== "words") { if (chosen.length) values[field.key] = chosen.filter((key) => key !== ""); }
    else if (chosen[0]?.trim()) values[field.key] = chosen[0];
    else if (given.has(`${field.key} unable`)) values[field.key] = [];
  }
  return values;
}

/** Put the errors of *fields* beside the questions of *form*; the first one gets the focus. */
function complain(form, fields) {
  for (const field of fields) {
    const error = form.querySelector(`#${CSS.escape(`error-${field.key}`)}`);
    if (error) error.textContent = field.error;
    for (const input of form.querySelectorAll(`[name="${CSS.escape(field.key)}"]`)) input.setAttribute("aria-invalid", String(field.error !== ""));
  }
  const first = form.querySelector(".error:not(:empty)")?.closest(".field");
  first?.scrollIntoView({ block: "nearest" });
  first?.querySelector("input:checked, input, textarea")?.focus();
}

/**
 * Show a whole form. *send* hands it in and returns {trouble} or {again}: the same form with
 * errors. Then the dialog stays, and with it all that was typed.
 */
export function whole(asked, send) {
  let form = asked;
  const trouble = alert();
  const submit = element("button", { type: "submit", textContent: asked.submit });
  const page = element("form", { noValidate: true }, ...asked.fields.map(question), trouble,
    element("div", { className: "deeds" }, submit, closing(asked.close)));
  page.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    trouble.textContent = "";
    const answer = await send(form.token, filled(page, form.fields));
    submit.disabled = false;
    if (!dialog.open || !page.isConnected) return;
    if (answer.trouble) trouble.textContent = answer.trouble;
    else if (answer.again) { form = answer.again; complain(page, form.fields); }
    else close();
  });
  show(asked.title, page);
  complain(page, asked.fields);
  if (!asked.fields.some((field) => field.error)) page.querySelector("input, textarea")?.focus();
}
