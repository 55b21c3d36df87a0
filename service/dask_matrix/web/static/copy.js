// Copies the text in a button's data-copy, also for buttons added later. Without this script the buttons are hidden.
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
    let feedback = "Copied";
    await put(button.dataset.copy).catch(() => { feedback = "Copy failed"; });
    button.textContent = feedback;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { button.textContent = label; }, FOR);
  });

  document.documentElement.classList.add("copies"); // shows the buttons
})();
