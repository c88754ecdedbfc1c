// Recordings in time: audio and video together, also with losses; no gap where none is wanted; nothing lost at the end.
// LIP_SYNC_SECONDS: length of the recordings, of which CI has the short form.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {callKurento} from '../harness/call.mjs';
import {decode, flashesAndBeeps, probe, timestamps} from '../harness/ffprobe.mjs';
import {flashAndBeep} from '../harness/media_files.mjs';
import {fileSender, newFolder, recorder} from '../harness/recorder.mjs';
import {scene} from '../harness/scene.mjs';
import {sleep, until} from '../harness/wait.mjs';

const kSeconds = Number(process.env.LIP_SYNC_SECONDS ?? 12);
const kLongestOffset_ms = 40;
const kTolerance_s = 0.1;

/** How much later each beep is than its flash, in ms, for those that are there. */
function offsetsOf(file) {
  const {flashes, beeps} = flashesAndBeeps(file);
  return flashes.flatMap((flash) => beeps.filter((beep) => Math.abs(beep - flash) < 0.5).map((beep) => (beep - flash) * 1000));
}
const medianOf = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** {seconds, uris}: records `film` as it comes in each of the profiles, for its whole length. */
async function record(s, film, profiles, options) {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const sender = await fileSender(s, pipeline, film, options);
  const folder = newFolder(s);
  const files = [];
  for (const mediaProfile of profiles) {
    const file = join(folder, mediaProfile);
    const told = await recorder(pipeline, `file://${file}`, {mediaProfile});
    await callKurento(sender.object, 'connect', told.object);
    await callKurento(told.object, 'record');
    files.push({mediaProfile, file, told});
  }
  sender.launch();
  await until('media flows', () => callKurento(sender.object, 'isMediaFlowingOut', 'VIDEO'));
  await sleep(kSeconds * 1000);
  for (const {told} of files) await callKurento(told.object, 'stopAndWait');
  for (const {told} of files) await until('it has stopped', () => told.events.includes('Stopped'), 30_000);
  return files;
}

for (const loss of [0, 0.05]) {
  scene(`${kSeconds} s with ${100 * loss} % loss: flash and beep stay within ${kLongestOffset_ms} ms, in each container`, async (s) => {
    const film = flashAndBeep(kSeconds + 5);
    const own_ms = medianOf(offsetsOf(film));
    s.fact('offset of the film', `${own_ms.toFixed(1)} ms`);
    for (const {mediaProfile, file} of await record(s, film, ['WEBM', 'MKV', 'MP4'], {loss})) {
      const offsets = offsetsOf(file).map((offset) => offset - own_ms);
      const worst = offsets.reduce((far, one) => Math.abs(one) > Math.abs(far) ? one : far, 0);
      const last = offsets.slice(-3);
      const seen = probe(file);
      s.fact(mediaProfile, `median ${medianOf(offsets).toFixed(1)} ms, worst ${worst.toFixed(1)} ms of ${offsets.length}, last ${last.map((one) => one.toFixed(1))} ms, ${seen.seconds} s`);
      assert.ok(offsets.length > kSeconds / 3, `${offsets.length} pairs`);
      assert.ok(Math.abs(worst) <= kLongestOffset_ms, `${mediaProfile}: ${offsets}`);
      for (const stream of ['v', 'a']) {
        const times = timestamps(file, stream);
        assert.deepEqual(times, times.toSorted((a, b) => a - b), `${mediaProfile} ${stream}`);
      }
      assert.ok(Math.abs(seen.seconds - kSeconds) < 3, `${seen.seconds} s`);
      assert.equal(decode(file), '');
      if (mediaProfile === 'MP4') assert.equal(readFileSync(file).toString('latin1').split('avc1').length, 2, 'one description of the pictures');
    }
  }, {timeout_ms: 90_000 + 4 * kSeconds * 1000});
}

scene('the gap of lost sound stays, and is closed when gapsFix says so', async (s) => {
  const film = flashAndBeep(kSeconds + 5);
  const spans = {};
  for (const gapsFix of ['NONE', 'GENPTS']) {
    const server = await s.anotherServer({modules: {RecorderEndpoint: {gapsFix}}});
    const pipeline = await (await s.kurento(server.url)).create('MediaPipeline');
    const sender = await fileSender(s, pipeline, film, {loss: 0.2});
    const file = join(newFolder(s), 'film.webm');
    const told = await recorder(pipeline, `file://${file}`, {mediaProfile: 'WEBM_AUDIO_ONLY'});
    await callKurento(sender.object, 'connect', told.object);
    await callKurento(told.object, 'record');
    sender.launch();
    await until('media flows', () => callKurento(sender.object, 'isMediaFlowingOut', 'AUDIO'));
    await sleep(8000);
    await callKurento(told.object, 'stopAndWait');
    const times = timestamps(file, 'a');
    const steps = times.slice(1).map((time, n) => time - times[n]);
    spans[gapsFix] = {packets: times.length, gaps: steps.filter((step) => step > 0.03).length, seconds: times.at(-1) - times[0]};
  }
  s.fact('spans', spans);
  assert.ok(spans.NONE.gaps > 10, 'losses are gaps');
  assert.ok(spans.GENPTS.gaps === 0, `${spans.GENPTS.gaps} gaps are left`);
  assert.ok(Math.abs(spans.GENPTS.seconds - 0.02 * spans.GENPTS.packets) < kTolerance_s);
  assert.ok(spans.NONE.seconds > 0.02 * spans.NONE.packets + 0.5);
});

scene('a recorder that is released without stop keeps all that had come', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const sender = await fileSender(s, pipeline, flashAndBeep(17), {loss: 0.1});
  const folder = newFolder(s);
  const tolds = [];
  for (const name of ['stopped', 'released']) {
    const told = await recorder(pipeline, `file://${folder}/${name}.mkv`, {mediaProfile: 'MKV'});
    await callKurento(sender.object, 'connect', told.object);
    await callKurento(told.object, 'record');
    tolds.push(told.object);
  }
  sender.launch();
  await until('media flows', () => callKurento(sender.object, 'isMediaFlowingOut', 'VIDEO'));
  await sleep(5000);
  await Promise.all([callKurento(tolds[0], 'stopAndWait'), callKurento(tolds[1], 'release')]);
  const lengthOf = (name) => {
    try {
      return probe(join(folder, `${name}.mkv`)).seconds;
    } catch {
      return NaN;
    }
  };
  await until(() => `both are as long: ${lengthOf('stopped')}, ${lengthOf('released')}`, () => Math.abs(lengthOf('stopped') - lengthOf('released')) < kTolerance_s);
  s.fact('lengths', [lengthOf('stopped'), lengthOf('released')]);
});
