import assert from 'node:assert/strict';
import {connectPeer, expectCameraPicture, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {scene} from '../harness/scene.mjs';

for (const codec of ['video/VP8', 'video/VP9', 'video/AV1']) {
  scene(`Firefox: the picture comes back, ${codec}`, async (s) => {
    const pipeline = await (await s.kurento()).create('MediaPipeline');
    const endpoint = await kurentoEndpoint(pipeline);
    await endpoint.object.connect(endpoint.object);
    const page = await s.firefoxPage();
    await connectPeer(page, 'Firefox', endpoint, {source: 'canvas', codec});
    s.fact('colours seen', await expectCameraPicture(page, 'Firefox'));
    const video = await inPage(page, 'inbound', 'Firefox');
    s.fact('video', video);
    assert.equal(video.codec, codec);
  });
}

scene('Firefox presents, Chromium views', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const [presenter, viewer] = [await kurentoEndpoint(pipeline), await kurentoEndpoint(pipeline)];
  await presenter.object.connect(viewer.object);
  const chromium = await s.page();
  const firefox = await s.firefoxPage();
  await connectPeer(firefox, 'presenter', presenter, {source: 'canvas', direction: 'sendonly'});
  await connectPeer(chromium, 'viewer', viewer, {direction: 'recvonly'});
  await expectCameraPicture(chromium, 'viewer');
});
