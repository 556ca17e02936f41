
// What is polled, remembered and shown.

const POLL_MILLIS = 2000;
const HIDDEN_POLL_MILLIS = 10000;
const MAX_POLL_MILLIS = 20000;

const state = {
  overview: null, loadedAt: 0, failure: null,
  name: null, view: null, client: null,
  paused: false, timer: 0, controller: new AbortController(),
  history: new Map(), labels: new Map(),
};

function selected() {
  const encoded = /^#\/client\/(.+)$/.exec(location.hash)?.[1];
  try {
    return encoded ? decodeURIComponent(encoded) : null;
  }
  catch (error) {
    return encoded;
  }
}

/** Asks now, and again after a while. A newer turn ends an older one. */
async function refresh() {
  clearTimeout(state.timer);
  state.controller.abort();
  state.controller = new AbortController();
  const signal = state.controller.signal;
  const started = Date.now();
  const [overview, client] = await Promise.allSettled([read(null, signal),
    state.name === null ? Promise.resolve(null) : read(state.name, signal)]);
  if (signal.aborted) {
    return;
  }
  const now = Date.now();
  state.failure = overview.reason ?? (client.reason?.status === 404 ? null : client.reason) ?? null;
  if (overview.value) {
    state.overview = overview.value;
    state.loadedAt = now;
    remember(now);
  }
  if (client.value) {
    state.client = client.value;
  }
  render(client.reason);
  if (!state.paused) {
    // a server that answers slowly is asked less often
    const pause = document.hidden ? HIDDEN_POLL_MILLIS : POLL_MILLIS;
    state.timer = setTimeout(refresh, Math.min(MAX_POLL_MILLIS, Math.max(pause, 4 * (now - started))));
  }
}

function remember(now) {
  const clients = state.overview.clients;
  for (const [name, {pool}] of Object.entries(clients)) {
    const samples = (state.history.get(name) ?? []).filter((one) => now - one.time < HISTORY_MILLIS);
    samples.push({time: now, leased: pool.leased, available: pool.available, pending: pool.pending});
    state.history.set(name, samples);
  }
  for (const name of state.history.keys()) {
    if (!Object.hasOwn(clients, name)) {
      state.history.delete(name);
    }
  }
}

function render(clientFailure) {
  showFailure();
  showAge();
  const overview = state.overview;
  if (!overview) {
    return;
  }
  const now = state.loadedAt;
  const entries = Object.entries(overview.clients).map(([name, client]) => {
    const samples = state.history.get(name) ?? [];
    return {name, client, samples, now, judged: judge(client, samples)};
  });
  announce(entries);
  showOverview(overview, entries);
  if (state.view) {
    const entry = entries.find((one) => one.name === state.name);
    state.view.fail(clientFailure?.status === 404 ? `There is no client “${state.name}” on this instance, or no longer.` : "");
    if (entry && state.client) {
      state.view.update({client: state.client, judged: judge(state.client, entry.samples), samples: entry.samples, now, overview});
    }
  }
  const trouble = inTrouble(entries);
  document.title = [trouble > 0 ? `(${trouble}) ` : "", state.name === null ? "" : `${state.name} · `, "Outbound HTTP"].join("");
}

/** Good data stay visible; this says why there are no newer ones. */
function showFailure() {
  const notice = byId("notice");
  const words = state.failure?.message ?? "";
  show(notice, words !== "");
  if (notice.dataset.words === words) {
    return;
  }
  notice.dataset.words = words;
  notice.replaceChildren(words + (words && state.overview ? " What you see is older." : ""));
  if (state.failure?.reload) {
    const reload = element("button", {type: "button", text: "Load again"});
    reload.addEventListener("click", () => location.reload());
    notice.append(reload);
  }
}

function showAge() {
  const age = Math.floor((Date.now() - state.loadedAt) / 1000);
  const words = state.loadedAt === 0 ? "" : state.failure || age > 15 ? `As of ${longDuration(age)} ago`
    : state.paused ? `Paused at ${new Date(state.loadedAt).toLocaleTimeString()}` : "Live";
  setText(byId("age"), words);
}

/** For those who listen: only what has changed, never each poll. */
function announce(entries) {
  const first = state.labels.size === 0;
  const changed = entries.filter(({name, judged}) => state.labels.get(name) !== judged.label);
  state.labels = new Map(entries.map(({name, judged}) => [name, judged.label]));
  if (first) {
    setText(byId("announcement"), summaryWords(entries));
  }
  else if (changed.length > 0) {
    setText(byId("announcement"), changed.slice(0, 5).map(({name, judged}) =>
      `${name} is now ${judged.label}${judged.reasons.length > 0 ? `: ${judged.reasons.join(", ")}` : ""}`).join(". "));
  }
}

function navigate() {
  const before = state.name;
  state.name = selected();
  state.client = null;
  state.view = state.name === null ? null : clientView(state.name);
  byId("client").replaceChildren(...(state.view ? [state.view.node] : []));
  show(byId("client"), state.view !== null);
  show(byId("overview"), state.view === null);
  window.scrollTo(0, 0);
  render();
  if (state.view) {
    state.view.title.focus({preventScroll: true});
  }
  else if (before !== null) {
    (clientList.rows.get(before)?.node.querySelector("a") ?? byId("overview-title")).focus();
  }
  refresh();
}

byId("blocked").remove();
setText(byId("host"), location.host);
byId("filter").addEventListener("input", () => render());
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
byId("pause").addEventListener("click", () => {
  state.paused = !state.paused;
  setText(byId("pause"), state.paused ? "Resume" : "Pause");
  if (state.paused) {
    clearTimeout(state.timer);
  }
  else {
    refresh();
  }
  showAge();
});
show(byId("pause"), true);
window.addEventListener("hashchange", navigate);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !state.paused) {
    refresh();
  }
});
setInterval(showAge, 1000);
navigate();
