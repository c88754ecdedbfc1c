// The soak: sessions of all kinds come and go, several at a time, and at rests between them the server's
// memory, descriptors and threads are looked at. bench/soak starts it.
//   soak.mjs [--minutes M] [--warm-up M] [--most-kb KB] [--out FILE]
// SEED repeats the choices of an earlier run; MS_SERVER names another server, MEDIA_LOAD another load tool.
// Exit code 1 when something grows, when media did not arrive, or when the server did not end well.
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {MediaServer} from '../../e2e/harness/media_server.mjs';
import {slopeOf, threadNames, usageOf} from '../../e2e/harness/process_usage.mjs';
import {seeded} from '../../e2e/harness/seeded.mjs';
import {runLoadTool, runSession} from './sessions.mjs';
import {sleep} from '../../e2e/harness/wait.mjs';

const kAtOnce = 4, kLoadViewers = 4;
const kRest_ms = 6000;           // the threads of chains linger for 3 s, and 2 s later unused memory is given back
const kSpareDescriptors = 4, kSpareThreads = 4;  // of libraries, made once
const kLoadTool = process.env.MEDIA_LOAD ?? new URL('../../build/release/bench/load/media-load', import.meta.url).pathname;

const {values: options} = parseArgs({options: {
  minutes: {type: 'string', default: '10'}, 'warm-up': {type: 'string'}, 'most-kb': {type: 'string', default: '1024'}, out: {type: 'string'}}});
const most_kb = Number(options['most-kb']);  // that memory may grow by in 100 sessions
const total_ms = Number(options.minutes) * 60_000;
const rest_count = Math.max(3, Math.floor(Number(options.minutes)));
const warm_up_ms = Number(options['warm-up'] ?? Number(options.minutes) / 4) * 60_000;

const random = seeded();
console.log(`soak: ${options.minutes} min, SEED=${random.seed}`);
const folder = mkdtempSync(join(tmpdir(), 'soak-'));
const server = await MediaServer.start({log: join(tmpdir(), `soak-${process.pid}.server.log`)});
const counts = {}, failures = [];
let sessions = 0;

async function one(work) {
  try {
    const name = await work();
    counts[name] = (counts[name] ?? 0) + 1;
  } catch (error) {
    failures.push(error.message);
    console.log(`soak: ${error.message}`);
  }
}

/** Sessions until end_ms, and until the last of them has ended. */
async function churn(end_ms) {
  const lanes = Array.from({length: kAtOnce}, async () => {
    while (performance.now() < end_ms) {
      await one(() => runSession(server.url, random, folder));
      ++sessions;
    }
  });
  const loads = (async () => {
    while (performance.now() < end_ms) {
      await one(() => runLoadTool(kLoadTool, server.url, kLoadViewers).then(() => 'webrtc viewers'));
      sessions += kLoadViewers;
    }
  })();
  await Promise.all([...lanes, loads]);
}

/** What the server uses when nothing is there. */
async function rest() {
  await sleep(kRest_ms);
  const {resident_kb, threads, descriptors} = usageOf(server.pid);
  const point = {minute: Number((performance.now() / 60_000).toFixed(2)), sessions, resident_kb, threads, descriptors};
  console.log(`soak: ${JSON.stringify(point)}`);
  return point;
}

const begin_ms = performance.now();
const idle = await rest();
await churn(begin_ms + warm_up_ms);
const rests = [await rest()];
const names = threadNames(server.pid);
for (let n = 1; n <= rest_count; ++n) {
  await churn(begin_ms + warm_up_ms + (total_ms - warm_up_ms) * n / rest_count - kRest_ms);
  rests.push(await rest());
}
const last = rests.at(-1);
const slope_kb = slopeOf(rests.map(({sessions: x, resident_kb}) => [x / 100, resident_kb]));
const bad = [
  ...(failures.length > 0 ? [`${failures.length} sessions without media: ${failures[0]}`] : []),
  ...(slope_kb > most_kb ? [`memory grows by ${Math.round(slope_kb)} kB per 100 sessions`] : []),
  ...(last.descriptors > rests[0].descriptors + kSpareDescriptors ? [`descriptors: ${rests[0].descriptors}, then ${last.descriptors}`] : []),
  ...(last.threads > rests[0].threads + kSpareThreads ? [`threads: ${JSON.stringify(names)}, then ${JSON.stringify(threadNames(server.pid))}`] : []),
];
await server.stop().catch((error) => bad.push(error.message));
rmSync(folder, {recursive: true});
const result = {seed: random.seed, minutes: Number(options.minutes), sessions, of_each_kind: counts, idle, rests, slope_kb_per_100_sessions: Math.round(slope_kb), bad};
if (options.out) writeFileSync(options.out, `${JSON.stringify(result, null, 1)}\n`);
console.log(`soak: ${sessions} sessions, ${JSON.stringify(counts)}`);
console.log(`soak: ${Math.round(slope_kb)} kB per 100 sessions after the warm-up`);
bad.forEach((sentence) => console.log(`soak: ${sentence}`));
process.exit(bad.length > 0 ? 1 : 0);
