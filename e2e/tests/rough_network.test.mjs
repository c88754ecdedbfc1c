// Loss, delay, reordering and a narrow link, as mobile networks have them: what a person sees and hears.
import assert from 'node:assert/strict';
import {callKurento, connectPeer, expectCameraPicture, expectMoving, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {RoughPath} from '../harness/rough_path.mjs';
import {scene} from '../harness/scene.mjs';
import {sleep, until} from '../harness/wait.mjs';

const kRough = {loss: 0.05, delay_ms: 50, jitter_ms: 20};
const kLongestFreeze_ms = 500;
const kWatched_ms = 10_000;
const kMostConcealed = 0.15;  // of the samples heard; beyond it speech suffers

function roughPath(s, conditions) {
  const path = new RoughPath(conditions);
  s.atEnd(() => path.close());
  return path;
}

/** For ten seconds the picture never stands still for long, and the tone is heard. */
async function expectFluent(s, page, name) {
  await expectCameraPicture(page, name);
  await inPage(page, 'longestFreeze', name);
  await sleep(kWatched_ms);
  const freeze_ms = await inPage(page, 'longestFreeze', name);
  const [video, audio] = [await inPage(page, 'inbound', name), await inPage(page, 'inbound', name, 'audio')];
  s.fact(`${name}: longest freeze`, `${Math.round(freeze_ms)} ms`);
  s.fact(`${name}: video`, video);
  s.fact(`${name}: audio`, audio);
  s.fact(`${name}: tone`, await expectTone(page, name, kToneHz));
  assert.ok(freeze_ms < kLongestFreeze_ms, `a freeze of ${freeze_ms} ms`);
  assert.ok(audio.concealed < kMostConcealed, `${audio.concealed} of the sound is made up`);
}

scene('5 % loss, 50 ms +- 20 ms and reordering on the way of the viewer: picture and sound go on', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const [presenter, viewer] = [await kurentoEndpoint(pipeline), await kurentoEndpoint(pipeline)];
  await presenter.object.connect(viewer.object);
  const page = await s.page();
  await connectPeer(page, 'presenter', presenter, {direction: 'sendonly'});
  const path = roughPath(s, {up: kRough, down: kRough});
  await connectPeer(page, 'viewer', viewer, {direction: 'recvonly', path});
  await expectFluent(s, page, 'viewer');
  s.fact('path', await path.counted());
});

scene('5 % loss, 50 ms +- 20 ms and reordering on the way of the presenter: picture and sound go on', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const [presenter, viewer] = [await kurentoEndpoint(pipeline), await kurentoEndpoint(pipeline)];
  await presenter.object.connect(viewer.object);
  const page = await s.page();
  const path = roughPath(s, {up: kRough, down: kRough});
  await connectPeer(page, 'presenter', presenter, {direction: 'sendonly', path});
  await connectPeer(page, 'viewer', viewer, {direction: 'recvonly'});
  await expectFluent(s, page, 'viewer');
  s.fact('path', await path.counted());
});

/** Asks until the presenter's video has a bitrate that `isWanted`, in kbit/s. */
async function untilRate(s, page, rates, what, isWanted, timeout_ms) {
  await until(() => `${what}: ${rates}`, async () => {
    rates.push(Math.round(await inPage(page, 'sentBitrate', 'presenter') / 1000));
    return isWanted(rates.at(-1));
  }, timeout_ms);
  s.fact(what, `${rates.at(-1)} kbit/s, after ${rates.join(', ')} each second`);
}

scene('the way of the viewer narrows to 300 kbit/s and widens again: the presenter follows within 5 s', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const [presenter, viewer] = [await kurentoEndpoint(pipeline), await kurentoEndpoint(pipeline)];
  await presenter.object.connect(viewer.object);
  const page = await s.page();
  await callKurento(viewer.object, 'setMaxVideoSendBandwidth', 1000);
  const path = roughPath(s);
  await connectPeer(page, 'presenter', presenter, {direction: 'sendonly', source: 'busy'});
  await connectPeer(page, 'viewer', viewer, {direction: 'recvonly', path});
  const rates = [];
  await untilRate(s, page, rates, 'a wide link', (kbps) => kbps > 500, 20_000);
  path.set({down: {rate_kbps: 300}});
  await untilRate(s, page, rates, 'the narrow link', (kbps) => kbps <= 300, 5000);
  path.set({});
  await untilRate(s, page, rates, 'the wide link again', (kbps) => kbps > 400, 5000);
  await expectMoving(page, 'viewer');
  s.fact('path', await path.counted());
});

// How fast it dares more again is for the presenter's own estimate to say.
scene('the way of the presenter narrows to 300 kbit/s: it follows within 5 s', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const [presenter, viewer] = [await kurentoEndpoint(pipeline), await kurentoEndpoint(pipeline)];
  await presenter.object.connect(viewer.object);
  const page = await s.page();
  await callKurento(viewer.object, 'setMaxVideoSendBandwidth', 1000);
  const path = roughPath(s);
  await connectPeer(page, 'presenter', presenter, {direction: 'sendonly', source: 'busy', path});
  await connectPeer(page, 'viewer', viewer, {direction: 'recvonly'});
  const rates = [];
  await untilRate(s, page, rates, 'a wide link', (kbps) => kbps > 500, 20_000);
  path.set({up: {rate_kbps: 300}});
  await untilRate(s, page, rates, 'the narrow link', (kbps) => kbps <= 300, 5000);
  await expectMoving(page, 'viewer');
  s.fact('path', await path.counted());
});
