import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  ASKING,
  FakeActions,
  FakeHost,
  place,
  REPAIRABLE,
  RUN,
  RUNNING,
  settled,
  words
} from './page';
import { runView } from '../src/run_view';
import type { Outcome } from '../src/tokens';

const DONE: Outcome = { done: true, text: 'It is done.' };

function show(run: unknown, end: () => Promise<Outcome> = async () => DONE) {
  const element = place();
  const host = new FakeHost(run, words);
  const actions = new FakeActions(end);
  host.actions = actions;
  runView(host, element);
  const all = (what: string) => [...element.querySelectorAll<HTMLElement>(what)];
  const button = (name: string) => all('button').find(found => found.textContent === name)!;
  const status = () => all('[role=status]')[0].textContent;
  return { element, host, actions, all, button, status };
}

test('where nothing can be done there are lines to copy, and no other buttons', () => {
  const { host, all } = show(REPAIRABLE);
  host.actions = null;
  host.show(REPAIRABLE);
  assert.deepEqual(
    all('button').map(found => found.textContent),
    ['Copy', 'Copy']
  );
});

test('a card has a button for each thing that can be done with a repair', async () => {
  const { actions, button } = show(REPAIRABLE);
  for (const name of ['Apply & run', 'Insert as new cell', 'Edit', 'Dismiss']) {
    button(name).click();
    await settled();
  }
  assert.deepEqual(actions.asked, ['apply 1', 'insert 1', 'edit 1', 'dismiss 1']);
});

test('a report that holds no text to insert can still be dismissed from', () => {
  const { button } = show(RUN);
  assert.equal(button('Apply & run'), undefined);
  assert.ok(button('Dismiss'));
});

test('each button says which line does the same', () => {
  const { all, button } = show(REPAIRABLE);
  const line = () => all('.wfv-card .wfv-do code')[0].textContent;
  assert.equal(line(), '%workflow apply 1');
  assert.equal(button('Insert as new cell').title, '%workflow apply 1 --no-run');
  button('Insert as new cell').focus();
  assert.equal(line(), '%workflow apply 1 --no-run');
  button('Dismiss').dispatchEvent(new Event('mouseenter'));
  assert.equal(line(), '%workflow dismiss 1');
  assert.equal(document.activeElement, button('Insert as new cell'));
});

test('what came of an action is told beside it and to those who listen, until more happens', async () => {
  const { host, all, button, status } = show(REPAIRABLE);
  button('Insert as new cell').click();
  await settled();
  assert.equal(all('.wfv-card .wfv-told')[0].textContent, 'It is done.');
  assert.equal(status(), 'It is done.');
  host.show({ ...REPAIRABLE, elapsed: 12 });
  assert.equal(status(), 'It is done.');
  host.show({ ...REPAIRABLE, state: 'SUCCESS' });
  assert.equal(all('.wfv-told').length, 0);
  assert.match(status() ?? '', /success/);
});

test('an action happens once, however often its button is pressed', async () => {
  let end: (outcome: Outcome) => void = () => undefined;
  const { actions, button } = show(REPAIRABLE, () => new Promise(resolve => (end = resolve)));
  const apply = button('Apply & run');
  apply.focus();
  apply.click();
  apply.click();
  button('Edit').click();
  assert.deepEqual(actions.asked, ['apply 1']);
  assert.equal(apply.getAttribute('aria-disabled'), 'true');
  assert.equal(document.activeElement, apply);
  end(DONE);
  await settled();
  assert.equal(apply.getAttribute('aria-disabled'), null);
  apply.dispatchEvent(new MouseEvent('click', { detail: 2 }));
  assert.deepEqual(actions.asked, ['apply 1']);
});

test('an action that breaks is told, and its button can be used again', async () => {
  const { all, button } = show(REPAIRABLE, () => Promise.reject(new Error('the server is gone')));
  button('Edit').click();
  await settled();
  assert.equal(all('.wfv-card .wfv-told')[0].textContent, 'the server is gone');
  assert.equal(button('Edit').getAttribute('aria-disabled'), null);
});

test('of a repair of several nodes each can be left out, but not all', async () => {
  const { all, actions, button } = show(REPAIRABLE);
  const [a, b] = all('fieldset input') as HTMLInputElement[];
  assert.deepEqual([a.checked, b.checked], [true, true]);
  b.click();
  button('Apply & run').click();
  await settled();
  assert.deepEqual(actions.asked, ['apply 1 b']);
  assert.equal(all('.wfv-card .wfv-do').length, 0); // no line says this
  a.click();
  assert.equal(button('Insert as new cell').getAttribute('aria-disabled'), 'true');
  button('Insert as new cell').click();
  assert.deepEqual(actions.asked, ['apply 1 b']);
});

test('a repair of one node offers no choice', () => {
  const fix = { ...REPAIRABLE.fixes![0], edits: REPAIRABLE.fixes![0].edits!.slice(0, 1) };
  assert.equal(show({ ...REPAIRABLE, fixes: [fix] }).all('fieldset').length, 0);
});

test('a dismissed card is gone, and the focus stays in the report', async () => {
  const { host, all, button, element } = show(REPAIRABLE);
  button('Dismiss').focus();
  button('Dismiss').click();
  await settled();
  assert.equal(all('.wfv-card').length, 0);
  assert.equal(document.activeElement, element.firstElementChild);
  host.show({ ...REPAIRABLE, run: 'r2' });
  assert.equal(all('.wfv-card').length, 1);
});

test('a run under way can be stopped, one that is over cannot', async () => {
  const { host, actions, button } = show(RUNNING);
  assert.match(button('Stop').title, /%workflow stop$/);
  button('Stop').click();
  await settled();
  assert.deepEqual(actions.asked, ['stop']);
  host.show({ ...RUNNING, state: 'CANCELLED' });
  assert.equal(button('Stop'), undefined);
  host.show(RUN);
  assert.equal(button('Stop'), undefined);
});

test('a question has a button for each answer, and one for a value has none', async () => {
  const { host, actions, all, button } = show(ASKING);
  assert.equal(button('It was sent').title, '%workflow resolve a sent --name digest');
  button('It was not sent').click();
  await settled();
  assert.deepEqual(actions.asked, ['resolve a not-sent']);
  assert.equal(all('.wfv-warn .wfv-told')[0].textContent, 'It is done.');
  host.show({ ...ASKING, questions: [{ node: 'a', state: 'waiting', text: 'its value?' }] });
  assert.equal(button('It was sent'), undefined);
});

test('a failure is explained in sentences when somebody asks', () => {
  const { all, button } = show(RUN);
  assert.equal(button('Explain').getAttribute('aria-expanded'), 'false');
  button('Explain').click();
  assert.equal(button('Explain').getAttribute('aria-expanded'), 'true');
  assert.match(all('.wfv-explained')[0].textContent ?? '', /would fail again.*did not happen/);
  button('Explain').click();
  assert.equal(all('.wfv-explained').length, 0);
});

test('every kind of help and of effect is explained', () => {
  for (const helps of ['wait', 'change', 'human', 'nothing']) {
    for (const effect of ['no', 'yes', 'reported', 'in_doubt']) {
      const failure = { ...RUN.failures![0], meaning: 'a template', helps, effect };
      const { all, button } = show({ ...RUN, failures: [failure] });
      button('Explain').click();
      const [meaning, ...rest] = all('.wfv-explained p').map(found => found.textContent);
      assert.equal(meaning, 'TPL02 means: a template.');
      assert.equal(rest.length, 2);
    }
  }
});

test('names that a shell would split are quoted on lines', () => {
  const questions = [{ node: "it's me", state: 'in_doubt', text: '?' }];
  const { button } = show({ ...ASKING, questions });
  const line = `%workflow resolve 'it'"'"'s me' sent --name digest`;
  assert.equal(button('It was sent').title, line);
});

const EVIL = '<img src=x onerror=alert(1)>"';

test('hostile names and lines are text on buttons, boxes and lines too', async () => {
  const [fix] = REPAIRABLE.fixes!;
  const edits = fix.edits!.map(edit => ({ ...edit, node: EVIL + edit.node }));
  const fixes = [{ ...fix, edits, title: EVIL, line: EVIL, dismiss: EVIL }];
  const questions = [{ node: EVIL, state: 'in_doubt', text: EVIL }];
  const run = { ...REPAIRABLE, workflow: EVIL, fixes, questions };
  const { all, button } = show(run, async () => ({ done: false, text: EVIL }));
  button('Edit').click();
  await settled();
  assert.equal(all('.wfv-told')[0].textContent, EVIL);
  assert.equal(all('img, script, [onerror]').length, 0);
});

test('every word on the buttons goes through the translator', () => {
  const language = { __: () => '§', _n: () => '§' };
  for (const run of [REPAIRABLE, ASKING, RUNNING]) {
    const element = place();
    const host = new FakeHost(run, language);
    host.actions = new FakeActions(async () => DONE);
    runView(host, element);
    for (const button of element.querySelectorAll('button, legend')) {
      assert.equal(button.textContent, '§');
    }
  }
});

test('what comes of a deed is not told when the run has ended meanwhile', async () => {
  let end: (outcome: Outcome) => void = () => undefined;
  const { host, all, button } = show(RUNNING, () => new Promise(resolve => (end = resolve)));
  button('Stop').click();
  host.show({ ...RUNNING, state: 'CANCELLED', finished: true });
  end({ done: false, text: 'no run is under way' });
  await settled();
  assert.equal(all('.wfv-told').length, 0);
});

test('a repair that is dismissed goes at once, however long the kernel takes', async () => {
  let end: (outcome: Outcome) => void = () => undefined;
  const { all, button, status } = show(REPAIRABLE, () => new Promise(resolve => (end = resolve)));
  const before = all('.wfv-card').length;
  button('Dismiss').click();
  assert.equal(all('.wfv-card').length, before - 1);
  end(DONE);
  await settled();
  assert.equal(status(), 'It is done.');
});

test('buttons of several repairs, failures and questions can be told apart by their names', () => {
  const failures = ['a', 'b'].map(node => ({ ...RUN.failures![0], node }));
  const fixes = [1, 2].map(number => ({
    ...REPAIRABLE.fixes![0],
    number,
    line: `%workflow apply ${number}`
  }));
  const questions = ['c', 'd'].map(node => ({ node, state: 'in_doubt', text: 'sent?' }));
  const { all } = show({ ...REPAIRABLE, failures, fixes, questions });
  const names = all('button').map(found => found.getAttribute('aria-label') ?? found.textContent);
  assert.equal(new Set(names).size, names.length, names.join());
  assert.ok(names.includes('Apply & run: fix 2'));
  assert.ok(names.includes('Explain: b'));
  assert.ok(names.includes('It was sent: d'));
  assert.ok(names.includes('Dismiss'));
});

test('the lines that answer a question stand beside its buttons and nowhere else', () => {
  const ways = [
    '%workflow resolve send sent',
    '%workflow resolve send not-sent',
    '%workflow resume'
  ];
  const questions = [{ node: 'send', state: 'in_doubt', text: 'sent?' }];
  const { all } = show({ ...ASKING, questions, ways });
  const lines = (where: string) => all(`${where} .wfv-do code`).map(found => found.textContent);
  assert.deepEqual(lines('.wfv-ways'), ['%workflow resume']);
  assert.deepEqual(lines('.wfv-note'), ['%workflow resolve send sent --name digest']);
});
