
// Requests to the endpoint that this page comes from, and words for what may go wrong.

const TIMEOUT_MILLIS = 10000;

/** The address of this page, whatever prefix, port or proxy leads to it. */
const home = location.origin + location.pathname.replace(/;[^/]*$/, "").replace(/\/+$/, "");

class Failure extends Error {

  constructor(words, {status = 0, reload = false} = {}) {
    super(words);
    this.status = status;
    this.reload = reload;
  }

}

function address(name) {
  if (name === "." || name === "..") {
    // no encoding keeps a browser from leaving the endpoint with these; no client has such a name
    throw new Failure("Not found.", {status: 404});
  }
  return name === null ? home : `${home}/${encodeURIComponent(name)}`;
}

async function read(name, signal) {
  return send(address(name), {signal});
}

function write(name, method, query, body) {
  const headers = {};
  const token = document.cookie.split("; ").find((cookie) => cookie.startsWith("XSRF-TOKEN="));
  if (token) {
    headers["X-XSRF-TOKEN"] = decodeURIComponent(token.substring("XSRF-TOKEN=".length));
  }
  if (body) {
    headers["Content-Type"] = "application/json";
  }
  return send(address(name) + query, {method, headers, body: body && JSON.stringify(body)});
}

async function send(url, {method = "GET", headers = {}, body, signal} = {}) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MILLIS);
  signal?.addEventListener("abort", () => limit.abort());
  let response;
  let text;
  try {
    response = await fetch(url, {
      method, body, cache: "no-store", credentials: "same-origin", redirect: "manual",
      // the second one keeps Spring Security from asking for a password every two seconds
      headers: {"Accept": "application/json", "X-Requested-With": "XMLHttpRequest", ...headers},
      signal: limit.signal,
    });
    text = await response.text();
  }
  catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw new Failure(limit.signal.aborted
      ? `The application has not answered within ${TIMEOUT_MILLIS / 1000} s.`
      : "The application cannot be reached: it has stopped, or the network is down.");
  }
  finally {
    clearTimeout(timer);
  }
  const json = parse(text);
  if (response.ok && json !== undefined) {
    return json;
  }
  throw explain(response, method, json);
}

function parse(text) {
  try {
    return JSON.parse(text);
  }
  catch (error) {
    return undefined;
  }
}

function explain(response, method, json) {
  const status = response.status;
  if (response.type === "opaqueredirect") {
    return new Failure("The server sends this page elsewhere, probably to log in again.", {reload: true});
  }
  if (response.ok) {
    return new Failure("The answer is not JSON: probably the page of a login or of a proxy.", {status, reload: true});
  }
  if (status === 400 && json?.error) {
    return new Failure(String(json.error), {status});
  }
  const words = {
    401: "You are not logged in, or no longer (401). Load the page again to log in.",
    403: method === "GET"
      ? "You may not read this (403): your login lacks the permission for the actuator endpoint outboundhttp."
      : "Refused (403): your login lacks the permission to write, or the CSRF token was missing or is out of date. "
        + "Load the page again; if that does not help, the security configuration has to permit it.",
    404: "Not found (404): the client is gone, or the endpoint is no longer exposed.",
    405: "This instance permits no changes (405): they need management.endpoint.outboundhttp.access=unrestricted.",
    429: "The server asks to be left alone for a while (429).",
  }[status];
  if (words) {
    return new Failure(words, {status, reload: status === 401});
  }
  return new Failure(status >= 500
    ? `The application, or a proxy before it, has failed to answer (${status}). The log of the application says why.`
    : `The application has refused to answer (${status}).`, {status});
}
