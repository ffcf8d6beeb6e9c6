/** SHA-256 of a text, here and now: what browsers have for it is late, and missing over HTTP. */

const ROUNDS = 64;
const BLOCK = 64;
const WORD = 2 ** 32;

/** The first 32 bits of the fraction of a root. */
function fraction(root: number): number {
  return ((root - Math.floor(root)) * WORD) | 0;
}

const PRIMES = primes(ROUNDS);
const FACTORS = PRIMES.map(prime => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map(prime => fraction(Math.sqrt(prime)));

function primes(count: number): number[] {
  const found: number[] = [];
  for (let number = 2; found.length < count; number += 1) {
    if (found.every(prime => number % prime)) {
      found.push(number);
    }
  }
  return found;
}

/** Give the SHA-256 of a text's UTF-8 bytes, in hexadecimal digits. */
export function sha256(text: string): string {
  const bytes = padded(new TextEncoder().encode(text));
  const state = [...START];
  for (let place = 0; place < bytes.byteLength; place += BLOCK) {
    mix(state, scheduled(bytes, place));
  }
  return state.map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** Fill up to whole blocks: a one, zeros, and the length in bits. */
function padded(message: Uint8Array): DataView {
  const size = Math.ceil((message.length + 9) / BLOCK) * BLOCK;
  const bytes = new Uint8Array(size);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(size - 8, Math.floor((message.length * 8) / WORD));
  view.setUint32(size - 4, (message.length * 8) % WORD);
  return view;
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function scheduled(bytes: DataView, place: number): number[] {
  const words = Array.from({ length: 16 }, (_, at) => bytes.getInt32(place + 4 * at));
  for (let at = 16; at < ROUNDS; at += 1) {
    const [near, far] = [words[at - 2], words[at - 15]];
    const one = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10);
    const other = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3);
    words.push((words[at - 16] + other + words[at - 7] + one) | 0);
  }
  return words;
}

function mix(state: number[], words: readonly number[]): void {
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < ROUNDS; at += 1) {
    const chosen = (e & f) ^ (~e & g);
    const most = (a & b) ^ (a & c) ^ (b & c);
    const one = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + chosen;
    const step = (one + FACTORS[at] + words[at]) | 0;
    const sum = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + most) | 0;
    [a, b, c, d, e, f, g, h] = [(step + sum) | 0, a, b, c, (d + step) | 0, e, f, g];
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at] = (state[at] + word) | 0));
}
