"use strict";

// Elements, keyed lists and words for numbers. Data becomes text, never markup.

const SVG = "http://www.w3.org/2000/svg";

function byId(id) {
  return document.getElementById(id);
}

/** Creates an element; "text" is its text, null, undefined and false leave an attribute out. */
function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function drawing(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") {
      node.textContent = value;
    }
    else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Writes only what has changed, so that selections and the layout stay. */
function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

function show(node, visible) {
  if (node.hidden === visible) {
    node.hidden = !visible;
  }
}

/**
 * A list of rows, one per item. create(item) returns {node, update(item)}; rows with the same key
 * are updated in place and moved only if their order has changed.
 */
class KeyedList {

  constructor(parent, keyOf, create) {
    this.parent = parent;
    this.keyOf = keyOf;
    this.create = create;
    this.rows = new Map();
  }

  update(items) {
    const rows = new Map();
    for (const item of items) {
      const key = this.keyOf(item);
      const row = this.rows.get(key) ?? this.create(item);
      row.update(item);
      rows.set(key, row);
    }
    for (const [key, row] of this.rows) {
      if (!rows.has(key)) {
        row.node.remove();
      }
    }
    this.rows = rows;
    this.arrange([...rows.values()].map((row) => row.node));
  }

  arrange(nodes) {
    const focused = document.activeElement;
    nodes.forEach((node, index) => {
      if (this.parent.children[index] !== node) {
        this.parent.insertBefore(node, this.parent.children[index] ?? null);
      }
    });
    if (focused !== document.activeElement && this.parent.contains(focused)) {
      focused.focus({preventScroll: true});
    }
  }

}

/**
 * Tells apart things without an id that only grow older: the same words and about the same start
 * mean the same thing. Items come oldest first or newest first, always in that order.
 */
class Identities {

  constructor() {
    this.known = [];
    this.next = 1;
  }

  assign(items, ageOf, wordsOf, now) {
    const free = this.known;
    this.known = items.map((item) => {
      const words = wordsOf(item);
      const start = now - ageOf(item);
      const index = free.findIndex((one) => one.words === words && Math.abs(one.start - start) < 2500);
      const id = index >= 0 ? free.splice(index, 1)[0].id : this.next++;
      return {id, words, start, item};
    });
    return this.known;
  }

}

function duration(millis) {
  if (millis === null || millis === undefined) {
    return "–";
  }
  if (millis > 0 && millis < 0.1) {
    return "<0.1 ms";
  }
  if (millis < 9.95) {
    return `${Number(millis.toFixed(1))} ms`;
  }
  if (millis < 999.5) {
    return `${Math.round(millis)} ms`;
  }
  const seconds = millis / 1000;
  if (seconds < 59.95) {
    return `${Number(seconds.toFixed(1))} s`;
  }
  return longDuration(Math.round(seconds));
}

function longDuration(seconds) {
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = parts.findIndex(([size]) => seconds >= size);
  if (first < 0) {
    return "0 s";
  }
  return parts.slice(first, first + 2)
    .map(([size, unit], index) => [Math.floor((index === 0 ? seconds : seconds % parts[first][0]) / size), unit])
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

function count(number, one, many = one + "s") {
  return `${number} ${number === 1 ? one : many}`;
}

function decimal(number) {
  return number === null || number === undefined ? "–" : String(Number(Number(number).toFixed(number < 10 ? 2 : 1)));
}

function clock(instant) {
  return new Date(instant).toLocaleTimeString([], {hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
}

/** A value of a setting in one line. */
function plain(value) {
  if (value === null || value === undefined) {
    return "–";
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? "(empty)" : value.join(", ");
  }
  if (typeof value === "object") {
    return Object.entries(value).map(([key, one]) => `${key} = ${plain(one)}`).join(", ");
  }
  return String(value);
}
