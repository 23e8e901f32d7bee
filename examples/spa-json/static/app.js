// The whole page, without a framework. `call` is what a single-page application needs to know about accounts here.
"use strict";

// ---- talking to the API

function cookie(name) {
  const pair = document.cookie.split("; ").find((pair) => pair.startsWith(name + "="));
  return pair ? pair.slice(name.length + 1) : "";
}

// Asking for the sign-in data starts a session if there is none, and brings the cookie with the CSRF token.
async function greet() {
  const answer = await fetch("/api/login", { cache: "no-store" });
  return answer.json();
}

// Sends a request with the token from the cookie in its header: another site can make a browser send our cookies, but
// it cannot read them, so it does not know the token.
async function call(method, path, body, isSecondTry = false) {
  if (!cookie("XSRF-TOKEN")) await greet();
  const response = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json", "X-XSRF-Token": cookie("XSRF-TOKEN") },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  const answer = { ok: response.ok, ...(text ? JSON.parse(text) : {}) };
  // A refusal that no field of a form explains: the token was too old, or of a session that is no more.
  const isAboutToken = !answer.field_errors || "csrf_token" in answer.field_errors;
  if (response.status === 400 && isAboutToken && !isSecondTry) {
    await greet();
    return call(method, path, body, true);
  }
  return answer;
}

// ---- showing things

function show(view) {
  for (const section of document.querySelectorAll("[data-view]")) section.hidden = section.dataset.view !== view;
  document.querySelector(`[data-view="${view}"] input`).focus();
}

function say(text, kind = "info") {
  const news = document.getElementById("news");
  news.replaceChildren();
  news.className = text ? "pc-messages" : "";
  if (!text) return;
  const message = document.createElement("p");
  message.className = `pc-message pc-message-${kind}`;
  message.textContent = text; // never as HTML
  news.append(message);
}

function showBoard(answer) {
  document.getElementById("who").textContent = answer.you;
  const items = answer.notices.map((notice) => {
    const item = document.createElement("li");
    item.textContent = `${notice.text} (${notice.by})`;
    return item;
  });
  document.getElementById("notices").replaceChildren(...items);
  show("board");
}

// What the server says to do next decides what is shown next.
function refused(answer) {
  say((answer.errors || ["The server did not understand that."]).join(" "), "error");
  if (answer.next === "verify") show("verify");
  if (answer.next === "sign-in") signedOut();
}

function signedOut() {
  document.getElementById("who").textContent = "";
  show("sign-in");
}

async function openBoard() {
  const answer = await call("GET", "/api/board");
  if (answer.ok) showBoard(answer);
  else refused(answer);
}

// ---- what the forms and buttons do

// The token of the mailed link; it is taken out of the address bar at once, and out of the history with it.
let resetToken = "";

const actions = {
  "sign-in": (form) => call("POST", "/api/login", { ...form, remember: form.remember === "on" }),
  register: (form) => call("POST", "/api/register", form),
  forgot: (form) => call("POST", "/api/reset", form),
  reset: (form) => call("POST", `/api/reset/${resetToken}`, form),
  verify: (form) => call("POST", "/api/verify", form),
  write: (form) => call("POST", "/api/board", form),
  clear: () => call("DELETE", "/api/board"),
  reports: () => call("GET", "/api/reports"),
  "sign-out": () => call("POST", "/api/logout"),
};

const afterwards = {
  "sign-in": openBoard,
  register: openBoard,
  forgot: () => say("If there is such an account, the mail is on its way. Look into the outbox folder.", "success"),
  reset: () => {
    say("The password is set. All sessions of the account have ended: please sign in.", "success");
    signedOut();
  },
  verify: openBoard,
  write: showBoard,
  clear: showBoard,
  reports: () => say("There are no reports."),
  "sign-out": signedOut,
};

async function run(name, form = {}) {
  const answer = await actions[name](form);
  say("");
  if (answer.ok) await afterwards[name](answer);
  else refused(answer);
  return answer.ok;
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const isDone = await run(form.dataset.action, Object.fromEntries(new FormData(form)));
  if (isDone) form.reset();
});

document.addEventListener("click", (event) => {
  const { show: view, do: action } = event.target.dataset;
  if (view) {
    say("");
    show(view);
  }
  if (action) run(action);
});

// ---- the beginning

async function begin() {
  const query = new URLSearchParams(location.search);
  history.replaceState(null, "", "/");
  resetToken = encodeURIComponent(query.get("token") || "");
  const { user } = await greet();
  if (resetToken) show("reset");
  else if (user) await openBoard();
  else signedOut();
  // The outcome of a link that did not work. Anybody can write such a link, so it is shown as text and not believed.
  if (query.get("error")) say(query.get("error"), "error");
}

begin();
