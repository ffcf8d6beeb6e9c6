import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { settled } from './page';
import { Signal } from '@lumino/signaling';
import { Unanswered, type Channel, type Session } from '../src/channel';
import { channels } from '../src/channels';
import { KernelChannel } from '../src/kernel';
import { MIME_TYPE, TARGET, type RunTold } from '../src/wire';

type Sent = { id: number; ask: string };

/** A comm as JupyterLab gives it: the kernel closes it at once where it does not know the target. */
class FakeComm {
  constructor(readonly kernel: FakeKernel) {
    this.subshellStarted = kernel.subshell;
  }

  readonly subshellStarted: Promise<void>;
  isDisposed = false;
  closed = 0;
  onClose: () => void = () => undefined;
  onMsg: (message: unknown) => void = () => undefined;

  open() {
    if (this.isDisposed) {
      throw new Error('Cannot open');
    }
    this.kernel.opened += 1;
    const answer = async () => {
      await this.kernel.free;
      if (!this.kernel.loaded) {
        this.onClose();
      }
    };
    return { done: answer() };
  }

  send(message: Sent) {
    if (message.ask === 'hover') {
      this.kernel.probed += 1; // is anybody there?
      if (this.kernel.probed > this.kernel.deaf) {
        this.tell({ id: message.id, ok: true, text: '' });
      }
      return;
    }
    this.kernel.heard.push(message);
  }

  tell(data: unknown) {
    this.onMsg({ content: { data } });
  }

  close() {
    this.closed += 1;
    this.onClose();
    this.isDisposed = true;
  }

  dispose() {
    this.isDisposed = true;
  }
}

class FakeKernel {
  constructor(
    public loaded = true,
    readonly supportsSubshells = false,
    readonly id = ''
  ) {}

  readonly info = Promise.resolve({});
  subshell: Promise<void> = new Promise(() => undefined);
  free: Promise<unknown> = Promise.resolve();
  comms: FakeComm[] = [];
  heard: Sent[] = [];
  opened = 0;
  probed = 0;
  deaf = 0;
  refuses = false;

  createComm(target: string) {
    if (this.refuses) {
      throw new Error('Comms are disabled on this kernel connection');
    }
    assert.equal(target, TARGET);
    const comm = new FakeComm(this);
    this.comms.push(comm);
    return comm;
  }

  get comm() {
    return this.comms[this.comms.length - 1];
  }
}

class FakeSession {
  constructor(kernel: FakeKernel | null) {
    this.session = { kernel };
  }

  session: { kernel: FakeKernel | null };
  readonly kernelChanged = new Signal<this, void>(this);
  readonly statusChanged = new Signal<this, string>(this);
  readonly iopubMessage = new Signal<this, unknown>(this);
  readonly disposed = new Signal<this, void>(this);

  use(kernel: FakeKernel | null) {
    this.session = { kernel };
    this.kernelChanged.emit();
  }

  publish(msg_type: string, content: object, parent = 'm1') {
    this.iopubMessage.emit({ header: { msg_type }, parent_header: { msg_id: parent }, content });
  }
}

const made: Channel[] = [];

afterEach(() => made.splice(0).forEach(channel => channel.dispose()));

async function connected(kernel: FakeKernel | null = new FakeKernel()) {
  const session = new FakeSession(kernel);
  const channel = new KernelChannel(session as unknown as Session);
  made.push(channel);
  await settled();
  return { session, channel };
}

const line = { ask: 'line', line: '%workflow stop' } as const;
const report = { data: { [MIME_TYPE]: {} } };

test('a channel opens by itself, and answers come back to who asked', async () => {
  const kernel = new FakeKernel();
  const { channel } = await connected(kernel);
  assert.ok(channel.isOpen);
  const answers = Promise.all([channel.ask(line), channel.ask({ ask: 'cache' })]);
  await settled();
  const [one, two] = kernel.heard;
  assert.deepEqual(one, { ...line, id: one.id });
  kernel.comm.tell({ id: two.id, ok: false, text: 'second' });
  kernel.comm.tell({ id: one.id, ok: true, text: 'first' });
  kernel.comm.tell({ id: 99, ok: true });
  assert.deepEqual(
    (await answers).map(({ ok, text }) => [ok, text]),
    [
      [true, 'first'],
      [false, 'second']
    ]
  );
});

test('what the kernel tells unasked is a signal', async () => {
  const kernel = new FakeKernel();
  const { channel } = await connected(kernel);
  const heard: RunTold[] = [];
  channel.told.connect((_, told) => void heard.push(told));
  const told = { event: 'run', run: 'r1', workflow: 'w', state: 'RUNNING', percent: 4 };
  kernel.comm.tell(told);
  assert.deepEqual(heard, [told]);
});

test('where the extension is not loaded, or no comm may be had, questions are not asked', async () => {
  const refusing = new FakeKernel();
  refusing.refuses = true;
  for (const kernel of [new FakeKernel(false), refusing, null]) {
    const { channel } = await connected(kernel);
    assert.equal(channel.isOpen, false);
    await assert.rejects(channel.ask(line), (error: Unanswered) => error.why === 'closed');
    assert.equal(await channel.wake(), false);
  }
});

test('a kernel that says nothing is not waited for', async () => {
  const { channel } = await connected();
  await assert.rejects(channel.ask(line, 1), (error: Unanswered) => error.why === 'late');
});

test('a question that is asked while the channel opens waits for that', async () => {
  const kernel = new FakeKernel();
  const session = new FakeSession(kernel);
  const channel = new KernelChannel(session as unknown as Session);
  made.push(channel);
  const answer = channel.ask(line);
  await settled();
  kernel.comm.tell({ id: kernel.heard[0].id, ok: true });
  assert.equal((await answer).ok, true);
});

test('the comm is opened when the thread that answers it has begun', async () => {
  const kernel = new FakeKernel(true, true);
  let start: () => void = () => undefined;
  kernel.subshell = new Promise(resolve => (start = resolve));
  const { channel } = await connected(kernel);
  assert.equal(kernel.opened, 0);
  start();
  await settled();
  assert.ok(channel.isOpen);
});

test('a thread that cannot begin is done without', async () => {
  const kernel = new FakeKernel(true, true);
  kernel.subshell = Promise.reject(new Error('no'));
  const { channel } = await connected(kernel);
  assert.ok(channel.isOpen);
});

test('a channel that nobody answers is opened anew', async () => {
  const kernel = new FakeKernel(true, true);
  kernel.subshell = Promise.resolve();
  kernel.deaf = 1;
  const { channel } = await connected(kernel);
  assert.equal(channel.isOpen, false);
  await new Promise(resolve => setTimeout(resolve, 3_500));
  await settled();
  assert.deepEqual([kernel.comms.length, kernel.comms[0].isDisposed], [2, true]);
  assert.ok(channel.isOpen);
});

test('signs that the extension was loaded open the channel, once for each cell', async () => {
  const kernel = new FakeKernel(false);
  const { session, channel } = await connected(kernel);
  session.publish('execute_input', { code: 'import math' });
  session.publish('status', { execution_state: 'idle' });
  await settled();
  assert.equal(kernel.opened, 1);
  session.publish('display_data', report, 'm2');
  await settled();
  session.publish('update_display_data', report, 'm2');
  await settled();
  assert.equal(kernel.opened, 2);
  kernel.loaded = true;
  session.publish('execute_input', { code: '%load_ext wfrepair_magic' }, 'm3');
  assert.equal(kernel.opened, 2);
  session.publish('status', { execution_state: 'idle' }, 'm3');
  await settled();
  assert.equal(kernel.opened, 3);
  assert.ok(channel.isOpen);
});

test('a sign that comes while the channel opens too early is not lost', async () => {
  const kernel = new FakeKernel(false);
  let free: (value?: unknown) => void = () => undefined;
  kernel.free = new Promise(resolve => (free = resolve));
  const { session, channel } = await connected(kernel);
  session.publish('execute_input', { code: '%load_ext wfrepair_magic' }, 'm1');
  session.publish('status', { execution_state: 'idle' }, 'm1');
  kernel.comm.onClose();
  kernel.loaded = true;
  free();
  await settled();
  assert.equal(kernel.opened, 1, 'not at once: the thread of the closed one is about to end');
  await new Promise(resolve => setTimeout(resolve, 300));
  await settled();
  assert.equal(kernel.opened, 2);
  assert.ok(channel.isOpen);
});

test('another kernel, and one that was restarted, gets a channel of its own', async () => {
  const [first, second] = [new FakeKernel(), new FakeKernel()];
  const { session, channel } = await connected(first);
  const changes: boolean[] = [];
  channel.changed.connect(() => void changes.push(channel.isOpen));
  const lost = channel.ask(line);
  const rejected = assert.rejects(lost, (error: Unanswered) => error.why === 'closed');
  await settled();
  session.use(second);
  await rejected;
  await settled();
  assert.ok(first.comm.isDisposed);
  assert.deepEqual(changes, [false, true]);
  session.statusChanged.emit('restarting');
  assert.equal(channel.isOpen, false);
  session.statusChanged.emit('starting');
  session.statusChanged.emit('idle');
  session.statusChanged.emit('busy');
  session.statusChanged.emit('idle');
  await settled();
  assert.equal(second.opened, 2);
  assert.ok(channel.isOpen);
});

test('a kernel that another page restarted gets a channel of its own', async () => {
  const kernel = new FakeKernel();
  const { session, channel } = await connected(kernel);
  const stale = kernel.comm;
  session.statusChanged.emit('starting');
  assert.equal(channel.isOpen, false);
  assert.ok(stale.isDisposed);
  session.statusChanged.emit('busy');
  session.statusChanged.emit('idle');
  await settled();
  assert.deepEqual([kernel.opened, channel.isOpen], [2, true]);
});

test('a kernel that is about to end is left alone, whatever it still says', async () => {
  const kernel = new FakeKernel();
  const { session, channel } = await connected(kernel);
  session.statusChanged.emit('restarting');
  session.publish('update_display_data', { data: { [MIME_TYPE]: {} } });
  session.statusChanged.emit('idle');
  assert.equal(await channel.wake(), false);
  assert.equal(kernel.opened, 1);
  session.use(kernel);
  await settled();
  assert.deepEqual([kernel.opened, channel.isOpen], [2, true]);
});

test('a kernel that goes away while the channel opens leaves nothing open', async () => {
  const kernel = new FakeKernel();
  let free: (value?: unknown) => void = () => undefined;
  kernel.free = new Promise(resolve => (free = resolve));
  const { session, channel } = await connected(kernel);
  session.use(null);
  free();
  await settled();
  assert.equal(channel.isOpen, false);
});

test('what the kernel closes is closed here', async () => {
  const kernel = new FakeKernel();
  const { channel } = await connected(kernel);
  kernel.comm.onClose();
  assert.equal(channel.isOpen, false);
  assert.equal(await channel.wake(), true);
});

test('a channel can be disposed of twice, and its session ends it', async () => {
  const kernel = new FakeKernel();
  const { session, channel } = await connected(kernel);
  session.disposed.emit();
  channel.dispose();
  assert.ok(channel.isDisposed);
  assert.equal(kernel.comm.closed, 1);
  assert.equal(await channel.wake(), false);
  await assert.rejects(channel.ask(line));
  session.statusChanged.emit('restarting');
  session.use(kernel);
  await settled();
  assert.equal(kernel.opened, 1);
});

test('each session has one channel', async () => {
  const known = channels();
  const session = new FakeSession(new FakeKernel()) as unknown as Session;
  const channel = known.of(session);
  made.push(channel);
  assert.equal(known.of(session), channel);
  channel.dispose();
  const next = known.of(session);
  made.push(next);
  assert.notEqual(next, channel);
});

test('a notebook that can have no comm asks over that of another one on its kernel', async () => {
  const known = channels();
  const [kernel, again, other] = ['k', 'k', 'o'].map(id => new FakeKernel(true, false, id));
  again.refuses = other.refuses = true; // JupyterLab lets the first connection alone have comms
  const [first, second, stranger] = [kernel, again, other].map(each => {
    const channel = known.of(new FakeSession(each) as unknown as Session);
    made.push(channel);
    return channel;
  });
  const heard: string[] = [];
  second.told.connect((_, told) => void heard.push(told.run));
  stranger.told.connect(() => assert.fail('another kernel'));
  const changes: boolean[] = [];
  second.changed.connect(() => void changes.push(second.isOpen));
  await settled();
  assert.deepEqual(
    [first, second, stranger].map(each => each.isOpen),
    [true, true, false]
  );
  const answer = second.ask(line);
  await settled();
  kernel.comm.tell({ id: kernel.heard[0].id, ok: true });
  assert.ok((await answer).ok);
  assert.ok(await second.wake());
  kernel.comm.tell({ event: 'run', run: 'r1', workflow: 'w', state: 'RUNNING', percent: 4 });
  assert.deepEqual(heard, ['r1']);
  kernel.comm.onClose();
  assert.deepEqual(changes, [true, false]);
  await assert.rejects(second.ask(line), (error: Unanswered) => error.why === 'closed');
});

test('a notebook that comes to a kernel with a channel says so', async () => {
  const known = channels();
  const [kernel, again] = [0, 1].map(() => new FakeKernel(true, false, 'k'));
  again.refuses = true;
  const session = new FakeSession(null);
  const [first, second] = [new FakeSession(kernel), session].map(each =>
    known.of(each as unknown as Session)
  );
  made.push(first, second);
  await settled();
  assert.equal(second.isOpen, false);
  let changes = 0;
  second.changed.connect(() => void (changes += 1));
  session.use(again);
  await settled();
  assert.deepEqual([second.isOpen, changes], [true, 1]);
});
