#!/usr/bin/env node
// Runs the files of tests/, one after another (they measure time), and writes the report.
//   node run.mjs [PART-OF-A-FILE-NAME...]
// MS_SERVER names the server program (default build/release/server/kurento-media-server), E2E_REPORT
// the folder of the report (default build/e2e-report). The last line is the total.
import {spawn} from 'node:child_process';
import {mkdirSync, readdirSync, rmSync} from 'node:fs';
import {readResults, writeReport} from './harness/report.mjs';

const kFileTimeout_ms = 240_000;
const folder = process.env.E2E_REPORT ??= new URL('../build/e2e-report', import.meta.url).pathname;
const wanted = process.argv.slice(2);
const files = readdirSync(new URL('tests/', import.meta.url)).filter((file) => file.endsWith('.test.mjs')).sort()
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));

/** Status 0, or why not. */
function runFile(file) {
  const child = spawn(process.execPath, [`tests/${file}`], {cwd: new URL('.', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'pipe']});
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output = (output + data).slice(-20_000));
  const late = setTimeout(() => child.kill('SIGKILL'), kFileTimeout_ms);
  return new Promise((resolve) => child.once('close', (code, signal) => {
    clearTimeout(late);
    resolve({good: code === 0, why: signal ? `ended by ${signal}\n${output}` : output});
  }));
}

rmSync(folder, {recursive: true, force: true});
mkdirSync(folder, {recursive: true});
const broken = [];
for (const file of files) {
  const {good, why} = await runFile(file);
  const results = readResults(folder).filter((result) => `${result.file}.test.mjs` === file);
  for (const {sentence, seconds, error} of results) {
    console.log(`    ${error ? 'FAILED' : 'ok    '} ${seconds.toFixed(1).padStart(5)} s  ${sentence}`);
    if (error) console.log(error.split('\n').slice(0, 12).map((line) => `        ${line}`).join('\n'));
  }
  if (results.length > 0 && (good || results.some(({error}) => error))) continue;
  console.log(`    FAILED ${file}\n${why}`);
  broken.push({sentence: `${file} runs`, file, slug: file, seconds: 0, facts: [], error: why});
}
const results = [...readResults(folder), ...broken];
await writeReport(folder, results);
const failed = results.filter(({error}) => error).length;
console.log(`report: ${folder}/index.html`);
console.log(`e2e: ${results.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 || results.length === 0 ? 1 : 0);
