// A part of a page that refreshes itself: <div id data-refresh="seconds">, taken anew from the page's own address.
(() => {
  const part = () => document.querySelector("[data-refresh]");

  const refresh = async () => {
    const old = part();
    if (document.hidden || !old) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.redirected) return location.reload();
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(old.id);
      const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
      old.replaceWith(fresh);
      if (focused) fresh.querySelector(`[href="${CSS.escape(focused)}"], a[href="${focused}"]`)?.focus();
    } catch {
      old.querySelector("[data-refresh-failed]").hidden = false;
    }
  };

  if (part()) {
    setInterval(refresh, Number(part().dataset.refresh) * 1000);
    // Who comes back to the page does not look at old figures.
    document.addEventListener("visibilitychange", refresh);
  }
})();
