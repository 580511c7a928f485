"use strict";
document.addEventListener("DOMContentLoaded", () =>
  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()))
);
