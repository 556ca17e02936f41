
// What the figures mean: who is in trouble, why, and where to look first.

const CERTIFICATE_DAYS = 14;

function leaked(client) {
  return client.leaks.suspected + client.leaks.abandoned;
}

function isOpen(client) {
  return Boolean(client.acquire || client.counts || client.pool.leased || client.pool.available);
}

function daysLeft(tls) {
  return Math.min(tls?.certificateExpiresInDays ?? Infinity, tls?.trustExpiresInDays ?? Infinity);
}

function expiry(tls) {
  const days = daysLeft(tls);
  return days < 0 ? "a certificate has expired" : `a certificate expires in ${count(days, "day")}`;
}

/** Level, label and short reasons of a client; the lowest rank is looked at first. */
function judge(client, samples) {
  const reasons = [...client.problems];
  if (leaked(client) > 0) {
    reasons.push(`${leaked(client)} leaked`);
  }
  if (client.tls?.failedReload) {
    reasons.push("new certificate refused");
  }
  if (daysLeft(client.tls) <= CERTIFICATE_DAYS) {
    reasons.push(expiry(client.tls));
  }
  if (client.status !== "UP") {
    return {level: "down", label: "Down", rank: 0, reasons};
  }
  if (client.problems.length > 0) {
    return {level: "warn", label: "Trouble", rank: 1, reasons};
  }
  if (reasons.length > 0) {
    return {level: "warn", label: "Attention", rank: 2, reasons};
  }
  if (client.pool.pending > 0 || samples.slice(-8).some((one) => one.pending > 0)) {
    return {level: "up", label: "Up", rank: 3, reasons: ["callers wait"]};
  }
  return isOpen(client) ? {level: "up", label: "Up", rank: 4, reasons}
    : {level: "idle", label: "Unused", rank: 5, reasons};
}

/** One sentence per finding: is it the pool, the upstream, or us? */
function verdict(client, maintenanceDelayMillis) {
  const findings = [];
  const level = client.status === "UP" ? "warn" : "down";
  if (leaked(client) > 0) {
    findings.push([client.problems.includes("leaking") ? level : "warn",
      `It is us: ${count(leaked(client), "connection is", "connections are")} leaked, responses that nobody closes. `
      + "“Who leaks” names the lines; close what they open."]);
  }
  if (client.problems.includes("starving")) {
    findings.push([level, "Callers starve: for a while some caller has always waited, and none was served."]);
  }
  if (client.problems.includes("maintenance")) {
    findings.push([level, "Background work is late, or the pool has lost count: see the log for errors of io.outboundhttp, "
      + `and the pauses of this JVM. It is late by ${duration(maintenanceDelayMillis)}.`]);
  }
  if (client.pool.pending > 0 && leaked(client) === 0) {
    findings.push(["warn", `${count(client.pool.pending, "caller waits", "callers wait")} for a connection, and none is leaked. `
      + "If connections are held for longer than usual, the upstream is slow; if not, the pool is too small: see “Size”."]);
  }
  if (client.tls?.failedReload) {
    findings.push(["warn", "A new version of the SSL bundle could not be used; the one before is still in use."]);
  }
  if (daysLeft(client.tls) <= CERTIFICATE_DAYS) {
    findings.push(["warn", `TLS: ${expiry(client.tls)}.`]);
  }
  if (findings.length === 0) {
    findings.push(["up", isOpen(client) ? "Nothing is wrong here." : "Nobody has used this client yet: its pool is not open."]);
  }
  return findings;
}

/** The lines that leak, the worst first: from leases that are leaked now and from recent leaks. */
function culprits(client) {
  const groups = new Map();
  const groupOf = (lease) => {
    const key = lease.applicationFrame ?? `${lease.method} ${lease.uriTemplate ?? ""} ${lease.route}`;
    if (!groups.has(key)) {
      groups.set(key, {key, lease, held: 0, found: 0, reclaimed: 0, oldestMillis: 0, lastMillis: Infinity});
    }
    return groups.get(key);
  };
  for (const lease of client.leases.filter((one) => one.leak)) {
    const group = groupOf(lease);
    group.held++;
    group.oldestMillis = Math.max(group.oldestMillis, lease.ageMillis);
  }
  for (const leak of client.recentLeaks) {
    const group = groupOf(leak.lease);
    group.found++;
    group.reclaimed += leak.reclaimed ? 1 : 0;
    group.lastMillis = Math.min(group.lastMillis, leak.agoMillis);
  }
  return [...groups.values()].sort((one, other) => other.held - one.held || other.found - one.found);
}
