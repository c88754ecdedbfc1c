// A publisher that sends its video in three sizes: each viewer gets the one that its endpoint allows.
import assert from 'node:assert/strict';
import {callKurento, connectPeer, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kEncodings = [
  {rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 100_000},
  {rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 300_000},
  {rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 900_000},
];
const kSmall = 240, kMiddle = 480, kLarge = 960;  // the widths
const kLongestPause_ms = 1500;

async function publish(page, pipeline, options) {
  const endpoint = await kurentoEndpoint(pipeline);
  const call = await connectPeer(page, 'publisher', endpoint, {direction: 'sendonly', source: 'large canvas', encodings: kEncodings, ...options});
  return {endpoint, ...call};
}

async function view(page, pipeline, publisher, name, max_kbps) {
  const endpoint = await kurentoEndpoint(pipeline);
  await callKurento(endpoint.object, 'setMaxVideoSendBandwidth', max_kbps);
  await publisher.endpoint.object.connect(endpoint.object);
  await connectPeer(page, name, endpoint, {direction: 'recvonly'});
  return endpoint;
}

async function expectWidth(page, name, width, timeout_ms = 25_000) {
  let seen;
  await until(() => `${name} sees a picture ${width} wide, but ${seen}`, async () => {
    [seen] = await inPage(page, 'size', name);
    return seen === width;
  }, timeout_ms);
  const frames = await inPage(page, 'frames', name);
  await until(`${name} goes on`, async () => await inPage(page, 'frames', name) > frames + 10, 5000);
}

for (const codec of ['video/VP8', 'video/H264']) {
  scene(`a viewer's picture has the size that its endpoint allows (${codec})`, async (s) => {
    const pipeline = await (await s.kurento()).create('MediaPipeline');
    const page = await s.page();
    const publisher = await publish(page, pipeline, {codec});
    assert.match(publisher.answer, /a=simulcast:recv q;h;f/);

    const viewer = await view(page, pipeline, publisher, 'viewer', 150);
    await expectWidth(page, 'viewer', kSmall);
    await callKurento(viewer.object, 'setMaxVideoSendBandwidth', 500);
    await expectWidth(page, 'viewer', kMiddle);
    await callKurento(viewer.object, 'setMaxVideoSendBandwidth', 0);
    await expectWidth(page, 'viewer', kLarge, 40_000);
    await callKurento(viewer.object, 'setMaxVideoSendBandwidth', 150);
    await expectWidth(page, 'viewer', kSmall);
    s.fact('codec', (await inPage(page, 'inbound', 'viewer')).codec);
    const freeze_ms = await inPage(page, 'longestFreeze', 'viewer');
    s.fact('longest pause between frames', `${Math.round(freeze_ms)} ms`);
    assert.ok(freeze_ms < kLongestPause_ms, `a pause of ${freeze_ms} ms`);
  });
}

scene('two viewers of one publisher see different sizes', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const publisher = await publish(page, pipeline);

  await view(page, pipeline, publisher, 'small', 150);
  await view(page, pipeline, publisher, 'middle', 500);

  await expectWidth(page, 'small', kSmall);
  await expectWidth(page, 'middle', kMiddle);
});
