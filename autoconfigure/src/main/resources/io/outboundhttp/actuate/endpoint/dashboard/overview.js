
// All clients, those in trouble first, with advice and strays.

function overviewRow(name) {
  const status = mark();
  const reasons = element("span", {class: "reasons"});
  const link = element("a", {href: hrefOf(name), text: name});
  const pool = gauge();
  const spark = sparkline();
  const wait = cell("number", "Wait p50, p99");
  const held = cell("number", "Held p50, p99");
  const leaks = cell("small leaks-now", "Leaks");
  const limits = cell("small limits", "Limits");
  const node = element("tr", {role: "row"},
    element("th", {scope: "row", role: "rowheader", class: "whole"},
      element("div", {class: "name"}, link, status.node), reasons),
    element("td", {role: "cell", class: "whole"}, pool.node),
    element("td", {role: "cell", class: "whole"}, spark.node),
    wait, held, leaks, limits);
  return {
    node,
    update({client, judged, samples, now}) {
      setAttribute(node, "class", judged.level);
      status.update(judged);
      setText(reasons, judged.reasons.join(", "));
      pool.update(client);
      spark.update(samples, now);
      setText(wait, pair(client.acquire));
      setText(held, pair(client.usage));
      setText(leaks, leakWords(client.leaks));
      setText(limits, overrideWords(client.override) || limitWords(client.pool));
    },
  };
}

function cell(classes, label) {
  return element("td", {role: "cell", class: classes, "data-label": label});
}

function hrefOf(name) {
  return `#/client/${encodeURIComponent(name)}`;
}

function pair(times) {
  return times?.count > 0 ? `${duration(times.p50Millis)} · ${duration(times.p99Millis)}` : "–";
}

function leakWords(leaks) {
  const words = Object.entries(leaks).filter(([, number]) => number > 0).map(([kind, number]) => `${number} ${kind}`);
  return words.length > 0 ? words.join(", ") : "none";
}

function limitWords({maxTotal, maxPerRoute}) {
  return `${maxTotal}, ${maxPerRoute} per route`;
}

function overrideWords(override) {
  return override ? `${limitWords(override)}, set by ${override.by || "somebody"} until ${clock(override.until)}` : "";
}

const clientList = new KeyedList(byId("clients"), (entry) => entry.name, (entry) => overviewRow(entry.name));
const adviceList = new KeyedList(byId("advice-list"), adviceKey, () => adviceItem(true));
const strayList = new KeyedList(byId("stray-list"), (stray) => stray.bean + stray.type, strayRow);

/** entries: [{name, client, judged, samples, now}] of all clients. */
function showOverview(overview, entries) {
  const wanted = byId("filter").value.trim().toLowerCase();
  const shown = entries.filter((entry) => entry.name.toLowerCase().includes(wanted))
    .sort((one, other) => one.judged.rank - other.judged.rank || one.name.localeCompare(other.name, "en", {numeric: true}));
  clientList.update(shown);
  setText(byId("summary"), summaryWords(entries));
  show(byId("nothing"), shown.length === 0);
  setText(byId("nothing"), entries.length === 0 ? "There is no client." : "No client has such a name.");
  const late = overview.maintenanceDelayMillis ?? 0;
  show(byId("late"), late >= 1000);
  setText(byId("late"), `Background work is late by ${duration(late)}: leaks are found, and idle connections closed, later than they should be.`);
  const advice = overview.advice ?? [];
  show(byId("advice"), advice.length > 0);
  adviceList.update([...advice].sort((one, other) => (one.level === "warn" ? 0 : 1) - (other.level === "warn" ? 0 : 1)));
  const strays = overview.strays ?? [];
  show(byId("strays"), strays.length > 0);
  strayList.update(strays);
}

function summaryWords(entries) {
  const trouble = inTrouble(entries);
  return trouble === 0 ? `${count(entries.length, "client")}, none in trouble` : `${trouble} of ${entries.length} in trouble`;
}

function inTrouble(entries) {
  return entries.filter((entry) => entry.judged.rank <= 2).length;
}

function adviceKey(advice) {
  return [advice.code, advice.client, advice.message].join(" ");
}

function adviceItem(withClient) {
  const node = element("li");
  return {
    node,
    update(advice) {
      // the key of the list holds all words, so an item never changes
      if (node.hasChildNodes()) {
        return;
      }
      const head = element("div", {class: "name"},
        advice.level === "warn" ? tag("warn", "Warning") : tag("idle", "Hint"));
      if (withClient && advice.client) {
        head.append(element("a", {href: hrefOf(advice.client), text: advice.client}));
      }
      node.append(head, element("p", {text: advice.message}));
      if (advice.keys?.length > 0) {
        node.append(element("p", {class: "keys"}, ...advice.keys.map((key) => element("code", {text: key}))));
      }
      if (advice.yaml) {
        node.append(yaml(advice.yaml));
      }
    },
  };
}

/** Lines to paste; a clipboard exists only on https and on this machine. */
function yaml(text) {
  const node = element("div", {class: "yaml"}, element("pre", {tabindex: "0"}, element("code", {text})));
  if (navigator.clipboard) {
    const copy = element("button", {type: "button", text: "Copy"});
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text).then(() => setText(copy, "Copied"), () => setText(copy, "Refused"));
    });
    node.append(copy);
  }
  return node;
}

function strayRow() {
  const [bean, type, message] = [element("th", {scope: "row", class: "code"}), element("td", {class: "code key"}), element("td")];
  return {
    node: element("tr", {}, bean, type, message),
    update(stray) {
      setText(bean, stray.bean);
      setText(type, stray.type);
      setText(message, stray.message);
    },
  };
}
