// The harness itself: a test that goes wrong leaves nothing running.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

/** A test program of its own, whose one scene starts a server and then waits for ever: {child, ended, report, pid}. */
async function stuckTest(s, timeout_ms) {
  const report = mkdtempSync(join(tmpdir(), 'e2e-report-'));
  const program = new URL('../harness/stuck_test.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [program], {stdio: ['ignore', 'pipe', 'inherit'], env: {...process.env, E2E_REPORT: report, STUCK_MS: String(timeout_ms)}});
  const ended = new Promise((resolve) => child.once('close', resolve));
  s.atEnd(async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(report, {recursive: true, force: true});
  });
  let output = '';
  child.stdout.on('data', (data) => output += data);
  const pid = await until(() => `the stuck test has a server: ${output}`, () => Number(/server (\d+)/.exec(output)?.[1]));
  return {child, ended, report, pid};
}

/** False also for one that has ended and whose status nobody has asked for. */
function isRunning(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

scene('a test that does not end is reported, and its server is ended', async (s) => {
  const {child, ended, report, pid} = await stuckTest(s, 2000);
  await ended;
  assert.notEqual(child.exitCode, 0);
  assert.ok(!isRunning(pid));
  const [result] = readdirSync(report).filter((file) => file.endsWith('.json')).map((file) => JSON.parse(readFileSync(join(report, file), 'utf8')));
  assert.match(result.error, /not done after 2000 ms/);
});

scene('the server of a test program that is killed ends with it', async (s) => {
  const {child, ended, pid} = await stuckTest(s, 60_000);
  child.kill('SIGKILL');
  await ended;
  await until('the server has ended', () => !isRunning(pid));
});
