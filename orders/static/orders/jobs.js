// A task's page shows how far it is until it is done.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("dsp-progress");
  if (!place) return;
  const atWork = () => place.querySelector("[data-state=QUEUED]");
  const look = async () => {
    try {
      const answer = await fetch(place.dataset.refresh, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) place.innerHTML = await answer.text();
    } catch {
      // The next look may find the network again.
    }
    if (atWork()) setTimeout(look, 1500);
  };
  if (atWork()) setTimeout(look, 800);
});
