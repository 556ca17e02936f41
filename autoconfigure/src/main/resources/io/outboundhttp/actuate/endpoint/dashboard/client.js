
// One client: what is wrong, who leaks, what to change, and everything else.

function clientView(name) {
  const title = element("h1", {tabindex: "-1", text: name});
  const status = mark();
  const pool = gauge();
  const spark = sparkline(true);
  const wait = percentiles("Wait for a connection", "No call has asked for one yet.");
  const held = percentiles("Held", "No connection has been used yet.");
  const findings = element("ul", {class: "verdict"});
  const override = element("p", {class: "small"});
  const findingList = new KeyedList(findings, ([, words]) => words, () => findingItem());
  const actions = actionsSection(name);
  const leaking = culpritsSection();
  const parts = [leaking, actions, adviceSection(), sizingSection(), routesSection(), leasesSection(), leaksSection(),
    countsSection(), tlsSection(), settingsSection()];
  const gone = element("p", {class: "notice", hidden: true});
  const body = element("div", {hidden: true}, findings, leaking.node,
    element("div", {class: "cards figures-of-pool"},
      element("section", {class: "card"}, element("h2", {text: "Pool"}), pool.node, spark.node, override),
      element("section", {class: "card"}, element("h2", {text: "Times"}), wait.node, held.node)),
    ...parts.slice(1).map((part) => part.node));
  const node = element("div", {},
    element("p", {class: "back"}, element("a", {href: "#/", text: "← All clients"})),
    element("div", {class: "headline"}, title, status.node), gone, body);
  return {
    node, title,
    update({client, judged, samples, now, overview}) {
      show(body, true);
      status.update(judged);
      pool.update(client);
      spark.update(samples, now);
      setText(override, `Limits: ${overrideWords(client.override) || limitWords(client.pool)}`);
      wait.update(client.acquire);
      held.update(client.usage);
      findingList.update(verdict(client, overview.maintenanceDelayMillis));
      actions.permit(overview.access);
      parts.forEach((part) => part.update(client, now));
    },
    fail(words) {
      show(gone, words !== "");
      setText(gone, words);
    },
  };
}

function findingItem() {
  const node = element("li");
  return {
    node,
    update([level, words]) {
      setAttribute(node, "class", level);
      setText(node, words);
    },
  };
}

function adviceSection() {
  const list = element("ul", {class: "advice"});
  const node = element("section", {}, element("h2", {text: "Advice"}), list);
  const rows = new KeyedList(list, adviceKey, () => adviceItem(false));
  return {
    node,
    update(client) {
      const advice = client.advice ?? [];
      show(node, advice.length > 0);
      rows.update(advice);
    },
  };
}

function sizingSection() {
  const words = element("p");
  const basis = element("p", {class: "muted"});
  const facts = factList();
  const lines = element("div");
  const node = element("section", {class: "card"}, element("h2", {text: "Size"}), words, basis, facts.node, lines);
  let shown = "";
  return {
    node,
    update({sizing, pool}) {
      show(node, Boolean(sizing));
      if (!sizing) {
        return;
      }
      setText(words, `${sizing.recommended} connections suit the traffic that was seen: ${sizing.needed} needed and `
        + `${sizing.headroom} in reserve (now ${pool.maxTotal} in total, ${pool.maxPerRoute} per route). Confidence: ${sizing.confidence}.`
        + (sizing.saturated ? " The limit was reached, so the true need may be greater." : ""));
      setText(basis, sizing.basis ?? "");
      const used = sizing.concurrency ?? {};
      facts.update([["Calls per second", decimal(sizing.callsPerSecond)], ["Mean time held", duration(sizing.meanUsageMillis)],
        ["In use at the same time", `mean ${decimal(used.mean)}, p95 ${decimal(used.p95)}, p99 ${decimal(used.p99)}, peak ${decimal(used.peak)}`]]);
      if (shown !== (sizing.yaml ?? "")) {
        shown = sizing.yaml ?? "";
        lines.replaceChildren(...(shown ? [yaml(shown)] : []));
      }
    },
  };
}

function factList() {
  const node = element("dl", {class: "facts"});
  let shown = "";
  return {
    node,
    update(facts) {
      const text = JSON.stringify(facts);
      if (shown !== text) {
        shown = text;
        node.replaceChildren(...facts.flatMap(([name, value]) => [element("dt", {text: name}), element("dd", {text: value})]));
      }
    },
  };
}

function tableSection(title, classes, columns, keyOf, createRow) {
  const body = element("tbody");
  const head = element("tr", {}, ...columns.map(([text, classes]) => element("th", {scope: "col", class: classes, text})));
  const node = element("section", {}, element("h2", {text: title}),
    element("div", {class: "scroll"}, element("table", {class: classes}, element("thead", {}, head), body)));
  return {node, rows: new KeyedList(body, keyOf, createRow)};
}

function routesSection() {
  const {node, rows} = tableSection("Routes", "wide", [["Route", null], ["Leased", "number"], ["Available", "number"], ["Pending", "number"],
    ["Limit", "number"], ["Leaked", "number"], ["Longest wait", "number"], ["Learned reuse age", "number"]],
    (route) => `${route.route} ${route.via ?? ""}`, routeRow);
  return {
    node,
    update(client) {
      show(node, client.routes.length > 0);
      rows.update([...client.routes].sort((one, other) => other.pending - one.pending || other.leaked - one.leaked
        || other.leased / other.max - one.leased / one.max));
    },
  };
}

function routeRow(route) {
  const cells = Array.from({length: 7}, () => element("td", {class: "number"}));
  return {
    node: element("tr", {}, element("th", {scope: "row", class: "code", text: route.route + (route.via ? ` via ${route.via}` : "")}), ...cells),
    update(now) {
      [now.leased, now.available, now.pending, now.max, now.leaked ?? 0, duration(now.pending > 0 ? now.oldestWaitMillis : null),
        duration(now.learnedReuseAgeMillis)].forEach((value, index) => setText(cells[index], String(value)));
    },
  };
}

function countsSection() {
  const facts = factList();
  const node = element("section", {class: "card"}, element("h2", {text: "Counts since the pool was opened"}), facts.node);
  return {
    node,
    update({counts}) {
      show(node, Boolean(counts));
      facts.update(Object.entries(counts ?? {}).map(([name, value]) => [countWords(name),
        typeof value === "object" ? plain(value) || "none" : String(value)]));
    },
  };
}

/** "acquireTimeouts" as "acquire timeouts". */
function countWords(name) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function tlsSection() {
  const facts = factList();
  const node = element("section", {class: "card"}, element("h2", {text: "TLS"}), facts.node);
  return {
    node,
    update({tls}) {
      show(node, Boolean(tls));
      const days = (number) => number === undefined || number === null ? "–" : `in ${count(number, "day")}`;
      facts.update(tls ? [["SSL bundle", tls.bundle], ["Certificate expires", days(tls.certificateExpiresInDays)],
        ["Trusted certificate expires", days(tls.trustExpiresInDays)], ["Reloads", String(tls.reloads ?? 0)],
        ["Reload that failed", tls.failedReload ? new Date(tls.failedReload).toLocaleString() : "none"]] : []);
    },
  };
}

function settingsSection() {
  const filter = element("input", {type: "search", id: "settings-filter", autocomplete: "off", spellcheck: "false"});
  const {node, rows} = tableSection("Settings", "stacked", [["Key", null], ["Value", null], ["Set by", null]], (one) => one.key, settingRow);
  node.querySelector("h2").after(element("p", {class: "back"}, element("label", {for: "settings-filter", class: "muted", text: "Filter settings "}), filter));
  let settings = [];
  const render = () => rows.update(settings.filter((one) => one.words.includes(filter.value.trim().toLowerCase())));
  filter.addEventListener("input", render);
  return {
    node,
    update(client) {
      settings = Object.entries(client.settings).map(([key, {value, origin}]) => {
        const words = `${key} ${plain(value)} ${origin}`.toLowerCase();
        return {key, value: plain(value), origin, words, builtIn: /^(built-in$|derived from )/.test(origin)};
      });
      settings.sort((one, other) => one.builtIn - other.builtIn);
      render();
    },
  };
}

function settingRow(setting) {
  const [value, origin] = [element("td", {class: "code value"}), element("td", {class: "small origin"})];
  const node = element("tr", {}, element("th", {scope: "row", class: "code key", text: setting.key}), value, origin);
  return {
    node,
    update(now) {
      setAttribute(node, "class", now.builtIn ? "builtin" : "");
      setText(value, now.value);
      setText(origin, now.origin);
    },
  };
}
