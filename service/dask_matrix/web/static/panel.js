// Shows a cell's page next to the grid. The address has which one: #cell=/cells/…; Back closes it again.
(() => {
  "use strict";
  const panel = document.getElementById("panel");
  if (!panel || "static" in document.body.dataset) return; // on a static site, cells open as pages
  let back = null; // the element that had the focus before
  let wanted = ""; // the address shown or being loaded; empty while the panel is closed

  function close() {
    wanted = "";
    panel.hidden = true;
    panel.replaceChildren();
    if (back && back.isConnected) back.focus({ preventScroll: true });
    document.dispatchEvent(new Event("matrix:changed"));
  }

  async function show(url) {
    if (url === wanted) return;
    if (!wanted) back = document.activeElement;
    wanted = url;
    const answer = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => null);
    const text = answer && answer.ok ? await answer.text().catch(() => "") : "";
    if (url !== wanted) return; // closed in the meantime, or another cell was opened
    const page = new DOMParser().parseFromString(text, "text/html");
    if (!page.getElementById("main")) return location.assign(url);
    const was = panel.hidden;
    const bar = document.createElement("div");
    bar.className = "bar";
    const whole = Object.assign(document.createElement("a"), { href: url, textContent: "Open as a page" });
    const shut = Object.assign(document.createElement("button"), { type: "button", className: "quietly", textContent: "Close" });
    shut.addEventListener("click", leave);
    bar.append(whole, shut);
    const content = [...page.getElementById("main").children].map((each) => document.importNode(each, true));
    for (const each of content) for (const named of [each, ...each.querySelectorAll("[id]")]) named.removeAttribute("id");
    panel.replaceChildren(bar, ...content);
    panel.hidden = false;
    panel.scrollTop = 0;
    document.dispatchEvent(new CustomEvent("panel:shown", { detail: new URL(url, location.href).pathname }));
    if (was) document.dispatchEvent(new Event("matrix:changed"));
  }

  // The address of a cell from the hash; only cells of this site are ever fetched.
  function named() {
    if (!location.hash.startsWith("#cell=")) return "";
    try {
      const url = new URL(decodeURIComponent(location.hash.slice(6)), location.href);
      return url.origin === location.origin && url.pathname.startsWith("/cells/") ? url.pathname + url.search : "";
    } catch {
      return ""; // not an address
    }
  }
  function follow() {
    const url = named();
    if (url) show(url);
    else if (wanted) close();
  }
  function leave() {
    if (history.state && history.state.panel) history.back();
    else {
      history.replaceState(null, "", location.pathname + location.search);
      close();
    }
  }

  document.addEventListener("matrix:open", (event) => {
    const url = new URL(event.detail, location.href);
    const hash = `#cell=${encodeURIComponent(url.pathname + url.search)}`;
    if (!wanted) history.pushState({ panel: true }, "", hash);
    else history.replaceState(history.state, "", hash);
    follow();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && wanted) leave(); });
  addEventListener("popstate", follow);
  follow();
})();
