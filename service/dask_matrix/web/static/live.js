// Updates the page while a run goes on: when the server reports a change, it fetches the page again and replaces only what
// differs, so that scroll position, focus and unfolded parts stay. Without this script, pages are complete but static.
(() => {
  "use strict";
  const SOONEST = 1000; // between two requests
  const AGAIN = 3000; // after a failed request

  for (const form of document.querySelectorAll("form.filters")) {
    const empties = () => [...form.elements].filter((field) => field.name && !field.value);
    form.addEventListener("submit", () => {
      for (const field of empties()) field.disabled = true; // keeps the address short
      setTimeout(() => { for (const field of form.elements) field.disabled = false; });
    });
  }

  if (!("poll" in document.body.dataset)) return;
  const lost = document.getElementById("lost");
  let tag = document.body.dataset.etag;
  let source = null, timer = 0, last = -Infinity, looking = false, more = false;

  function put(now, next) {
    if (now.isEqualNode(next) || (now.dataset && "own" in now.dataset)) return;
    if (now.nodeType !== Node.ELEMENT_NODE || now.nodeName !== next.nodeName) return now.replaceWith(next);
    if (now.tagName === "FORM" && now.contains(document.activeElement)) return;
    if (now.tagName === "TD" || now.tagName === "I") next.classList.add("arrived");
    for (const { name } of [...now.attributes]) if (name !== "open" && !next.hasAttribute(name)) now.removeAttribute(name);
    for (const { name, value } of next.attributes) if (name !== "open") now.setAttribute(name, value);
    if (now.childNodes.length !== next.childNodes.length) return now.replaceChildren(...next.childNodes);
    const pairs = [...now.childNodes].map((child, place) => [child, next.childNodes[place]]);
    for (const [child, other] of pairs) put(child, other);
  }

  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const focused = document.activeElement;
    const where = focused && focused.getAttribute("href");
    document.dispatchEvent(new Event("matrix:changing"));
    for (const part of ["main", "footer"]) put(document.querySelector(part), page.querySelector(part));
    if (where && !focused.isConnected) {
      const again = [...document.querySelectorAll("main a")].find((link) => link.getAttribute("href") === where);
      if (again) again.focus({ preventScroll: true });
    }
    document.dispatchEvent(new Event("matrix:changed"));
  }

  async function fetched() {
    const answer = await fetch(location.href, { headers: { "If-None-Match": tag, Accept: "text/html" }, cache: "no-store" });
    if (answer.ok) {
      show(await answer.text());
      tag = answer.headers.get("ETag") || tag;
    }
    return answer.ok || answer.status === 304;
  }

  async function look() {
    [timer, last, looking, more] = [0, performance.now(), true, false];
    const there = await fetched().catch(() => false);
    lost.hidden = there;
    looking = false;
    if (!there) timer = setTimeout(look, AGAIN);
    else if (more) soon();
  }

  function soon() {
    if (looking) more = true;
    else if (!timer && source) timer = setTimeout(look, Math.max(0, last + SOONEST - performance.now()));
  }

  // Browsers open at most six connections to a host: keep one only while the page is visible.
  function open() {
    if (source || document.hidden) return;
    source = new EventSource(document.body.dataset.poll);
    source.addEventListener("open", soon);
    source.addEventListener("state", soon);
    source.addEventListener("error", () => {
      lost.hidden = false;
      if (source.readyState !== EventSource.CLOSED) return; // it reconnects by itself
      close();
      setTimeout(open, AGAIN);
    });
  }

  function close() {
    if (source) source.close();
    clearTimeout(timer);
    [source, timer] = [null, 0];
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  document.addEventListener("matrix:stale", () => { tag = ""; soon(); });
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
})();
