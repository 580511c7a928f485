// Unfold opens its menus by clicks on elements that no keyboard reaches: here they become buttons.
"use strict";

const OPENERS = "[x-on\\:click]:not(a[href], button, input, select, textarea, label, #changelist-filter-close)";

// Where somebody who pressed a key goes on: inside of what has just opened.
function opened(opener) {
  const deed = opener.getAttribute("x-on:click");
  if (deed.includes("filterOpen")) return document.getElementById("changelist-filter");
  return deed.includes("openUserLinks") ? opener.parentElement.querySelector("nav") : null;
}

function reachable(opener) {
  opener.setAttribute("role", "button");
  opener.tabIndex = 0;
  // A symbol is a word of a font: it would be read aloud.
  if (opener.classList.contains("material-symbols-outlined")) opener.setAttribute("aria-label", "Menu");
  opener.addEventListener("keydown", (event) => {
    if (event.target !== opener || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    opener.click();
    const first = opened(opener)?.querySelector("a, button, input:not([type=hidden])");
    setTimeout(() => first?.focus(), 200); // Alpine shows it meanwhile
  });
}

document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(OPENERS).forEach(reachable));
