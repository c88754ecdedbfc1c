// One presenter, several viewers: the server's other main job.
import assert from 'node:assert/strict';
import {connectPeer, expectCameraPicture, expectMoving, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

const kPictureWithin_ms = 1000;

async function present(page, pipeline, name = 'presenter') {
  const endpoint = await kurentoEndpoint(pipeline);
  await connectPeer(page, name, endpoint, {direction: 'sendonly'});
  return endpoint;
}

async function view(page, pipeline, presenter, name) {
  const endpoint = await kurentoEndpoint(pipeline);
  await presenter.object.connect(endpoint.object);
  await connectPeer(page, name, endpoint, {direction: 'recvonly'});
  return endpoint;
}

scene('one presenter reaches three viewers', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const presenter = await present(page, pipeline);
  const viewers = ['viewer 1', 'viewer 2', 'viewer 3'];
  for (const name of viewers) await view(page, pipeline, presenter, name);
  for (const name of viewers) {
    await expectCameraPicture(page, name);
    s.fact(`tone heard by ${name}`, await expectTone(page, name, kToneHz));
  }
});

scene('a viewer that joins late sees a picture within a second', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const presenter = await present(page, pipeline);
  await view(page, pipeline, presenter, 'first viewer');
  await expectCameraPicture(page, 'first viewer');
  const keyFrames = (await inPage(page, 'inbound', 'first viewer')).key_frames;
  await until('a while without key frames', async () => (await inPage(page, 'inbound', 'first viewer')).decoded > 60);

  await view(page, pipeline, presenter, 'late viewer');
  const first_ms = await until('the late viewer sees a picture', () => inPage(page, 'firstFrame', 'late viewer'));
  s.fact('connected after', `${Math.round(await inPage(page, 'connectedAfter', 'late viewer'))} ms`);
  s.fact('first picture after', `${Math.round(first_ms)} ms`);
  s.fact('key frames that the first viewer had decoded before', keyFrames);
  assert.ok(first_ms <= kPictureWithin_ms, `first picture after ${first_ms} ms`);
  await expectCameraPicture(page, 'late viewer');
  await expectMoving(page, 'first viewer');
});

scene('a publisher leaves and returns, and the same viewers go on', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const viewers = ['viewer 1', 'viewer 2'];
  const presenter = await present(page, pipeline);
  const endpoints = [];
  for (const name of viewers) endpoints.push(await view(page, pipeline, presenter, name));
  for (const name of viewers) await expectCameraPicture(page, name);

  await presenter.object.release();
  await inPage(page, 'hangUp', 'presenter');
  const again = await present(page, pipeline, 'presenter again');
  for (const endpoint of endpoints) await again.object.connect(endpoint.object);
  for (const name of viewers) {
    await expectCameraPicture(page, name);
    s.fact(`tone heard by ${name}`, await expectTone(page, name, kToneHz));
    assert.equal(await inPage(page, 'state', name), 'connected');
  }
});
