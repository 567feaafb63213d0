// Keys for the page of mentions: j and k go on and back, u takes the last action back, and the
// keys that the buttons of a mention name press those.
"use strict";
(() => {
  const entries = [...document.querySelectorAll(".mention")];

  function focusOn(index) {
    entries[Math.max(0, Math.min(index, entries.length - 1))]?.focus();
  }

  function press(key) {
    const place = document.activeElement.closest(".mention") ?? document.querySelector(".notice");
    const found = place?.querySelector(`[aria-keyshortcuts="${key}"]`);
    (found ?? document.querySelector(`.notice [aria-keyshortcuts="${key}"]`))?.click();
  }

  document.addEventListener("keydown", (event) => {
    const { ctrlKey, metaKey, altKey, repeat, target, key } = event;
    if (ctrlKey || metaKey || altKey || target.matches("input, textarea, select")) return;
    const index = entries.indexOf(document.activeElement.closest(".mention"));
    if (key === "j") focusOn(index + 1);
    else if (key === "k") focusOn(index - 1);
    else if (!repeat && /^[arsu]$/.test(key)) press(key);
  });

  // After a decision the next one is at hand.
  document.querySelector(".mention:target")?.focus();
})();
