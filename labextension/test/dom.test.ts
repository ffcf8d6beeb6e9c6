import assert from 'node:assert/strict';
import { test } from 'node:test';

import { place } from './page';
import { active, draw, h, prose } from '../src/dom';

test('a page becomes equal to what is wanted', () => {
  const element = place();
  draw(element, [
    h('p', { class: 'x', hidden: true, title: undefined }, 'one ', h('b', {}, 'two'))
  ]);
  assert.equal(element.innerHTML, '<p class="x" hidden="">one <b>two</b></p>');
  draw(element, [h('p', { title: 3 }, false, null, 'one')]);
  assert.equal(element.innerHTML, '<p title="3">one</p>');
  draw(element, []);
  assert.equal(element.innerHTML, '');
});

test('what fits is kept: focus and what a reader opened outlive an update', () => {
  const element = place();
  const view = (text: string) => [
    text === 'second' && h('p', {}, 'new above'),
    h('details', { key: 'd', open: true }, h('summary', {}, 'more')),
    active('button', { key: 'b', type: 'button' }, {}, text)
  ];
  draw(element, view('first'));
  const button = element.querySelector('button')!;
  button.focus();
  element.querySelector('details')!.open = false;
  draw(element, view('second'));
  assert.equal(document.activeElement, button);
  assert.equal(button.textContent, 'second');
  assert.equal(element.querySelector('details')!.open, false);
});

test('keys tell siblings apart', () => {
  const element = place();
  const list = (...keys: string[]) => keys.map(key => h('li', { key }, key));
  draw(element, list('a', 'b', 'c'));
  const [, b] = element.children;
  draw(element, list('c', 'b'));
  assert.equal(element.textContent, 'cb');
  assert.equal(element.children[1], b);
});

test('an old handler is not called any more', () => {
  const element = place();
  const heard: string[] = [];
  const view = (name: string) => [
    active('button', {}, { click: () => void heard.push(name) }, 'x')
  ];
  draw(element, view('one'));
  draw(element, view('two'));
  element.querySelector('button')!.click();
  assert.deepEqual(heard, ['two']);
});

test('drawings are made of SVG elements, text in them too', () => {
  const element = place();
  draw(element, [h('svg', {}, h('g', {}, h('text', {}, 'a')))]);
  assert.equal(element.querySelector('text')!.namespaceURI, 'http://www.w3.org/2000/svg');
});

test('text is never markup', () => {
  const element = place();
  draw(element, ['<b>x</b>', h('p', { title: '"><i>' }, '<img src=x onerror=alert(1)>')]);
  assert.equal(element.querySelectorAll('b, i, img').length, 0);
  assert.equal(element.textContent, '<b>x</b><img src=x onerror=alert(1)>');
});

test('what stands between backticks is code, and a lone one stays', () => {
  const element = place();
  draw(element, prose('no `x` here'));
  assert.equal(element.innerHTML, 'no <code>x</code> here');
  draw(element, prose('5` long'));
  assert.equal(element.innerHTML, '5` long');
});
