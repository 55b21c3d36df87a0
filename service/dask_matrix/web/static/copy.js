// Copies the text of a button's data-copy, wherever the button stands and whenever it came. Without it no such button is seen.
(() => {
  "use strict";
  const FOR = 1600;

  async function put(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea"); // plain http on another host has no clipboard
    field.value = text;
    field.readOnly = true;
    field.className = "quiet";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("not copied");
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const label = button.dataset.label || (button.dataset.label = button.textContent);
    let said = "Copied";
    await put(button.dataset.copy).catch(() => { said = "Not copied"; });
    button.textContent = said;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { button.textContent = label; }, FOR);
  });

  document.documentElement.classList.add("copies"); // shows the buttons
})();
