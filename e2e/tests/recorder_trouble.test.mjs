// Targets that cannot be written: the documented Error event, what was written stays, and the call goes on.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {closeSync, constants, openSync, readSync} from 'node:fs';
import {join} from 'node:path';
import {callKurento} from '../harness/call.mjs';
import {probe} from '../harness/ffprobe.mjs';
import {mediaFile, noisyFile} from '../harness/media_files.mjs';
import {fileSender, newFolder, recorder} from '../harness/recorder.mjs';
import {scene} from '../harness/scene.mjs';
import {sleep, until} from '../harness/wait.mjs';

/** A file system of its own, in memory. */
function mounted(s, options) {
  const folder = newFolder(s);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  s.atEnd(() => execFileSync('umount', ['-l', folder]));
  return folder;
}

async function playing(s, pipeline, seconds = 60) {
  const sender = await fileSender(s, pipeline, mediaFile('webm', seconds));
  sender.launch();
  await until('media flows', () => callKurento(sender.object, 'isMediaFlowingOut', 'VIDEO'));
  return sender.object;
}

scene('a disk that fills up ends the recording with its error, and what fits on it can be played', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await playing(s, pipeline);
  const other = join(newFolder(s), 'other.webm');
  const elsewhere = await recorder(pipeline, `file://${other}`);
  await callKurento(source, 'connect', elsewhere.object);
  await callKurento(elsewhere.object, 'record');
  for (const mediaProfile of ['WEBM', 'MKV', 'MP4']) {
    const file = join(mounted(s, 'size=300k'), 'film');
    const told = await recorder(pipeline, `file://${file}`, {mediaProfile});
    await callKurento(source, 'connect', told.object);
    await callKurento(told.object, 'record');
    await until(() => `the error is told: ${told.events}`, () => told.errors.length > 0, 20_000);
    assert.equal(told.errors[0].type, 'RESOURCE_ERROR_NO_SPACE_LEFT');
    await until('it has stopped', () => told.events.includes('Stopped'));
    assert.equal(told.errors.length, 1);
    const seen = probe(file);
    s.fact(mediaProfile, seen);
    assert.ok(seen.codecs.video && seen.codecs.audio);
  }
  assert.ok(await callKurento(source, 'isMediaFlowingOut', 'VIDEO'));
  await callKurento(elsewhere.object, 'stopAndWait');
  assert.ok(probe(other).seconds > 3, 'who has room notices nothing');
});

scene('where nothing may be written the error is told, and the call goes on', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await playing(s, pipeline);
  const folder = mounted(s, 'ro');
  for (const uri of [`file://${folder}/film.webm`, `file://${folder}/new/folder/film.webm`]) {
    const told = await recorder(pipeline, uri);
    await callKurento(source, 'connect', told.object);
    await callKurento(told.object, 'record');
    await until('the error is told', () => told.errors.length > 0);
    s.fact(uri, told.errors[0]);
    assert.match(told.errors[0].type, /^RESOURCE_ERROR_(OPEN_WRITE|OPEN|WRITE)/);
    await until('it has stopped', () => told.events.includes('Stopped'));
    assert.equal(told.errors.length, 1);
  }
  assert.ok(await callKurento(source, 'isMediaFlowingOut', 'VIDEO'));
});

scene('a disk that is too slow loses media with an error, and the recording goes on when it is fast again', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const folder = newFolder(s);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  s.atEnd(() => closeSync(reader));
  const sender = await fileSender(s, pipeline, noisyFile(30), {kinds: ['video']});
  const told = await recorder(pipeline, `file://${pipe}`, {mediaProfile: 'MKV_VIDEO_ONLY'});
  const fast = await recorder(pipeline, `file://${folder}/fast.mkv`, {mediaProfile: 'MKV_VIDEO_ONLY'});
  for (const one of [told, fast]) {
    await callKurento(sender.object, 'connect', one.object);
    await callKurento(one.object, 'record');
  }
  sender.launch();
  await until('the error is told', () => told.errors.length > 0, 40_000);
  s.fact('error', told.errors[0]);
  assert.equal(told.errors[0].type, 'RESOURCE_ERROR_WRITE');
  assert.equal(await callKurento(told.object, 'getState'), 'START');
  const bytes = Buffer.alloc(1 << 20);
  let taken = 0, is_over = false;
  const drain = (async () => {
    while (!is_over) {
      try {
        taken += readSync(reader, bytes);
      } catch {
        await sleep(2);
      }
    }
  })();
  await until(() => `it writes again: ${taken}`, () => taken > 20_000_000, 20_000);
  await callKurento(told.object, 'stopAndWait');
  await until('it has stopped', () => told.events.includes('Stopped'));
  is_over = true;
  await drain;
  await callKurento(fast.object, 'stopAndWait');
  s.fact('the other one', probe(join(folder, 'fast.mkv')));
  assert.ok(probe(join(folder, 'fast.mkv')).seconds > 5, 'who has a fast disk notices nothing');
  assert.equal(fast.errors.length, 0);
});
