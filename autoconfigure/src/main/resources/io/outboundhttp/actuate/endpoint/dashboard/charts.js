
// What is drawn: the mark of a status, the gauge and the sparkline of a pool.

const HISTORY_MILLIS = 4 * 60 * 1000;
const SHORTEST_HISTORY_MILLIS = 60 * 1000;

const SHAPES = {
  up: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Z",
  warn: "M8 1 15.5 15H.5Z",
  down: "M1 1H15V15H1Z",
  idle: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z",
};

/** A word with a shape, so that nothing depends on colour. */
function mark() {
  const path = drawing("path");
  const word = element("span");
  const node = element("span", {}, drawing("svg", {viewBox: "0 0 16 16", "aria-hidden": "true"}, path), word);
  return {
    node,
    update({level, label}) {
      setAttribute(node, "class", `status ${level}`);
      setAttribute(path, "d", SHAPES[level]);
      setText(word, label);
    },
  };
}

function tag(level, label) {
  const one = mark();
  one.update({level, label});
  return one.node;
}

/**
 * Leased, available and pending of their limit. The route that is nearest to its limit is what
 * callers feel: where it is nearer than the client, the bar is that route's.
 */
function gauge() {
  const parts = ["leaked", "leased", "available"].map((name) => element("i", {class: name}));
  const leased = element("b");
  const limit = element("span", {class: "limit"});
  const available = element("span");
  const pending = element("span");
  const node = element("div", {class: "gauge"},
    element("div", {class: "figures"}, leased, available, pending),
    element("div", {class: "figures"}, element("div", {class: "bar", "aria-hidden": "true"}, ...parts), limit));
  return {
    node,
    update({pool, busiestRoute, leaks}) {
      const scale = scaleOf(pool, busiestRoute);
      const leaked = Math.min(scale.leased, leaks.suspected + leaks.abandoned);
      [leaked, scale.leased - leaked, scale.available].forEach((size, index) => {
        const width = `${Math.min(100, 100 * size / scale.max).toFixed(1)}%`;
        if (parts[index].style.width !== width) {
          parts[index].style.width = width;
        }
      });
      setText(leased, `${pool.leased} leased`);
      setText(limit, `${scale.leased}/${scale.max} ${scale.route ? "of a route" : "in total"}`);
      setText(available, `${pool.available} available`);
      setText(pending, `${pool.pending} pending`);
      setAttribute(pending, "class", pool.pending > 0 ? "waits" : "muted");
    },
  };
}

function scaleOf(pool, route) {
  const total = {leased: pool.leased, available: pool.available, max: pool.maxTotal, route: false};
  return route && route.leased / route.max > pool.leased / pool.maxTotal ? {...route, route: true} : total;
}

/** Lines of the last minutes: leased as an area, available dashed, pending thick. */
function sparkline(large = false) {
  const area = drawing("path", {class: "area"});
  const lines = ["available", "leased", "pending"].map((name) => [name, drawing("polyline", {class: name})]);
  const node = drawing("svg", {class: large ? "spark large" : "spark", viewBox: "0 0 100 30",
    preserveAspectRatio: "none", role: "img", "aria-label": "No history yet"},
    area, ...lines.map(([, line]) => line));
  return {
    node,
    update(samples, now) {
      if (samples.length < 2) {
        return;
      }
      const top = Math.max(4, ...samples.map((one) => Math.max(one.leased, one.available, one.pending)));
      const width = Math.max(SHORTEST_HISTORY_MILLIS, now - samples[0].time);
      const at = (one, name) => {
        const x = 100 - 100 * (now - one.time) / width;
        return `${x.toFixed(1)},${(29 - 28 * one[name] / top).toFixed(1)}`;
      };
      for (const [name, line] of lines) {
        const idle = name === "pending" && samples.every((one) => one.pending === 0);
        setAttribute(line, "points", idle ? "" : samples.map((one) => at(one, name)).join(" "));
      }
      const points = samples.map((one) => at(one, "leased"));
      const [start] = points[0].split(",");
      const [end] = points[points.length - 1].split(",");
      setAttribute(area, "d", `M${start},30L${points.join("L")}L${end},30Z`);
      const most = (name) => Math.max(...samples.map((one) => one[name]));
      setAttribute(node, "aria-label", `Since ${duration(now - samples[0].time)}: at most ${most("leased")} leased, `
        + `${most("available")} available, ${most("pending")} pending`);
    },
  };
}

/** p50, p90, p99 and the maximum of times. */
function percentiles(title, empty) {
  const values = ["p50", "p90", "p99", "max"].map((name) => [name, element("dd")]);
  const list = element("dl", {class: "percentiles"},
    ...values.flatMap(([name, value]) => [element("dt", {text: name}), value]));
  const note = element("p", {class: "muted small"});
  return {
    node: element("div", {}, element("h3", {text: title}), list, note),
    update(times) {
      const some = times?.count > 0;
      show(list, some);
      for (const [name, value] of values) {
        setText(value, duration(times?.[`${name}Millis`]));
      }
      setText(note, some ? `${times.count} since the pool was opened` : empty);
    },
  };
}
