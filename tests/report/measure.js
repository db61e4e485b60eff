// Text boxes of the page that lie over one another, or reach out of the page; for the browser tests.
() => {
  const boxes = [];
  const seen = (el) => {
    for (let one = el; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.display === "none" || style.visibility === "hidden") { return false; }
      if (one.classList && (one.classList.contains("hide") || one.classList.contains("skip"))) { return false; }
      if (one.tagName === "DETAILS" && !one.open && !(one.querySelector("summary") || one).contains(el)
          && !matchMedia("print").matches) { return false; }
    }
    return true;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const el = node.parentElement;
    if (!node.textContent.trim() || ["SCRIPT", "STYLE", "TITLE"].includes(el.tagName) || !seen(el)) { continue; }
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      if (r.width < 1 || r.height < 1) { continue; }
      // A line's box is taller than its letters: a quarter of it is air.
      const air = r.height / 6;
      boxes.push({ node, text: node.textContent.trim().slice(0, 40), left: r.left, right: r.right,
        top: r.top + air, bottom: r.bottom - air, scroll: !!el.closest(".scroll") });
    }
  }
  const out = [];
  boxes.sort((a, b) => a.top - b.top);
  for (let i = 0; i < boxes.length; i++) {
    const a = boxes[i];
    for (let j = i + 1; j < boxes.length && boxes[j].top < a.bottom; j++) {
      const b = boxes[j];
      if (a.node === b.node) { continue; }
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1.5 && high > 1.5) { out.push(`"${a.text}" over "${b.text}"`); }
    }
    if (!a.scroll && (a.left < -1 || a.right > document.documentElement.clientWidth + 1)) { out.push(`"${a.text}" leaves the page`); }
  }
  return out;
}
