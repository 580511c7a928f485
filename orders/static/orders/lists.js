// The order list: choosing rows, pasting a column into the search box, and not sending more files than are taken.
"use strict";

const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

function search(form) {
  const box = form.elements.q;
  const send = () => {
    if (box.value.trim().includes("\n")) {
      // A column may be longer than an address: it is sent as a form.
      const token = document.createElement("input");
      Object.assign(token, { type: "hidden", name: "csrfmiddlewaretoken", value: csrf() });
      form.append(token);
      Object.assign(form, { method: "post", action: form.dataset.many });
    }
    form.submit();
  };
  const grow = () => (box.rows = Math.min(8, box.value.split("\n").length));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  });
  box.addEventListener("input", grow);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });
  grow();
}

function choosing(bar) {
  const boxes = [...document.querySelectorAll("[name=_selected_action]")];
  const all = document.getElementById("dsp-all");
  const across = document.getElementById("dsp-across");
  const action = document.getElementById("dsp-action");
  const words = bar.querySelector(".dsp-chosen");
  let last = null;
  const tell = () => {
    const n = boxes.filter((box) => box.checked).length;
    const said = words.dataset;
    words.textContent = across?.checked ? said.all : n > 1 ? said.many.replace("#", n) : n ? said.one : said.none;
    all.checked = n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
    bar.classList.toggle("dsp-actions-on", n > 0);
  };
  const choose = (chosen) => boxes.forEach((box) => (box.checked = chosen));
  all.addEventListener("change", () => {
    choose(all.checked);
    tell();
  });
  across?.addEventListener("change", () => {
    if (across.checked) choose(true);
    tell();
  });
  boxes.forEach((box, place) =>
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(last, place), Math.max(last, place)];
        boxes.slice(from, to + 1).forEach((other) => (other.checked = box.checked));
      }
      last = place;
      if (across && !box.checked) across.checked = false;
      tell();
    })
  );
  bar.closest("form").addEventListener("submit", (event) => {
    if (!action.value) {
      event.preventDefault();
      action.focus();
    }
  });
  tell();
}

function menus() {
  const open = () => document.querySelectorAll("details.dsp-menu[open]");
  document.addEventListener("click", (event) =>
    open().forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"))
  );
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((menu) => {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    });
  });
}

function files(form) {
  const inputs = [...form.querySelectorAll("[type=file]")];
  const count = () => inputs.reduce((sum, input) => sum + input.files.length, 0);
  // Unfold would write the file's name into a box that these do not have, and break.
  inputs.forEach((input) => (input.hasChangeListener = true));
  inputs.forEach((input) =>
    input.addEventListener("change", () => {
      const tooMany = count() > Number(form.dataset.mostFiles);
      inputs.forEach((one) => one.setCustomValidity(""));
      input.setCustomValidity(tooMany ? form.dataset.tooMany : "");
      input.reportValidity();
    })
  );
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("#dsp-search").forEach(search);
  document.querySelectorAll("#dsp-actions").forEach(choosing);
  document.querySelectorAll("[data-most-files]").forEach(files);
  menus();
});
