
// What changes a running client. The page asks first, in words, and shows what came of it.

const framed = window.top !== window;

const SCOPES = {
  idle: {
    label: "Idle: close available connections now",
    go: "Close idle connections",
    words: (name) => `Closes all available connections of “${name}” now. No call is affected; the next calls open new connections.`,
  },
  expired: {
    label: "Expired: close those that are too old",
    go: "Close expired connections",
    words: (name) => `Closes the available connections of “${name}” that have passed their time-to-live or idle-timeout. No call is affected.`,
  },
  suspected: {
    label: "Suspected: take leaked connections back",
    go: "Take suspected connections back",
    danger: true,
    words: (name, client) => `Takes ${count(client.leaks.suspected, "suspected connection")} of “${name}” back from their callers, at once. `
      + "Callers that wait are served by that.\nWhoever still uses such a response gets a LeaseReclaimedException at the next read.",
  },
  all: {
    label: "All: renew every connection",
    go: "Renew all connections",
    danger: true,
    words: (name, client) => `Closes the ${client.pool.available} available connections of “${name}” now, and the ${client.pool.leased} leased ones after their response. `
      + "No call is aborted; every connection is opened anew, DNS and TLS included.",
  },
};

const DURATIONS = {"5m": "5 minutes", "15m": "15 minutes", "1h": "1 hour", "4h": "4 hours", "24h": "24 hours"};

function actionsSection(name) {
  const note = element("p", {class: "muted"});
  const forms = element("div", {class: "cards"});
  const result = element("p", {class: "notice result", role: "status", hidden: true});
  const node = element("section", {}, element("h2", {text: "Act"}), note, forms, result);
  let client;
  const run = async (question, action) => {
    if (!await confirmed(question)) {
      return;
    }
    const buttons = forms.querySelectorAll("button");
    buttons.forEach((button) => button.disabled = true);
    const [words, level] = await action().then((words) => [words, "good"], (error) => [error.message, ""]);
    buttons.forEach((button) => button.disabled = false);
    setAttribute(result, "class", `notice result ${level}`);
    show(result, true);
    setText(result, words);
    refresh();
  };
  const limits = limitsForm(name, run);
  const close = closeForm(name, run, () => client);
  forms.append(limits.node, close.node);
  return {
    node,
    permit(access) {
      const writable = access === "unrestricted";
      show(forms, writable && !framed);
      show(note, !writable || framed);
      setText(note, writable ? "This page is shown inside another one, so it changes nothing: a page around it could lead your clicks astray. Open it in a tab of its own."
        : "Read-only. With management.endpoint.outboundhttp.access=unrestricted, limits can be changed and connections closed here.");
    },
    update(data) {
      client = data;
      limits.update(data.pool);
    },
  };
}

function limitsForm(name, run) {
  const total = numberField("limits-total", 10000);
  const perRoute = numberField("limits-route", 10000);
  const revert = element("select", {id: "limits-revert"}, ...Object.entries(DURATIONS).map(([value, text]) =>
    element("option", {value, text, selected: value === "1h"})));
  const form = element("form", {class: "card"}, element("fieldset", {}, element("legend", {text: "Change the limits for a while"}),
    element("div", {class: "fields"}, labelled("Max total", total), labelled("Max per route", perRoute), labelled("For", revert),
      element("button", {type: "submit", text: "Change limits…"}))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const limits = {maxTotal: Number(total.value), maxPerRoute: Number(perRoute.value), revertAfter: revert.value};
    run({
      title: "Change limits",
      text: `“${name}” on this instance may then hold at most ${count(limits.maxTotal, "connection")}, ${limits.maxPerRoute} per route, for ${DURATIONS[revert.value]}; `
        + "then the configured limits hold again.\nCallers that wait are served at once if that makes room. The change is logged with your name.",
      go: "Change limits",
    }, async () => limitsWords(await write(name, "POST", "", limits)));
  });
  let filled = false;
  return {
    node: form,
    update(pool) {
      if (!filled) {
        filled = true;
        total.value = pool.maxTotal;
        perRoute.value = pool.maxPerRoute;
      }
    },
  };
}

function limitsWords(answer) {
  const words = (limits) => `${limits.maxTotal} in total and ${limits.maxPerRoute} per route`;
  const until = answer.override?.until;
  return `Limits are now ${words(answer.effective ?? answer.new)}; they were ${words(answer.old)}.`
    + (until ? ` The configured ones hold again at ${clock(until)}.` : "");
}

function closeForm(name, run, client) {
  const scope = element("select", {id: "close-scope"}, ...Object.entries(SCOPES).map(([value, {label}]) =>
    element("option", {value, text: label})));
  const form = element("form", {class: "card"}, element("fieldset", {}, element("legend", {text: "Close connections"}),
    element("div", {class: "fields"}, labelled("Which", scope), element("button", {type: "submit", text: "Close…"}))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const {go, words, danger} = SCOPES[scope.value];
    run({title: go, text: `${words(name, client())} This instance only.`, go, danger}, async () => {
      const answer = await write(name, "DELETE", `?scope=${scope.value}`);
      return `${count(answer.closed, "connection")} ${scope.value === "suspected" ? "taken back" : "closed"}.`
        + (answer.closingAfterResponse ? ` ${count(answer.closingAfterResponse, "more", "more")} will be after the response.` : "");
    });
  });
  return {node: form};
}

function numberField(id, max) {
  return element("input", {type: "number", id, min: "1", max: String(max), step: "1", required: true});
}

function labelled(text, field) {
  return element("div", {}, element("label", {for: field.id, text}), field);
}

/** Asks; resolves to whether the answer is yes. Escape and Cancel mean no. */
function confirmed({title, text, go, danger = false}) {
  const dialog = byId("confirm");
  const yes = byId("confirm-go");
  setText(byId("confirm-title"), title);
  setText(byId("confirm-text"), text);
  setText(yes, go);
  setAttribute(yes, "class", danger ? "danger" : "primary");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "go"), {once: true}));
}

byId("confirm-cancel").addEventListener("click", () => byId("confirm").close(""));
byId("confirm-go").addEventListener("click", () => byId("confirm").close("go"));
