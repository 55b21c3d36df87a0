// Page of a live run: shows each result as it arrives, and the progress. live.js updates the rest of the page, and this
// part too once the run has ended.
(() => {
  "use strict";
  const AGAIN = 3000; // milliseconds before reconnecting after a refused stream
  let source = null, part = null, number = "";

  function arrived(told) {
    const list = part.querySelector("ol");
    const template = [...part.querySelectorAll("template")].find((each) => each.dataset.outcome === told.outcome);
    const item = template.content.firstElementChild.cloneNode(true);
    const link = item.querySelector("a");
    link.href = told.page;
    link.textContent = told.title;
    item.querySelector("small").textContent = told.label;
    list.prepend(item);
    while (list.children.length > Number(part.dataset.most)) list.lastElementChild.remove();
  }

  function come(told) {
    for (const each of part.querySelectorAll("[data-told]")) {
      const value = told[each.dataset.told];
      if (value !== null) each.textContent = value.toLocaleString("en");
    }
    if (told.planned === null) return;
    part.querySelector(".of").hidden = false;
    const bar = part.querySelector("progress");
    [bar.max, bar.value] = [told.planned, told.done];
  }

  function open() {
    if (source || !part || document.hidden) return;
    const address = new URL(part.dataset.stream, location);
    if (number) address.searchParams.set("after", number);
    source = new EventSource(address);
    source.addEventListener("result", (event) => {
      number = event.lastEventId;
      arrived(JSON.parse(event.data));
    });
    source.addEventListener("progress", (event) => come(JSON.parse(event.data)));
    source.addEventListener("end", () => {
      close();
      delete part.dataset.own;
      part = null;
      document.dispatchEvent(new Event("matrix:stale"));
    });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return; // it reconnects by itself, and sends the last id it has seen
      close();
      setTimeout(open, AGAIN);
    });
  }

  function close() {
    if (source) source.close();
    source = null;
  }

  function look() {
    const found = document.querySelector("[data-stream]");
    if (found === part) return;
    close();
    [part, number] = [found, ""];
    open();
  }

  document.addEventListener("matrix:changed", look);
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  look();
})();
