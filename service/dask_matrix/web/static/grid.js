// Mouse, keyboard and filter of the grid. Adjacent equal cells are one element, so the cell follows from the position of
// the pointer, and a single link moves along with it. Without this script, pages are complete.
(() => {
  "use strict";
  const view = () => document.getElementById("view");
  const box = () => document.getElementById("matrix");
  const filters = document.getElementById("filters");
  if (!filters) return;
  const isStatic = "static" in document.body.dataset; // a static site: no server to ask

  // the layout of the grid: rows, columns, and their positions
  let sheet = null;
  function measure() {
    const matrix = box();
    if (!matrix) return (sheet = null);
    const heads = [...matrix.querySelectorAll(".lanes th")];
    const first = heads[0] && heads[0].offsetLeft;
    const width = heads.length ? heads[heads.length - 1].offsetLeft + heads[heads.length - 1].offsetWidth - first : 0;
    sheet = { matrix, heads, first, column: width / (heads.length || 1), body: matrix.querySelector(".sheet"), over: matrix.querySelector("#over") };
    return sheet;
  }
  const folded = (body) => body.querySelector(".shut").checked;
  const bodies = () => [...box().querySelectorAll("tbody")].filter((body) => !body.hidden && !folded(body));
  const rows = () => bodies().flatMap((body) => [...body.querySelectorAll("tr[data-id]:not(.out)")]);
  const width = (cells) => Number(/\bw(\d+)/.exec(cells.className)[1]);

  function cellRun(row, column) {
    let place = 0;
    for (const cells of row.querySelectorAll("i")) if (column < (place += width(cells))) return cells;
    return null;
  }

  // one link for all cells
  const spot = document.createElement("a");
  spot.id = "spot";
  const crosshair = document.createElement("div");
  crosshair.id = "crosshair";
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  const announcer = document.createElement("p");
  announcer.className = "quiet";
  announcer.setAttribute("role", "status");
  let at = null; // {row, column, key}
  let hadFocus = false; // whether the grid had the focus before it was redrawn

  const escaped = (id) => (/(^|\/)(|\.|\.\.)(\/|$)/.test(id) ? encodeURIComponent(id) : id.split("/").map(encodeURIComponent).join("/"));
  const frozen = () => (view().dataset.frozen ? `?at=${encodeURIComponent(view().dataset.frozen)}` : "");
  // on a static site, only cells that say more than their row have a page, next to the page of the row
  const HAS_PAGE = /\b(v-(fail|timeout|crash|flaky|na|stale)|turn|o-[a-z-]+)\b/;
  function staticAddress(row, column) {
    const file = row.cells[0].querySelector("a").getAttribute("href");
    if (!("allCells" in document.body.dataset) && !HAS_PAGE.test(cellRun(row, column).className)) return file;
    return file.replace(/(^|\/)scenarios\//, "$1cells/").replace(/\.html$/, `/${sheet.heads[column].dataset.key}.html`);
  }
  const address = (row, column) => isStatic ? staticAddress(row, column) : `/cells/${escaped(row.dataset.id)}/${sheet.heads[column].dataset.key}${frozen()}`;
  function words(row, column) {
    const text = cellRun(row, column).textContent.split(": ")[0];
    return `${text} on ${sheet.heads[column].dataset.label}: ${row.cells[0].firstElementChild.textContent}`;
  }

  const put = (element, left, row) => Object.assign(element.style, { left: `${left}px`, width: `${sheet.column}px`, ...(row && { top: `${row.offsetTop}px`, height: `${row.offsetHeight}px` }) });
  function moveCrosshair(column) {
    if (!crosshair.isConnected) sheet.over.append(crosshair);
    crosshair.hidden = false;
    put(crosshair, sheet.first + column * sheet.column);
  }
  function point(row, column, focused) {
    if (!sheet || !row || column < 0 || column >= sheet.heads.length) return;
    at = { row, column, key: sheet.heads[column].dataset.key };
    if (!spot.isConnected) sheet.over.append(spot);
    const left = sheet.first + column * sheet.column;
    moveCrosshair(column);
    put(spot, left, row);
    spot.href = address(row, column);
    spot.setAttribute("aria-label", words(row, column));
    if (!focused) return;
    announcer.textContent = spot.getAttribute("aria-label");
    tip.hidden = true;
    reveal(row, left);
    spot.focus({ preventScroll: true });
  }

  function reveal(row, left) {
    const { matrix } = sheet;
    const head = matrix.querySelector("thead").offsetHeight;
    const side = sheet.first;
    if (row.offsetTop < matrix.scrollTop + head) matrix.scrollTop = row.offsetTop - head;
    const bottom = row.offsetTop + row.offsetHeight - matrix.clientHeight;
    if (bottom > matrix.scrollTop) matrix.scrollTop = bottom;
    if (left < matrix.scrollLeft + side) matrix.scrollLeft = left - side;
    const right = left + sheet.column - matrix.clientWidth;
    if (right > matrix.scrollLeft) matrix.scrollLeft = right;
  }

  function under(event) {
    const row = event.target.closest && event.target.closest("td") && event.target.closest("tr[data-id]");
    if (!row || !sheet) return null;
    const column = Math.floor((event.clientX - sheet.body.getBoundingClientRect().left - sheet.first) / sheet.column);
    return column >= 0 && column < sheet.heads.length ? { row, column } : null;
  }

  document.addEventListener("pointermove", (event) => {
    const found = under(event);
    tip.hidden = !found || event.pointerType === "touch";
    if (!found) return at ? sheet && moveCrosshair(at.column) : crosshair.remove();
    moveCrosshair(found.column);
    tip.textContent = words(found.row, found.column);
    const over = event.clientX > innerWidth - 260;
    Object.assign(tip.style, { top: `${event.clientY + 18}px`, left: over ? "auto" : `${event.clientX + 12}px`, right: over ? "1rem" : "auto" });
  });

  function open(url, event) {
    if (event && (event.ctrlKey || event.metaKey || event.shiftKey || event.button === 1)) return window.open(url, "_blank", "noopener");
    if (isStatic) return location.assign(url); // nothing can be fetched from disk into a panel
    document.dispatchEvent(new CustomEvent("matrix:open", { detail: url }));
  }
  document.addEventListener("click", (event) => {
    const found = under(event);
    if (found) {
      point(found.row, found.column);
      open(address(found.row, found.column), event);
    } else if (event.target.closest && event.target.closest("#spot") && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      open(spot.href);
    }
  });
  document.addEventListener("auxclick", (event) => {
    const found = event.button === 1 && under(event);
    if (found) open(address(found.row, found.column), event);
  });

  // keys
  const typing = (target) => target.closest && target.closest("input, select, textarea, dialog");
  const inside = () => sheet && sheet.matrix.contains(document.activeElement);

  function step(dx, dy) {
    const all = rows();
    if (!all.length) return;
    if (!at || !at.row.isConnected) return point(all[0], sheet.heads.length - 1, true);
    const place = Math.min(Math.max(all.indexOf(at.row) + dy, 0), all.length - 1);
    point(all[place], Math.min(Math.max(at.column + dx, 0), sheet.heads.length - 1), true);
  }

  function turnings() {
    const found = [];
    for (const row of rows()) {
      let place = 0;
      for (const cells of row.querySelectorAll("i")) {
        if (cells.classList.contains("turn")) for (let n = 0; n < width(cells); n += 1) found.push([row, place + n]);
        place += width(cells);
      }
    }
    return found;
  }
  function jump(by) {
    const found = turnings();
    if (!found.length) return;
    const order = new Map(rows().map((row, number) => [row, number]));
    const here = at && order.has(at.row) ? order.get(at.row) * 1e5 + at.column : by > 0 ? -1 : Infinity;
    const place = ([row, column]) => order.get(row) * 1e5 + column;
    const next = by > 0 ? found.find((each) => place(each) > here) : found.filter((each) => place(each) < here).pop();
    point(...(next || (by > 0 ? found[0] : found[found.length - 1])), true);
  }

  const dialog = document.getElementById("keylist");
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !sheet) return;
    if (ARROWS[event.key] && inside()) step(...ARROWS[event.key]);
    else if (event.key === "n") jump(1);
    else if (event.key === "p") jump(-1);
    else if (event.key === "/") filters.elements.q.focus();
    else if (event.key === "?" && dialog) dialog.showModal();
    else return;
    event.preventDefault();
  });
  const keys = document.getElementById("keys");
  if (keys) {
    keys.hidden = false;
    keys.addEventListener("click", () => dialog.showModal());
  }

  // the filter: applied at once to the rows shown, then replaced by the server's answer
  const TERM = /(-?)(?:(area|verdict|covers|issue|is):)?("[^"]*"?|\S+)/gi;
  const below = (name, wanted) => name === wanted || name.startsWith(`${wanted}.`);
  const VERDICTS = new Map(filters.elements.q.dataset.verdicts.split(" ").map((each) => each.split("=")));
  const STATES = filters.elements.q.dataset.states.split(" ");
  const BROKEN = "i:is(.v-fail, .v-timeout, .v-crash, .v-flaky):not(.v-stale)";
  const has = (row, selector) => row.querySelector(selector) !== null;
  const cells = (verdict) => (verdict === "stale" ? "i.v-stale" : `i.${VERDICTS.get(verdict)}:not(.v-stale)`);
  const MATCHES = {
    word: (value, row, text) => value.split(/\s+/).every((word) => text.includes(word)),
    area: (value, row) => row.parentElement.dataset.area.toLowerCase() === value,
    issue: (value, row) => (row.dataset.issues || "").toLowerCase().includes(value),
    covers: (value, row) => (row.dataset.covers || "").toLowerCase().split(" ").some((name) => below(name, value)),
    verdict: (value, row) => has(row, cells(value)),
    is: (value, row) => value === "turning" ? has(row, "i.v-pass:not(.v-stale)") && has(row, BROKEN)
      : has(row, VERDICTS.has(value) ? cells(value) : `i.o-${value}`),
  };
  const understood = ({ kind, value }) => value && (kind !== "verdict" || VERDICTS.has(value)) && (kind !== "is" || STATES.includes(value));
  const parse = (text) => [...text.matchAll(TERM)].map(([, no, kind, value]) => ({ no: !!no, kind: (kind || "word").toLowerCase(), value: value.replace(/^"|"$/g, "").toLowerCase() }));
  const texts = new WeakMap();
  function textOf(row) {
    if (!texts.has(row)) texts.set(row, [row.dataset.id, row.cells[0].firstElementChild.textContent, row.dataset.covers, row.dataset.issues].join(" ").toLowerCase());
    return texts.get(row);
  }
  function narrow() {
    if (!box()) return;
    const terms = parse(filters.elements.q.value).filter(understood); // the server reports what is wrong with the others
    if (isStatic && filters.elements.area.value) terms.push({ no: false, kind: "area", value: filters.elements.area.value.toLowerCase() });
    const changes = [];
    let shown = 0;
    for (const body of box().querySelectorAll("tbody")) {
      let some = false;
      for (const row of body.querySelectorAll("tr[data-id]")) {
        const takes = terms.every(({ no, kind, value }) => MATCHES[kind](value, row, textOf(row)) !== no);
        if (row.classList.contains("out") === takes) changes.push([row, takes]);
        some = some || takes;
        shown += takes;
      }
      if (body.hidden === some) body.hidden = !some;
    }
    const count = document.getElementById("rows");
    if (count) count.textContent = shown;
    change(changes);
  }

  // Rows at the top, mostly visible, are changed at once; the rest after painting, so that typing never waits for all rows.
  const AT_ONCE = 40, THEN = 160;
  let later = 0;
  function change(changes, many = AT_ONCE) {
    clearTimeout(later);
    for (const [row, takes] of changes.slice(0, many)) row.classList.toggle("out", !takes);
    if (changes.length > many) later = setTimeout(change, 0, changes.slice(many), THEN);
  }

  function query() {
    const values = new URLSearchParams();
    for (const [name, value] of new FormData(filters)) if (value) values.append(name, value);
    const text = values.toString();
    return text ? `?${text}` : "";
  }
  // a search shows every match: the box for unchanged scenarios has no say then
  function everything() {
    const { changes, q } = filters.elements;
    if (changes) changes.disabled = q.value.trim() !== "";
  }
  const remember = () => history.replaceState(history.state, "", location.pathname + query() + location.hash);
  const refused = document.getElementById("refused");
  let asked = null;
  async function ask() {
    if (isStatic) return remember();
    asked && asked.abort();
    asked = new AbortController();
    const answer = await fetch(location.pathname + query(), { signal: asked.signal, headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer) return;
    const page = new DOMParser().parseFromString(await answer.text().catch(() => ""), "text/html");
    const next = page.getElementById("view");
    const why = page.querySelector("#main li, #main .prose");
    refused.textContent = answer.ok || !why ? "" : why.textContent;
    if (!answer.ok || !next) return;
    remember();
    hadFocus = inside();
    view().replaceWith(next);
    drawn();
  }
  addEventListener("popstate", () => { // back from a cell: restore its filter
    const q = new URLSearchParams(location.search).get("q") || "";
    if (q === filters.elements.q.value) return;
    filters.elements.q.value = q;
    everything();
    narrow();
    ask();
  });
  let soon = 0;
  filters.addEventListener("input", (event) => {
    if (event.target.name !== "q") return;
    everything();
    narrow();
    clearTimeout(soon);
    soon = setTimeout(ask, 250);
  });
  filters.addEventListener("change", (event) => {
    if (event.target.name === "q" || !event.target.name) return;
    clearTimeout(soon);
    if (isStatic) return narrow();
    filters.requestSubmit();
  });
  filters.addEventListener("submit", (event) => {
    const typed = document.activeElement === filters.elements.q; // Enter: the answer comes at once, and the focus stays
    if (isStatic || typed) event.preventDefault();
    if (!typed) return;
    clearTimeout(soon);
    ask();
  });
  document.addEventListener("change", (event) => { if (event.target.classList.contains("shut")) { remember(); drawn(); } });

  // the visible part, marked on the overview
  const here = document.getElementById("here");
  function locate() {
    if (!here || !sheet) return;
    const { matrix } = sheet;
    const wide = sheet.column * sheet.heads.length || 1;
    const all = Number(view().dataset.columns) || sheet.heads.length;
    const offset = (Number(view().dataset.start) || 0) / all;
    const share = sheet.heads.length / all;
    const seen = Math.min(1, (matrix.clientWidth - sheet.first) / wide);
    const top = matrix.scrollTop / matrix.scrollHeight;
    Object.assign(here.style, {
      left: `${100 * (offset + share * (matrix.scrollLeft / wide))}%`, width: `${100 * share * seen}%`,
      top: `${100 * top}%`, height: `${100 * Math.min(1, matrix.clientHeight / matrix.scrollHeight)}%`,
    });
    here.hidden = false;
  }

  const overview = document.querySelector(".overview");
  if (overview) overview.addEventListener("click", (event) => {
    const frame = overview.getBoundingClientRect();
    const place = ((event.clientX - frame.left) / frame.width) * Number(view().dataset.columns) - Number(view().dataset.start);
    if (!sheet || event.clientX === 0 || place < 0 || place > sheet.heads.length) return; // otherwise follow the link
    event.preventDefault();
    const { matrix } = sheet;
    matrix.scrollLeft = place * sheet.column - (matrix.clientWidth - sheet.first) / 2;
    matrix.scrollTop = ((event.clientY - frame.top) / frame.height) * matrix.scrollHeight - matrix.clientHeight / 2;
  });
  function years() {
    sheet.over.querySelectorAll(".yearline").forEach((line) => line.remove());
    for (const year of [...sheet.matrix.querySelectorAll(".years th")].slice(2)) {
      const line = document.createElement("div");
      line.className = "yearline";
      line.style.left = `${year.offsetLeft}px`;
      sheet.over.append(line);
    }
  }

  // the selected cell in the current grid
  function found({ row: was, key }) {
    const row = was.isConnected ? was : rows().find((each) => each.dataset.id === was.dataset.id);
    const column = sheet.heads.findIndex((head) => head.dataset.key === key);
    return row && column >= 0 ? { row, column, key } : null;
  }

  // only whole columns fit: none is cut off at either side
  function fit() {
    const { matrix, body, heads } = sheet;
    const [start, end] = [heads[0].getBoundingClientRect().left, heads[heads.length - 1].getBoundingClientRect().right];
    const first = start - body.getBoundingClientRect().left; // in fractions of pixels
    const column = (end - start) / heads.length;
    matrix.style.maxWidth = "";
    const bar = matrix.offsetWidth - matrix.clientWidth; // borders and scroll bar
    const whole = Math.floor((matrix.parentElement.clientWidth - bar - first) / column);
    if (whole > 0 && whole < heads.length) matrix.style.maxWidth = `${first + whole * column + bar}px`;
  }

  let seen = null; // the grid as last drawn
  let left = null; // its scroll position: a replaced element loses it
  function drawn() {
    at = measure() && at && found(at);
    if (!at) { spot.remove(); crosshair.remove(); }
    if (!sheet) return;
    fit();
    if (sheet.matrix !== seen) {
      sheet.matrix.scrollLeft = left === null ? sheet.matrix.scrollWidth : left; // at first, the newest releases
      sheet.matrix.addEventListener("scroll", scrolled, { passive: true });
    }
    seen = sheet.matrix;
    scrolled();
    years();
    if (at) point(at.row, at.column);
    if (hadFocus && !inside()) (at ? spot : sheet.matrix).focus({ preventScroll: true });
    hadFocus = false;
  }
  function scrolled() {
    left = sheet.matrix.scrollLeft;
    locate();
  }
  document.addEventListener("panel:shown", (event) => { // for example from the address
    const [, id, key] = /\/cells\/(.+)\/([^/]+)$/.exec(event.detail) || [];
    if (!sheet || !id) return;
    const row = rows().find((each) => each.dataset.id === decodeURIComponent(id));
    const column = sheet.heads.findIndex((each) => each.dataset.key === key);
    measure();
    point(row, column);
    if (at && at.row === row) reveal(row, sheet.first + column * sheet.column);
  });
  document.body.append(tip, announcer);
  document.addEventListener("matrix:changing", () => { hadFocus = inside(); });
  document.addEventListener("matrix:changed", () => {
    narrow();
    drawn();
    if (at) reveal(at.row, sheet.first + at.column * sheet.column);
  });
  addEventListener("resize", () => { if (measure()) fit(); locate(); });
  drawn();
  if (isStatic) {
    for (const [name, value] of new URLSearchParams(location.search)) if (name in filters.elements) filters.elements[name].value = value;
    narrow();
  }
})();
