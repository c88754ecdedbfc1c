#!/usr/bin/env node
// Replays recorded dialogues of the original server against ours.
//   node conformance.mjs FOLDER        FOLDER holds replay.mjs and protocol.jsonl
// Dialogues about classes that this server cannot create (asked of its own getInfo) are left out,
// with everything that touches an object of such a class; how much, and why, is printed. Every
// outcome (success, or the error's code and type) of what is left has to agree. The last line is
// the total.
import {spawn} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {MediaServer} from './harness/media_server.mjs';
import {RawClient} from './harness/raw_client.mjs';

const [folder] = process.argv.slice(2);
const kWork = new URL('../build/ci/', import.meta.url).pathname;
const kShown = 40;  // lines of disagreement
const kIdOfObject = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}_[\w.]+/g;

const shortName = (type) => String(type).replace(/^.*\./, '');

function factoriesOf(info) { return new Set(info.modules.flatMap(({factories}) => factories).map(shortName)); }

/** Each create request in a step, with its recorded reply: those of a transaction too. */
function creations(step) {
  const {method, params} = step.request ?? {};
  if (method === 'create') return [{type: shortName(params?.type), value: step.response?.result?.value}];
  if (method !== 'transaction' || !Array.isArray(params?.operations)) return [];
  const replies = Array.isArray(step.response?.result?.value) ? step.response.result.value : [];
  return params.operations.flatMap((operation, n) => operation?.method === 'create'
      ? [{type: shortName(operation.params?.type), value: replies[n]?.result?.value}] : []);
}

/** Classes of the original server: those it made, and those it named as its factories. */
function originalClasses(steps) {
  const names = new Set();
  for (const step of steps) {
    const value = step.response?.result?.value;
    if (step.request?.params?.operation === 'getInfo' && value?.modules) factoriesOf(value).forEach((name) => names.add(name));
    creations(step).filter((one) => typeof one.value === 'string').forEach(({type}) => names.add(type));
  }
  return names;
}

/** {kept, left_out: Map(class -> steps)}. */
function select(steps, ours) {
  const missing = new Set([...originalClasses(steps)].filter((name) => !ours.has(name)));
  const lost = new Map();  // recorded id of an object that cannot be -> its class
  const left_out = new Map();
  const kept = steps.filter((step) => {
    const made = creations(step);
    let reason = made.find(({type}) => missing.has(type))?.type;
    const ids = JSON.stringify(step.request ?? step.raw ?? '').match(kIdOfObject) ?? [];
    reason ??= lost.get(ids.find((id) => lost.has(id)));
    reason ??= ids.map((id) => shortName(id.split('_')[1])).find((name) => missing.has(name));
    if (!reason) return true;
    left_out.set(reason, (left_out.get(reason) ?? 0) + 1);
    for (const {value} of made) {
      if (typeof value === 'string') lost.set(value.split('/').at(-1), reason);
    }
    return false;
  });
  return {kept, left_out};
}

function replay(url, file) {
  const child = spawn(process.execPath, [`${folder}/replay.mjs`, '--url', url, file], {cwd: new URL('.', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'inherit']});
  let output = '';
  child.stdout.on('data', (data) => output += data);
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}

// The original takes messages of any size, and the recording has one of 31 MB; our default refuses
// what is longer than 1 MiB.
const kLongestRecordedMessage = 32 << 20;

const server = await MediaServer.start({
  log: `${kWork}conformance.server.log`, websocket: {maxMessageSize: kLongestRecordedMessage}});
const client = await RawClient.open(server.url);
const ours = factoriesOf(await client.invoke('manager_ServerManager', 'getInfo'));
client.close();

const steps = readFileSync(`${folder}/protocol.jsonl`, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const {kept, left_out} = select(steps, ours);
const file = `${kWork}conformance.jsonl`;
writeFileSync(file, kept.map((step) => JSON.stringify(step)).join('\n'));

const output = await replay(server.url, file);
writeFileSync(`${kWork}conformance.log`, output);
const lines = output.trimEnd().split('\n');
const isSummary = (line) => /^(section .*|total) \d+ outcome /.test(line);
for (const line of lines.filter((one) => !isSummary(one)).slice(0, kShown)) console.log(line);
console.log(lines.filter(isSummary).map((line) => `    ${line}`).join('\n'));
const count = [...left_out.values()].reduce((sum, one) => sum + one, 0);
console.log(`    ${count} of ${steps.length} steps left out, about classes that this server cannot create: ${[...left_out].map(([name, n]) => `${name} ${n}`).join(', ') || 'none'}`);
const [, agreed, all] = /^total \d+ outcome (\d+)\/(\d+)/m.exec(output) ?? [0, 0, kept.length];
let failed = all - agreed;
let passed = Number(agreed);
try {
  await server.stop();
  passed += 1;
} catch (error) {
  console.log(`    ${error.message}`);
  failed += 1;
}
console.log(`conformance: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
