// Makes the page's forms work without loading it again. The server renders everything: an answer is
// the same page as without script, of which the new messages are taken over. Each message has a key,
// so that one whose answer got lost can be sent again without being answered twice.
(() => {
  "use strict";
  const OUTBOX = "roi.outbox";
  const DRAFT = "roi.draft";
  const PATIENCE = 60000; // milliseconds until an answer counts as lost
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const field = () => byId("text");
  const words = () => byId("words").dataset;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("roi") : null;

  const kept = read(OUTBOX, []);
  let outbox = Array.isArray(kept) ? kept : [];
  let busy = false;
  let again = 0; // the timer of the next try
  let late = 0; // the timer that says that an answer is being written

  // -- what survives a reload ------------------------------------------------------------------
  function read(name, otherwise) {
    try {
      return JSON.parse(sessionStorage.getItem(name)) ?? otherwise;
    } catch {
      return otherwise; // storage is switched off, or holds something of another version
    }
  }

  function write(name, value) {
    try {
      if (value.length) sessionStorage.setItem(name, JSON.stringify(value));
      else sessionStorage.removeItem(name);
    } catch {
      // Without storage the page works, only a reload loses what was not sent.
    }
  }

  // -- talking to the server -------------------------------------------------------------------
  class Lost extends Error {
    constructor(wait) {
      super("no answer");
      this.wait = wait; // seconds, where the server says when to try again
    }
  }

  const token = (page) => page.querySelector("#message input[name=token]").value;
  const lastNumber = () => byId("transcript").lastElementChild?.dataset.number ?? "0";

  // The browser parses the answer as it does any page, but runs nothing in it.
  function exchange(fields) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(fields ? "POST" : "GET", location.pathname);
      request.responseType = "document";
      request.timeout = PATIENCE;
      request.setRequestHeader("X-Roi-Seen", lastNumber());
      request.onload = () => {
        const page = request.response;
        const wait = Number(request.getResponseHeader("Retry-After"));
        if (request.status === 429 || request.status >= 500 || !page?.getElementById("transcript")) {
          reject(new Lost(wait > 0 ? wait : null));
        } else resolve(page);
      };
      request.onerror = request.ontimeout = request.onabort = () => reject(new Lost(null));
      if (!fields) return request.send();
      request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
      request.send(new URLSearchParams(fields).toString());
    });
  }

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // -- showing what came -----------------------------------------------------------------------
  function swap(page, id) {
    const old = byId(id);
    const fresh = page.getElementById(id);
    if (!old || !fresh || old.isEqualNode(fresh)) return;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceWith(document.importNode(fresh, true));
    if (focused && focused !== id) byId(focused)?.focus({ preventScroll: true });
  }

  function fill(page, id) {
    const fresh = document.importNode(page.getElementById(id), true);
    if (!fresh.isEqualNode(byId(id))) byId(id).replaceChildren(...fresh.childNodes);
  }

  function speak(page) {
    const other = page.documentElement;
    if (root.lang === other.lang) return;
    root.lang = other.lang;
    root.dir = other.dir;
    document.title = page.title;
    ["skip", "header", "lines", "text-label", "send", "tools", "words"].forEach((id) => swap(page, id));
    byId("log").setAttribute("aria-label", page.getElementById("log").getAttribute("aria-label"));
  }

  // One change of the transcript for a whole turn, so that a screen reader announces it once.
  function show(page, done) {
    const same = token(page) === token(document);
    const fresh = document.importNode(page.getElementById("transcript"), true);
    const follows = same && fresh.dataset.after === lastNumber() && fresh.dataset.after !== "0";
    const isNew = fresh.childElementCount > 0;
    speak(page);
    swap(page, "welcome");
    if (done) done();
    if (follows && isNew) byId("latest")?.removeAttribute("id");
    if (follows) byId("transcript").append(...fresh.children);
    else byId("transcript").replaceChildren(...fresh.children);
    document.querySelectorAll("input[name=token]").forEach((input) => (input.value = token(page)));
    ["notice", "choices", "problem-box"].forEach((id) => fill(page, id));
    markProblem(page);
    measure();
    if (isNew) byId("latest")?.scrollIntoView({ block: "start" });
  }

  function markProblem(page) {
    const problem = page.getElementById("problem");
    field().toggleAttribute("aria-invalid", Boolean(problem));
    if (!problem) return field().removeAttribute("aria-describedby");
    field().setAttribute("aria-invalid", "true");
    field().setAttribute("aria-describedby", "problem");
    const refused = page.getElementById("text").value.trim();
    if (refused) setText([refused, field().value].filter(Boolean).join("\n"));
  }

  function say(text) {
    clearTimeout(late);
    if (byId("status").textContent !== text) byId("status").textContent = text;
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  // Messages on their way stand outside the log: nobody needs to hear what they have just typed.
  function showOutbox() {
    const focused = document.activeElement?.dataset?.outbox;
    byId("outbox").replaceChildren(...outbox.map(waiting));
    if (busy) {
      const writing = element("li", "from-assistant writing");
      writing.setAttribute("aria-hidden", "true");
      writing.append(element("i"), element("i"), element("i"));
      byId("outbox").append(writing);
    }
    if (focused) byId("outbox").querySelector(`[data-outbox="${focused}"]`)?.focus();
    write(OUTBOX, outbox);
  }

  function waiting(item) {
    const line = element("li", "from-person waiting");
    const text = element("div", "text");
    text.dir = "auto";
    text.append(element("p", "", item.title));
    line.append(element("span", "visually-hidden", `${words().you}:`), text);
    if (!item.lost) return line;
    line.className = "from-person";
    const unsent = element("p", "unsent");
    unsent.append(element("strong", "", words().notSent));
    for (const what of ["retry", "remove"]) {
      const button = element("button", "", words()[what]);
      button.type = "button";
      button.dataset[what] = item.fields.key;
      button.dataset.outbox = `${what}-${item.fields.key}`;
      unsent.append(button);
    }
    line.append(unsent);
    return line;
  }

  // -- sending ---------------------------------------------------------------------------------
  function queue(fields, title) {
    outbox.push({ fields: { ...fields, key: newKey() }, title, lost: false, token: token(document) });
    flush();
  }

  async function flush(onPurpose = false) {
    if (busy || !outbox.length) return;
    // What was meant for a conversation that is over goes into the next one only on purpose.
    if (onPurpose) outbox.forEach((item) => (item.token = token(document)));
    else if (outbox[0].token !== token(document)) return lose(new Lost(null));
    busy = true;
    clearTimeout(again);
    const item = outbox[0];
    item.lost = false;
    showOutbox();
    if (outbox.length === 1) byId("outbox").scrollIntoView({ block: "end" });
    say("");
    late = setTimeout(() => say(words().writing), 1500);
    try {
      const page = await exchange({ ...item.fields, token: token(document) });
      busy = false;
      show(page, () => {
        outbox = outbox.filter((other) => other !== item);
        showOutbox();
      });
      say("");
      tabs?.postMessage("changed");
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      busy = false;
      lose(error);
      return;
    }
    flush();
  }

  function lose(error) {
    outbox.forEach((item) => (item.lost = true));
    showOutbox();
    if (error.wait) {
      say(words().wait);
      again = setTimeout(() => flush(), error.wait * 1000);
    } else say(navigator.onLine ? words().notSent : words().offline);
  }

  // Language, "start over" and "delete": nothing to keep for later, so they are simply done or not.
  async function act(fields) {
    if (busy) return;
    busy = true;
    try {
      const page = await exchange(fields);
      busy = false;
      if (["start_over", "delete"].includes(fields.do)) forget();
      show(page);
      say("");
      tabs?.postMessage("changed");
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      busy = false;
      say(error.wait ? words().wait : words().notSent);
    }
    flush();
  }

  function forget() {
    outbox = [];
    setText("");
    showOutbox();
  }

  async function refresh() {
    if (busy) return;
    try {
      show(await exchange(null));
    } catch (error) {
      if (!(error instanceof Lost)) throw error; // the next message will say that nothing comes
    }
  }

  function setText(text) {
    field().value = text;
    write(DRAFT, text);
  }

  // -- what people do --------------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const fields = Object.fromEntries(new FormData(form));
    const button = event.submitter;
    if (button?.name) fields[button.name] = button.value;
    if (!["send", "choose", "language", "start_over", "delete"].includes(fields.do)) return;
    event.preventDefault();
    if (fields.do === "send") {
      const text = fields.text.trim();
      if (text) {
        setText("");
        queue({ do: "send", text }, text);
      } else act(fields); // the server says what is wrong with it
    } else if (fields.do === "choose" && fields.choice) {
      // The buttons go; the focus waits where the next ones will be, and no keyboard opens.
      byId("choices").focus({ preventScroll: true });
      byId("choices").replaceChildren();
      queue({ do: "choose", choice: fields.choice }, button.textContent);
    } else act(fields);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === field() && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      byId("message").requestSubmit(byId("send"));
    }
    if (event.key === "Escape" && window.parent !== window) {
      // It says nothing but "close": the page around us checks that it comes from this frame.
      window.parent.postMessage("roi:close", "*");
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[type=button]");
    if (!button) return;
    const { retry, remove, copy } = button.dataset;
    if (retry) flush(true);
    if (remove) {
      outbox = outbox.filter((item) => item.fields.key !== remove);
      showOutbox();
      say("");
      field().focus();
    }
    if (copy !== undefined) copyText(copy);
    if ("print" in button.dataset) printPlan(button.closest("#transcript > li"));
  });

  async function copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
      say(words().copied);
    } catch {
      say(words().notCopied); // refused, or the page is not served over HTTPS
    }
  }

  function printPlan(message) {
    message.classList.add("printed");
    root.classList.add("one-plan");
    window.print();
    message.classList.remove("printed");
    root.classList.remove("one-plan");
  }

  document.addEventListener("input", (event) => {
    if (event.target === field()) write(DRAFT, field().value);
  });
  window.addEventListener("online", () => flush());
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
  tabs?.addEventListener("message", refresh);

  // -- the beginning ---------------------------------------------------------------------------
  function measure() {
    const sticks = (id) => getComputedStyle(byId(id)).position === "sticky";
    for (const [name, id] of [["--above", "lines"], ["--below", "message"]]) {
      root.style.setProperty(name, sticks(id) ? `${byId(id).offsetHeight}px` : "0px");
    }
  }

  root.classList.add("scripted");
  new ResizeObserver(measure).observe(document.body);
  if (!field().value) field().value = String(read(DRAFT, ""));
  showOutbox();
  if (byId("latest")) byId("latest").scrollIntoView({ block: "start" });
  flush();
})();
