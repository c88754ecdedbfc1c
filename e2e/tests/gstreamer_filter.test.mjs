// GStreamerFilter: what an element does to the picture and to the sound is seen and heard in a browser.
import assert from 'node:assert/strict';
import {callKurento, connectPeer, expectCameraPicture, expectColours, expectMoving, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {kColours, kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kPlaces = kColours.map((_, n) => [(n + 0.5) / kColours.length, 0.4]);
const kMarshallError = 40001;

async function join(pipeline, page, name, options) {
  const object = await kurentoEndpoint(pipeline);
  await connectPeer(page, name, object, options);
  return object.object;
}

/** A publisher and a viewer that is connected to it, or to `through`. */
async function call(s, through) {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const publisher = await join(pipeline, page, 'publisher', {direction: 'sendonly'});
  const viewer = await join(pipeline, page, 'viewer', {direction: 'recvonly'});
  const filter = through && await callKurento(pipeline, 'create', 'GStreamerFilter', through);
  if (filter) await callKurento(publisher, 'connect', filter);
  await callKurento(filter ?? publisher, 'connect', viewer);
  return {pipeline, page, publisher, viewer, filter};
}

const greyOf = ([r, g, b]) => Array(3).fill(Math.round(0.299 * r + 0.587 * g + 0.114 * b));
const inGrey = kColours.map((colour, n) => [kPlaces[n], greyOf(colour)]);
const inColour = kColours.map((colour, n) => [kPlaces[n], colour]);

scene('videobalance takes the colours away and gives them back, while sound passes as it came', async (s) => {
  const {page, filter, publisher} = await call(s, {command: 'videobalance saturation=0.0'});
  await expectColours(page, 'viewer', inGrey);
  await expectMoving(page, 'viewer');
  await expectTone(page, 'viewer', kToneHz);
  assert.equal(await callKurento(filter, 'getCommand'), 'videobalance saturation=0.0');
  assert.equal(await callKurento(filter, 'isMediaTranscoding', 'VIDEO'), true);
  assert.equal(await callKurento(filter, 'isMediaTranscoding', 'AUDIO'), false);
  assert.equal(await callKurento(publisher, 'isMediaTranscoding', 'VIDEO'), false);

  await callKurento(filter, 'setElementProperty', 'saturation', '1.0');
  await expectColours(page, 'viewer', inColour);
});

scene('a filter is put into a call that runs, and taken out of it', async (s) => {
  const {page, pipeline, publisher, viewer} = await call(s);
  await expectCameraPicture(page, 'viewer');
  const filter = await callKurento(pipeline, 'create', 'GStreamerFilter', {command: 'videoflip method=horizontal-flip', filterType: 'VIDEO'});
  await callKurento(publisher, 'connect', filter);
  await inPage(page, 'longestFreeze', 'viewer');

  await callKurento(filter, 'connect', viewer);

  await expectColours(page, 'viewer', kColours.toReversed().map((colour, n) => [kPlaces[n], colour]));
  s.fact('longest freeze', `${Math.round(await inPage(page, 'longestFreeze', 'viewer'))} ms`);
  await callKurento(publisher, 'connect', viewer);
  await expectCameraPicture(page, 'viewer');
  await callKurento(filter, 'release');
  await expectMoving(page, 'viewer');
});

scene('textoverlay writes over the picture', async (s) => {
  const {page} = await call(s, {command: 'textoverlay text="######" font-desc="Sans 100" valignment=position halignment=position xpos=0.5 ypos=0.4'});
  let white = 0;
  await until(() => `white letters, seen at ${white} places`, async () => {
    const places = Array.from({length: 200}, (_, n) => [(n % 40 + 0.5) / 40, 0.3 + Math.floor(n / 40) * 0.04]);
    white = (await inPage(page, 'colours', 'viewer', places)).filter((colour) => colour.every((value) => value > 200)).length;
    return white > 3;
  }, 15_000);
});

scene('volume makes the sound louder, and the picture passes as it came', async (s) => {
  const {page, filter} = await call(s, {command: 'volume volume=0.05'});
  await expectCameraPicture(page, 'viewer');
  const quiet = (await expectTone(page, 'viewer', kToneHz)).db;
  await callKurento(filter, 'setElementProperty', 'volume', '1.0');
  let loud = quiet;
  await until(() => `louder than ${quiet} dB: ${loud}`, async () => (loud = (await inPage(page, 'tone', 'viewer')).db) > quiet + 15, 15_000);
  s.fact('levels', `${Math.round(quiet)} dB, then ${Math.round(loud)} dB`);
  assert.equal(await callKurento(filter, 'isMediaTranscoding', 'VIDEO'), false);
});

scene('what is no filter, reads files or opens sockets is refused', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const refused = async (command) => {
    const error = await callKurento(pipeline, 'create', 'GStreamerFilter', {command}).then(() => assert.fail(`${command} is taken`), (caught) => caught);
    assert.equal(error.code, kMarshallError, command);
    return error.message;
  };
  for (const command of ['filesrc location=/etc/passwd', 'udpsink', 'souphttpsrc', 'gdkpixbufoverlay location=/etc/passwd', 'videotestsrc', 'nope'])
    assert.match(await refused(command), /is not allowed; GStreamerFilter.allowedElements/, command);
  assert.match(await refused('videoflip ! filesink location=/tmp/x'), /only one element/);
  assert.match(await refused('videoflip method=bogus'), /could not set property "method"/);

  const filter = await callKurento(pipeline, 'create', 'GStreamerFilter', {command: 'videoflip'});
  for (const [name, value, words] of [['bogus', '1', /No property named 'bogus'/], ['method', 'bogus', /Cannot convert 'bogus' to enum/]]) {
    const error = await callKurento(filter, 'setElementProperty', name, value).then(() => assert.fail(name), (caught) => caught);
    assert.equal(error.code, kMarshallError);
    assert.match(error.message, words);
  }
});
