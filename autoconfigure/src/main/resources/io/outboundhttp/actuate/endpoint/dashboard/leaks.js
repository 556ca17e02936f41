
// Who leaks: the lines, the leases and the reports of one client.

/** Method and target; a template may be a whole URI or a path of the route. */
function requestWords({method, route, uriTemplate}) {
  const template = uriTemplate ?? "";
  return `${method || "?"} ${template.includes("://") ? template : route + (template ? ` ${template}` : "")}`;
}

/** A frame, with the file and line that an editor can open set off. */
function frame(text) {
  const start = text.indexOf("(");
  const path = text.substring(0, start < 0 ? text.length : start);
  const type = path.lastIndexOf(".", path.lastIndexOf(".") - 1) + 1;
  return [element("span", {class: "package", text: path.substring(0, type)}), path.substring(type),
    element("b", {text: start < 0 ? "" : text.substring(start)})];
}

/** The application's own frame comes first; the frames of libraries that it called are folded away. */
function stack(frames, applicationFrame) {
  const mine = Math.max(0, frames.indexOf(applicationFrame));
  const calls = frames.slice(mine).map((text, index) => index === 0 && text === applicationFrame
    ? element("li", {class: "mine"}, text, element("span", {text: "← your code"})) : element("li", {text}));
  return element("div", {class: "stack", tabindex: "0", role: "group", "aria-label": "Stack"},
    mine === 0 ? null : element("details", {}, element("summary", {text: `${count(mine, "frame")} of libraries that it calls`}),
      element("ol", {}, ...frames.slice(0, mine).map((text) => element("li", {text})))),
    element("ol", {}, ...calls));
}

/** Details whose content is made when they are first opened. */
function lazyDetails(summary, classes, content) {
  const node = element("details", {class: classes}, summary);
  node.addEventListener("toggle", () => {
    if (node.open && node.children.length === 1) {
      node.append(...content());
    }
  });
  return node;
}

function stacksOf(lease, threadNow, hint) {
  const content = [];
  if (lease.thread) {
    content.push(element("p", {class: "after small"}, "Thread ", element("code", {text: lease.thread})));
  }
  if (lease.stack?.length > 0) {
    content.push(element("p", {class: "after small", text: "When it took the connection:"}), stack(lease.stack, lease.applicationFrame));
  }
  else {
    content.push(element("p", {class: "muted after", text: hint()}));
  }
  if (threadNow?.length > 0) {
    content.push(element("p", {class: "small", text: "What that thread did when the leak was found:"}), stack(threadNow));
  }
  return content;
}

function noStackWords(client) {
  return client.valuesShown === false
    ? "Stacks and threads are not shown to you: management.endpoint.outboundhttp.show-values shows them (always, or when-authorized to the roles of management.endpoint.outboundhttp.roles)."
    : "No stack was taken: leak-detection.stack-traces decides (sampled is one in 32, at most a hundred a second, and for ten minutes all of a route that leaked; always is every one).";
}

function culpritsSection() {
  const list = element("ul", {class: "culprits"});
  const note = element("p", {class: "muted after"});
  const node = element("section", {"aria-labelledby": "culprits-title"}, element("h2", {id: "culprits-title", text: "Who leaks"}), list, note);
  let client;
  const rows = new KeyedList(list, (group) => group.key, (group) => culprit(group, () => noStackWords(client)));
  return {
    node,
    update(data) {
      client = data;
      const groups = culprits(data);
      show(node, groups.length > 0);
      rows.update(groups);
      setText(note, groups.some((group) => group.lease.applicationFrame)
        ? "The response that this line opens is not closed. Close it (try-with-resources), or let Spring read it (retrieve().body(…)); exchange(…, false) and body(InputStream.class) hand that duty to you."
        : noStackWords(data));
    },
  };
}

function culprit(group, hint) {
  const line = element("p", {class: "line"});
  const request = element("p");
  const figures = element("p");
  const details = lazyDetails(element("summary", {text: "Stack"}), "", () => stacksOf(group.lease, null, hint));
  if (group.lease.applicationFrame) {
    line.append(...frame(group.lease.applicationFrame));
  }
  else {
    line.append("A line that is not known");
  }
  return {
    node: element("li", {class: "culprit"}, line, request, figures, details),
    update(data) {
      setText(request, requestWords(data.lease));
      const words = [];
      if (data.held > 0) {
        words.push(`holds ${count(data.held, "connection")} now, the oldest for ${duration(data.oldestMillis)}`);
      }
      if (data.found > 0) {
        words.push(`found ${count(data.found, "time")}, last ${duration(data.lastMillis)} ago`, `${data.reclaimed || "none"} taken back`);
      }
      setText(figures, words.join("; "));
      show(details, Boolean(data.lease.stack?.length));
    },
  };
}

function leasesSection() {
  const body = element("tbody");
  const empty = element("p", {class: "muted"});
  const table = element("div", {class: "scroll"}, element("table", {class: "wide", "aria-labelledby": "leases-title"},
    element("thead", {}, element("tr", {}, ...["Held for", "Nothing read for", "Request", "Phase", "State"].map((text, index) =>
      element("th", {scope: "col", class: index < 2 ? "number" : null, text})))), body));
  const title = element("h2", {id: "leases-title"});
  const identities = new Identities();
  let client;
  const rows = new KeyedList(body, (one) => one.id, (one) => leaseRow(one.item, () => noStackWords(client)));
  return {
    node: element("section", {}, title, table, empty),
    update(data, now) {
      client = data;
      rows.update(identities.assign(data.leases, (lease) => lease.ageMillis,
        (lease) => requestWords(lease) + (lease.thread ?? "") + (lease.stack ?? ""), now));
      setText(title, data.pool.leased > data.leases.length ? `Leases (the ${data.leases.length} oldest of ${data.pool.leased})`
        : `Leases (${data.leases.length})`);
      show(table, data.leases.length > 0);
      setText(empty, data.leases.length > 0 ? "" : "No connection is in use.");
    },
  };
}

function leaseRow(lease, hint) {
  const [age, idle, phase, state] = ["number", "number", null, null].map((classes) => element("td", {class: classes}));
  const request = lazyDetails(element("summary", {class: "code", text: requestWords(lease)}), "",
    () => stacksOf(lease, null, hint));
  const suspect = mark();
  const reused = element("span", {class: "muted"});
  state.append(suspect.node, reused);
  return {
    node: element("tr", {}, age, idle, element("td", {}, request), phase, state),
    update({item}) {
      setText(age, duration(item.ageMillis));
      setText(idle, duration(item.idleMillis));
      setText(phase, item.phase.replaceAll("-", " "));
      show(suspect.node, Boolean(item.leak));
      suspect.update({level: "down", label: `leaked, ${item.leak ?? ""}`});
      setText(reused, item.leak ? "" : item.reused ? "reused connection" : "new connection");
    },
  };
}

function leaksSection() {
  const list = element("ul", {class: "boxed leaks"});
  const node = element("section", {}, element("h2", {text: "Recent leaks"}), list);
  const identities = new Identities();
  let client;
  const rows = new KeyedList(list, (one) => one.id, (one) => leakRow(one.item, () => noStackWords(client)));
  return {
    node,
    update(data, now) {
      client = data;
      show(node, data.recentLeaks.length > 0);
      rows.update(identities.assign(data.recentLeaks, (leak) => leak.agoMillis,
        (leak) => leak.kind + leak.reclaimed + requestWords(leak.lease) + (leak.lease.stack ?? "") + (leak.threadNow ?? ""), now));
    },
  };
}

function leakRow(leak, hint) {
  const ago = element("span");
  const end = leak.reclaimed ? "taken back" : leak.kind === "superseded" ? "closed for the caller" : "not taken back";
  const summary = element("summary", {}, element("strong", {text: leak.kind}), " ", ago, `, ${end}: `,
    element("span", {class: "code", text: leak.lease.applicationFrame ?? requestWords(leak.lease)}));
  return {
    node: element("li", {}, lazyDetails(summary, "leak", () => [
      element("p", {class: "after"}, element("span", {class: "code", text: requestWords(leak.lease)}),
        `, held for ${duration(leak.lease.ageMillis)} when it was found, ${leak.lease.phase.replaceAll("-", " ")}`),
      ...stacksOf(leak.lease, leak.threadNow, hint)])),
    update({item}) {
      setText(ago, `${duration(item.agoMillis)} ago`);
    },
  };
}
