// Waiting for a condition instead of for a time.
import {setTimeout as sleep} from 'node:timers/promises';

/** The first truthy result of test(), tried every 50 ms; throws with `what` when time is over. */
export async function until(what, test, timeout_ms = 10_000) {
  const end_ms = performance.now() + timeout_ms;
  let last;
  while (performance.now() < end_ms) {
    last = await test();
    if (last) return last;
    await sleep(50);
  }
  throw new Error(`not within ${timeout_ms} ms: ${typeof what === 'function' ? what() : what}`);
}

export {sleep};
