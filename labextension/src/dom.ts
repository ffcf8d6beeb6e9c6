/**
 * Elements as values, and one function that makes a page equal to them.
 *
 * What is already there is kept where it fits, so that focus, open details, scroll positions and
 * selections survive an update.  All text becomes text: there is no way to say markup.
 */

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
export type Handlers = Readonly<Record<string, (event: Event) => void>>;
export type Child = Wanted | string | false | null | undefined;

/** An element as it shall be; of two siblings with one key the later one is another element. */
export interface Wanted {
  readonly tag: string;
  readonly attributes: Attributes;
  readonly children: readonly (Wanted | string)[];
  readonly on: Handlers;
  readonly key: string;
}

/** Say an element; `key` tells siblings apart, attributes that are false or undefined are none. */
export function h(tag: string, attributes: Attributes = {}, ...children: Child[]): Wanted {
  return element(tag, attributes, children, {});
}

/** Say an element that answers to events. */
export function active(
  tag: string,
  attributes: Attributes,
  on: Handlers,
  ...children: Child[]
): Wanted {
  return element(tag, attributes, children, on);
}

function element(
  tag: string,
  attributes: Attributes,
  children: readonly Child[],
  on: Handlers
): Wanted {
  const { key, ...rest } = attributes;
  const kept = children.filter((child): child is Wanted | string => Boolean(child));
  return { tag, attributes: rest, children: kept, on, key: String(key ?? '') };
}

/** Say a text in which `…` is code. */
export function prose(text: string): Child[] {
  const parts = text.split('`');
  if (parts.length % 2 === 0) {
    return [text];
  }
  return parts.map((part, place) => (place % 2 ? h('code', {}, part) : part));
}

const SVG = 'http://www.w3.org/2000/svg';
const drawn = new WeakMap<Node, Wanted>();

/** Make the children of an element equal to what is wanted. */
export function draw(parent: Element, wanted: readonly Child[]): void {
  const children = wanted.filter((child): child is Wanted | string => Boolean(child));
  const free = [...parent.childNodes];
  const nodes = children.map(child => taken(free, child) ?? made(parent, child));
  for (const node of free) {
    parent.removeChild(node);
  }
  nodes.forEach((node, place) => {
    if (parent.childNodes[place] !== node) {
      parent.insertBefore(node, parent.childNodes[place] ?? null);
    }
    refresh(node, children[place]);
  });
}

/** Take the first node that can become what is wanted out of those that are free. */
function taken(free: Node[], child: Wanted | string): Node | undefined {
  const place = free.findIndex(node => fits(node, child));
  return place < 0 ? undefined : free.splice(place, 1)[0];
}

function fits(node: Node, child: Wanted | string): boolean {
  const before = drawn.get(node);
  if (typeof child === 'string') {
    return node.nodeType === Node.TEXT_NODE;
  }
  return before?.tag === child.tag && before.key === child.key;
}

function made(parent: Element, child: Wanted | string): Node {
  const page = parent.ownerDocument;
  if (typeof child === 'string') {
    return page.createTextNode(child);
  }
  const inSvg = child.tag === 'svg' || parent.namespaceURI === SVG;
  return inSvg ? page.createElementNS(SVG, child.tag) : page.createElement(child.tag);
}

function refresh(node: Node, child: Wanted | string): void {
  if (typeof child === 'string') {
    if (node.nodeValue !== child) {
      node.nodeValue = child;
    }
    return;
  }
  const target = node as Element;
  const before = drawn.get(node);
  drawn.set(node, child);
  dress(target, before?.attributes ?? {}, child.attributes);
  listen(target, before?.on ?? {}, child.on);
  draw(target, child.children);
}

/** Change only what the last drawing and this one say differently: what a reader opened stays. */
function dress(target: Element, before: Attributes, after: Attributes): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = after[name];
    if (value === before[name]) {
      continue;
    }
    if (value === undefined || value === false) {
      target.removeAttribute(name);
    } else {
      target.setAttribute(name, value === true ? '' : String(value));
    }
  }
}

function listen(target: Element, before: Handlers, after: Handlers): void {
  for (const name of Object.keys(before)) {
    target.removeEventListener(name, before[name]);
  }
  for (const name of Object.keys(after)) {
    target.addEventListener(name, after[name]);
  }
}
