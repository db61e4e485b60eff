"use strict";
// Charts over the run that can be touched: zoom, one cursor through all of them, a stride's numbers.
(function () {
  var data = JSON.parse(document.getElementById("touch").textContent);
  var words = data.words, plots = [], cursor = null, quiet = false;
  var styles = getComputedStyle(document.documentElement);
  function ink(name) { return styles.getPropertyValue("--" + name).trim(); }

  // A number with the decimal sign of the page's language.
  function written(value, decimals) { return value.toFixed(decimals).replace(".", data.decimal); }

  function unpack(text) {
    var raw = atob(text), out = new Uint16Array(raw.length / 2);
    for (var i = 0; i < out.length; i++) { out[i] = raw.charCodeAt(2 * i) | (raw.charCodeAt(2 * i + 1) << 8); }
    return out;
  }

  function strides(packed) {
    var shared = data.times[packed.at], steps = atob(shared.t), values = unpack(packed.v), time = 0, x = [], y = [];
    for (var i = 0; i < steps.length; i++) {
      var step = steps.charCodeAt(i);
      time += step * shared.unit;
      if (step < 255) {
        var value = values[x.length];
        x.push(time);
        y.push(value === 65535 ? null : packed.base + value * packed.step);
      }
    }
    return { side: packed.side, x: x, y: y };
  }

  function clock(seconds) {
    var whole = Math.floor(seconds), h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60;
    var s = written(seconds - 3600 * h - 60 * m, 1);
    return (h ? h + ":" + String(m).padStart(2, "0") : m) + ":" + s.padStart(4, "0");
  }

  function nearest(x, at) {
    var low = 0, high = x.length - 1;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (x[middle] < at) { low = middle + 1; } else { high = middle; }
    }
    return low > 0 && at - x[low - 1] < x[low] - at ? low - 1 : low;
  }

  function shade(plot, breaks) {
    var c = plot.ctx;
    breaks.forEach(function (one) {
      var a = plot.valToPos(one[0], "x", true), b = plot.valToPos(one[1], "x", true);
      a = Math.max(a, plot.bbox.left); b = Math.min(b, plot.bbox.left + plot.bbox.width);
      if (b > a) {
        c.fillStyle = ink(one[2] === "gap" ? "gap" : "fill");
        c.fillRect(a, plot.bbox.top, b - a, plot.bbox.height);
      }
    });
  }

  function options(chart, width, labels) {
    var font = "12px system-ui, sans-serif";
    var hours = chart.x[1] > 7200, minutes = chart.x[1] > 180;
    var axis = { stroke: function () { return ink("soft"); }, grid: { stroke: function () { return ink("grid"); }, width: 1 },
      ticks: { show: false }, font: font };
    return {
      width: width, height: 190, legend: { show: false }, padding: [8, 8, 0, 0],
      cursor: { sync: { key: "run" }, drag: { x: true, y: false }, points: { show: false } },
      scales: { x: { time: false, range: function (u, low, high) { return [low, high]; } }, y: { range: chart.y } },
      axes: [
        Object.assign({}, axis, { size: 30, space: 46, label: chart.below, labelSize: 18, labelFont: font, labelGap: 0,
          incrs: [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200],
          values: function (u, ticks) {
            return ticks.map(function (t) {
              if (!minutes) { return String(Math.round(t * 10) / 10).replace(".", data.decimal); }
              if (hours) { return Math.floor(t / 3600) + ":" + String(Math.floor(t / 60) % 60).padStart(2, "0"); }
              return t % 60 ? Math.floor(t / 60) + ":" + String(Math.round(t % 60)).padStart(2, "0") : String(t / 60);
            });
          } }),
        Object.assign({}, axis, { size: 44, space: 34,
          values: function (u, ticks) { return ticks.map(function (t) { return String(+t.toFixed(6)).replace(".", data.decimal); }); } })
      ],
      series: [{}].concat(labels),
      hooks: {
        drawClear: [function (u) { shade(u, chart.breaks); }],
        setCursor: [function (u) { if (!quiet && u.cursor.left >= 0) { say(u.posToVal(u.cursor.left, "x")); } }],
        setScale: [function (u, name) { if (name === "x" && !quiet) { spread(u.scales.x.min, u.scales.x.max); } }]
      }
    };
  }

  // A line as times and values; where it breaks, an empty value stands half-way between its neighbours.
  function broken(line) {
    var x = [], y = [];
    line.x.forEach(function (at, i) {
      var next = line.x[i + 1];
      if (at !== null) { x.push(at); y.push(line.y[i]); }
      else if (x.length && typeof next === "number") { x.push((x[x.length - 1] + next) / 2); y.push(null); }
    });
    return [x, y];
  }

  function build(chart, figure) {
    var sides = chart.points.map(strides);
    var tables = sides.map(function (one) { return [one.x, one.y]; });
    var look = sides.map(function (one) {
      return { stroke: function () { return ink(one.side); }, paths: function () { return null; },
        points: { show: true, size: 3.5, width: 0, fill: function () { return ink(one.side) + "66"; } } };
    });
    chart.lines.forEach(function (line) {
      tables.push(broken(line));
      look.push({ stroke: function () { return ink(line.side); }, width: 2, points: { show: false },
        dash: line.side === "right" ? [6, 4] : undefined });
    });
    var box = document.createElement("div");
    box.className = "touch";
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", figure.querySelector(".plot").getAttribute("aria-label"));
    figure.insertBefore(box, figure.querySelector(".frame"));
    figure.classList.add("touched");
    // 2: an empty value of a line reaches to its neighbours, over the times that only other tables have.
    var empty = tables.map(function (one, at) { return [0, at < sides.length ? 1 : 2]; });
    var plot = new uPlot(options(chart, box.clientWidth, look), uPlot.join(tables, empty), box);
    plot.setScale("x", { min: chart.x[0], max: chart.x[1] });
    new ResizeObserver(function () {
      if (box.clientWidth > 0 && box.clientWidth !== plot.width) { plot.setSize({ width: box.clientWidth, height: 190 }); }
    }).observe(box);
    plots.push({ plot: plot, chart: chart, sides: sides });
  }

  function spread(low, high) {
    quiet = true;
    plots.forEach(function (one) {
      var scale = one.plot.scales.x;
      if (scale.min !== low || scale.max !== high) { one.plot.setScale("x", { min: low, max: high }); }
    });
    quiet = false;
  }

  // The numbers of the strides nearest to a time.
  function say(at) {
    cursor = at;
    var parts = [], when = null;
    plots.forEach(function (one) {
      var said = one.sides.map(function (side) {
        if (!side.x.length) { return ""; }
        var k = nearest(side.x, at);
        if (Math.abs(side.x[k] - at) > 2 || side.y[k] === null) { return ""; }
        if (when === null) { when = side.x[k]; }
        return (side.side === "one" ? "" : words[side.side] + " ") + written(side.y[k], one.chart.decimals);
      }).filter(Boolean);
      if (said.length) { parts.push(one.chart.title + " " + said.join(", ") + (one.chart.unit ? " " + one.chart.unit : "")); }
    });
    output.textContent = clock(when === null ? at : when) + " · " + (parts.length ? parts.join(" · ") : words.none);
  }

  function move(step) {
    if (!plots.length) { return; }
    var side = plots[0].sides[0], scale = plots[0].plot.scales.x;
    var at = cursor === null ? (scale.min + scale.max) / 2 : cursor;
    var k = Math.min(Math.max(nearest(side.x, at) + (cursor === null ? 0 : step), 0), side.x.length - 1);
    var x = side.x[k], wide = scale.max - scale.min;
    if (x < scale.min || x > scale.max) { spread(x - wide / 2, x + wide / 2); }
    quiet = true;
    plots.forEach(function (one) { one.plot.setCursor({ left: one.plot.valToPos(x, "x"), top: 20 }, false); });
    quiet = false;
    say(x);
  }

  function zoom(factor) {
    if (!plots.length) { return; }
    var scale = plots[0].plot.scales.x, all = plots[0].chart.x, wide = (scale.max - scale.min) * factor;
    var at = cursor === null || cursor < scale.min || cursor > scale.max ? (scale.min + scale.max) / 2 : cursor;
    wide = Math.min(Math.max(wide, 4), all[1] - all[0]);
    var low = Math.min(Math.max(at - wide / 2, all[0]), all[1] - wide);
    spread(low, low + wide);
  }

  var tools = document.createElement("div"), output = document.createElement("output");
  tools.className = "tools";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", words.hint);
  [["earlier", function () { move(-1); }], ["later", function () { move(1); }], ["in", function () { zoom(0.5); }],
    ["out", function () { zoom(2); }], ["all", function () { if (plots.length) { spread(plots[0].chart.x[0], plots[0].chart.x[1]); } }]
  ].forEach(function (one) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = words[one[0]];
    button.addEventListener("click", one[1]);
    tools.appendChild(button);
  });
  output.textContent = words.hint + (data.every > 1 ? " " + words.thinned.replace("{n}", data.every) : "");
  tools.appendChild(output);

  var section = document.getElementById("run"), built = false;
  function start() {
    if (built || (section.tagName === "DETAILS" && !section.open)) { return; }
    built = true;
    var first = section.querySelector(".fig");
    first.parentElement.insertBefore(tools, first);
    data.charts.forEach(function (chart) {
      var figure = section.querySelector('[data-chart="' + chart.id + '"]');
      if (figure) { build(chart, figure); }
    });
  }
  section.addEventListener("toggle", start);
  start();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
    plots.forEach(function (one) { one.plot.redraw(false, true); });
  });
})();
