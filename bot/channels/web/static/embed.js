// Adds a button to a hospital page that opens the chat in a frame of its own:
//   <script src="https://chat.hospital.example/embed.js" async data-lang="es"></script>
// The frame keeps the two pages apart: neither can read the other. docs/web-chat.md says more.
(() => {
  "use strict";
  const CHAT = __CHAT__; // wording of each offered language and the brand's colours: filled in by the server
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const wished = script.dataset.lang;
  const chosen = Object.hasOwn(CHAT.words, wished ?? "") ? wished : null;

  // Its own style, in a shadow tree: the page's rules do not reach it, nor its rules the page.
  const STYLE = `
    :host { all: initial; display: block; --ground: #fff; --surface: #fff; --line: #76859a; color-scheme: light dark; }
    ${CHAT.css.replaceAll(":root", ":host")}
    * { box-sizing: border-box; font: 600 1rem/1.4 system-ui, sans-serif; }
    button { min-block-size: 2.75rem; padding: .5rem 1rem; border-radius: .6rem; cursor: pointer; text-align: start; }
    button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
    .launch { color: var(--on-accent); background: var(--accent); border: 2px solid var(--on-accent); }
    .panel { position: fixed; z-index: 2147483000; inset: 0; display: flex; flex-direction: column; background: var(--ground); }
    .panel[hidden] { display: none; }
    .bar { display: flex; justify-content: flex-end; padding: .35rem; border-block-end: 1px solid var(--line); }
    .close { color: var(--text); background: var(--surface); border: 1px solid var(--line); }
    iframe { flex: 1; inline-size: 100%; border: 0; }
    /* On a small window the button stands in the page's own flow, so that it covers nothing. */
    @media (min-width: 40rem) and (min-height: 30rem) {
      .launch { position: fixed; z-index: 2147483000; inset-block-end: 1rem; inset-inline-end: 1rem; box-shadow: 0 2px 8px #0006; }
      .panel { inset: auto; inset-block-end: 5rem; inset-inline-end: 1rem; inline-size: 26rem; block-size: min(44rem, 100vh - 6rem);
        border: 1px solid var(--line); border-radius: .75rem; overflow: hidden; box-shadow: 0 6px 28px #0006; }
    }
    @media print { :host { display: none; } }
  `;

  function language() {
    if (chosen) return chosen;
    for (const wanted of navigator.languages ?? []) {
      const found = Object.keys(CHAT.words).find((code) => {
        return wanted === code || wanted.split("-")[0] === code.split("-")[0];
      });
      if (found) return found;
    }
    return Object.keys(CHAT.words)[0];
  }

  function element(name, className, attributes = {}) {
    const made = document.createElement(name);
    made.className = className;
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
    return made;
  }

  function start() {
    const code = language();
    const words = CHAT.words[code];
    const host = element("div", "roi-assistant", { lang: code, dir: words.dir });
    const shadow = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];

    const launch = element("button", "launch", { type: "button", "aria-expanded": "false", "aria-controls": "panel" });
    launch.textContent = words.launch;
    const panel = element("div", "panel", { id: "panel", role: "dialog", "aria-label": words.title });
    panel.hidden = true;
    const bar = element("div", "bar");
    const close = element("button", "close", { type: "button" });
    close.textContent = words.close;
    bar.append(close);
    panel.append(bar);
    shadow.append(launch, panel);

    let frame = null;
    function open() {
      if (!frame) {
        const query = chosen ? `?language=${encodeURIComponent(chosen)}` : "";
        frame = element("iframe", "", { title: words.title, allow: "clipboard-write" });
        frame.src = `${origin}/webhooks/web/embed${query}`;
        panel.append(frame);
      }
      panel.hidden = false;
      launch.setAttribute("aria-expanded", "true");
      frame.focus();
    }
    function shut() {
      if (panel.hidden) return;
      panel.hidden = true;
      launch.setAttribute("aria-expanded", "false");
      launch.focus();
    }
    launch.addEventListener("click", () => (panel.hidden ? open() : shut()));
    close.addEventListener("click", shut);
    shadow.addEventListener("keydown", (event) => event.key === "Escape" && shut());
    window.addEventListener("message", (event) => {
      // Only our own frame may close itself, and that is all it can ask for.
      if (event.origin !== origin || event.source !== frame?.contentWindow) return;
      if (event.data === "roi:close") shut();
    });

    if (script.isConnected && document.body?.contains(script)) script.after(host);
    else document.body.append(host);
  }

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
