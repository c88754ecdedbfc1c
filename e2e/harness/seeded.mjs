// Random choices that can be repeated: the same seed makes the same ones.

export class Seeded {
  #state;

  constructor(seed) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1 (mulberry32). */
  next() {
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(this.#state ^ this.#state >>> 15, this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `count`. */
  below(count) { return Math.floor(this.next() * count); }

  oneOf(list) { return list[this.below(list.length)]; }
}

/** As the environment says (SEED=...), or any. */
export const seeded = () => new Seeded(process.env.SEED ? Number(process.env.SEED) : Math.floor(Math.random() * 2 ** 32));
