// A cell's page beside the grid. The address keeps which: #cell=/cells/… after it; back closes it again.
(() => {
  "use strict";
  const panel = document.getElementById("panel");
  if (!panel) return;
  let back = null; // what had the focus before

  function close() {
    panel.hidden = true;
    panel.replaceChildren();
    if (back && back.isConnected) back.focus({ preventScroll: true });
    document.dispatchEvent(new Event("matrix:changed"));
  }

  async function show(url) {
    const was = panel.hidden;
    if (was) back = document.activeElement;
    const answer = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer || !answer.ok) return location.assign(url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const bar = document.createElement("div");
    bar.className = "bar";
    const whole = Object.assign(document.createElement("a"), { href: url, textContent: "Its own page" });
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

  const named = () => (location.hash.startsWith("#cell=") ? decodeURIComponent(location.hash.slice(6)) : "");
  const safe = (url) => (/^(\.?\/)?cells\//.test(url) ? url : "");
  function follow() {
    const url = safe(named());
    if (url) show(url);
    else if (!panel.hidden) close();
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
    if (panel.hidden) history.pushState({ panel: true }, "", hash);
    else history.replaceState(history.state, "", hash);
    follow();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) leave(); });
  addEventListener("popstate", follow);
  follow();
})();
