"use strict";
(function () {
  var root = document.documentElement;
  root.classList.add("js");

  // Boxes that were ticked stay ticked on this machine; where nothing may be kept they work all the same.
  var key = "gait:" + document.title + ":" + location.pathname;
  var boxes = Array.prototype.slice.call(document.querySelectorAll(".week input"));
  function kept() {
    try { return JSON.parse(localStorage.getItem(key)) || []; } catch (error) { return []; }
  }
  var ticked = kept();
  boxes.forEach(function (box, at) {
    box.checked = ticked[at] === true;
    box.addEventListener("change", function () {
      try { localStorage.setItem(key, JSON.stringify(boxes.map(function (one) { return one.checked; }))); }
      catch (error) { /* a private window keeps nothing */ }
    });
  });

  // Paper shows what is folded, except the tables behind pictures.
  var opened = [];
  addEventListener("beforeprint", function () {
    document.querySelectorAll("details.section:not([open]), details.fold:not([open])").forEach(function (one) {
      one.open = true;
      opened.push(one);
    });
  });
  addEventListener("afterprint", function () {
    opened.forEach(function (one) { one.open = false; });
    opened = [];
  });

  // A link into a folded part opens it.
  function reveal() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (var one = target; one; one = one.parentElement) {
      if (one.tagName === "DETAILS") { one.open = true; }
    }
    if (target) { target.scrollIntoView(); }
  }
  addEventListener("hashchange", reveal);
  reveal();
})();
