// The keyboard, and charts as pictures. Everything else works without.
"use strict";

const follow = (selector) => {
  const link = document.querySelector(selector);
  if (link) location.href = link.href;
};

// Figures of a table by where they stand on the screen: rows and columns of paper tables have spans.
const move = (from, key) => {
  const table = from.closest("table");
  const here = from.getBoundingClientRect();
  const centre = (box) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const [x, y] = centre(here);
  let best = null;
  let least = Infinity;
  for (const link of table.querySelectorAll("td a")) {
    if (link === from) continue;
    const [a, b] = centre(link.getBoundingClientRect());
    const along = { ArrowRight: a - x, ArrowLeft: x - a, ArrowDown: b - y, ArrowUp: y - b }[key];
    const across = key === "ArrowRight" || key === "ArrowLeft" ? Math.abs(b - y) : Math.abs(a - x);
    if (along < 4) continue;
    const far = along + 8 * across;
    if (far < least) { least = far; best = link; }
  }
  if (best) best.focus();
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  if (at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName)) {
    if (event.key === "Escape") at.blur();
    return;
  }
  const dialog = document.getElementById("keys");
  if (dialog.open) return;
  if (event.key.startsWith("Arrow")) {
    const inTable = at && at.matches(".paper td a");
    const first = document.querySelector(".paper td a");
    if (inTable) { event.preventDefault(); move(at, event.key); }
    else if (first && event.key === "ArrowDown" && at === document.body && window.scrollY === 0) { event.preventDefault(); first.focus(); }
    return;
  }
  const actions = {
    "/": () => document.querySelector(".find input").focus(),
    "?": () => dialog.showModal(),
    "[": () => follow("main a[rel=prev]"),
    "]": () => follow("main a[rel=next]"),
    l: () => follow("a.language"),
  };
  const action = actions[event.key] || (/^[hrcdyb]$/.test(event.key) ? () => follow(`a[data-key=${event.key}]`) : null);
  if (action) { event.preventDefault(); action(); }
});

for (const button of document.querySelectorAll("[data-opens]")) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}

for (const button of document.querySelectorAll("button.png")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const svg = button.closest("figure").querySelector("svg");
    const { width, height } = svg.viewBox.baseVal;
    const picture = new Image();
    picture.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = width * 2;
      canvas.height = height * 2;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = `${button.dataset.name}.png`;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      });
    };
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  });
}
