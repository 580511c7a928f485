// An order's forms in a dialog on its page, checked while they are filled in. Without this script they are pages.
(() => {
  const dialog = document.getElementById("dsp-dialog");
  const body = dialog?.querySelector("[data-body]");

  // Opening -----------------------------------------------------------------------------------------------------

  const open = async (link) => {
    let answer;
    try {
      answer = await fetch(link.href, { headers: { "X-Dialog": "1" } });
    } catch {
      return location.assign(link.href);
    }
    if (!(await take(answer, link.href))) return;
    document.getElementById("dsp-dialog-title").textContent = link.dataset.dialog;
    if (!dialog.open) dialog.showModal();
    (body.querySelector("[autofocus]") || body.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
  };

  // True when the answer is a form, which then stands in the dialog.
  const take = async (answer, url) => {
    if (answer.redirected || answer.status >= 400) return location.assign(url), false;
    if (answer.headers.get("Content-Type").startsWith("application/json")) {
      location.assign((await answer.json()).go);
      return false;
    }
    const files = [...body.querySelectorAll("input[type=file]")].map((input) => [input.name, input.files]);
    body.innerHTML = await answer.text();
    for (const [name, chosen] of files) {
      const input = body.querySelector(`input[type=file][name="${name}"]`);
      if (input && chosen.length) input.files = chosen;
    }
    return true;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.button);
    if (link && dialog && plain) {
      event.preventDefault();
      open(link);
    } else if (event.target.closest("#dsp-dialog a[data-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });

  // What was left behind must not catch what is dropped or scanned next.
  dialog?.addEventListener("close", () => body.replaceChildren());

  // Sending -----------------------------------------------------------------------------------------------------

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.closest("#dsp-dialog")) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    form.querySelector("[data-failed]").hidden = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Dialog": "1" } });
      if (await take(answer, form.action)) body.querySelector(".errors :is(input, select, textarea), .errornote")?.focus();
    } catch {
      form.querySelector("[data-failed]").hidden = false;
    } finally {
      delete form.dataset.busy;
    }
  });

  // Checking as it is typed ---------------------------------------------------------------------------------------

  let timer, turn = 0;

  const tell = (input, text) => {
    const place = input.closest(".group");
    let line = place.querySelector("[data-live-error]");
    if (!line && text) {
      line = Object.assign(document.createElement("p"), { className: "dsp-live-error" });
      line.dataset.liveError = "";
      line.setAttribute("role", "alert");
      place.append(line);
    }
    if (line) line.textContent = text;
    if (text) place.querySelectorAll("ul").forEach((old) => old.parentElement.remove());
    input.setAttribute("aria-invalid", text ? "true" : "false");
  };

  const filled = (input) => (input.type === "file" ? input.files.length > 0 : input.value.trim() !== "");

  const check = async (form) => {
    const mine = ++turn;
    let found;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Check": "1" } });
      found = await answer.json();
    } catch {
      return false;
    }
    if (mine !== turn) return false;
    const understood = form.querySelector("[data-understood]");
    understood.textContent = found.understood ? `✓ ${found.understood}` : "";
    // Only where something was typed: nobody is told off for a field not reached yet.
    for (const input of form.elements) {
      if (input.name && input.type !== "hidden" && input.closest(".group")) {
        tell(input, filled(input) && input.dataset.touched ? found.errors[input.name] || "" : "");
      }
    }
    return Object.keys(found.errors).length === 0;
  };

  const touched = (event, wait) => {
    const form = event.target.closest?.("form[data-check]");
    if (!form) return;
    event.target.dataset.touched = "1";
    clearTimeout(timer);
    timer = setTimeout(() => check(form), wait);
  };
  document.addEventListener("input", (event) => touched(event, 350));
  document.addEventListener("change", (event) => touched(event, 0));

  // A reader of bar codes types and presses Enter: what it read is checked, and the next Enter confirms.
  document.addEventListener("keydown", async (event) => {
    const input = event.target;
    if (event.key !== "Enter" || !input.matches?.("input[data-scan]") || !input.value) return;
    event.preventDefault();
    const form = input.form;
    clearTimeout(timer);
    input.dataset.touched = "1";
    if (await check(form)) form.querySelector("button:not([type=button])").focus();
    else input.select();
  });

  // Scanned or dropped anywhere on the order's page ------------------------------------------------------------

  const fill = async (link, field, put) => {
    await open(link);
    const input = body.querySelector(`[name="${field}"]`);
    if (!input) return;
    put(input);
    input.dataset.touched = "1";
    if (await check(input.form)) input.form.querySelector("button:not([type=button])").focus();
  };

  let read = "", lastKey = 0;
  document.addEventListener("keydown", (event) => {
    if (!dialog || dialog.open || event.target.closest("input, textarea, select, [contenteditable]")) return;
    // What comes slower was not read by a machine; what matches a pattern below was hardly typed into nothing.
    if (event.timeStamp - lastKey > 500) read = "";
    lastKey = event.timeStamp;
    if (event.key.length === 1) read += event.key;
    if (event.key !== "Enter" || read.length < 10) return;
    const code = read.trim().toUpperCase();
    read = "";
    for (const link of document.querySelectorAll("a[data-scan-pattern]")) {
      if (new RegExp(`^${link.dataset.scanPattern}$`, "i").test(code)) {
        event.preventDefault();
        fill(link, link.dataset.scanField, (input) => { input.value = code; });
        return;
      }
    }
  });

  const dropped = (event) => [...(event.dataTransfer?.items || [])].some((item) => item.kind === "file");
  document.addEventListener("dragover", (event) => {
    if (dropped(event) && document.querySelector("a[data-drop-field], form[data-check] input[type=file]")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!dropped(event)) return;
    const put = (input) => { input.files = event.dataTransfer.files; };
    const shown = document.querySelector("form[data-check] input[type=file]");
    const link = document.querySelector("a[data-drop-field]");
    if (!shown && !link) return;
    event.preventDefault();
    if (!shown) {
      const files = event.dataTransfer.files;
      fill(link, link.dataset.dropField, (input) => { input.files = files; });
    } else {
      put(shown);
      shown.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
})();
