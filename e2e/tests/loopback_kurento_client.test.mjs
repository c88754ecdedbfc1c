// The server's main job with the npm client that applications use: camera there and back.
import assert from 'node:assert/strict';
import {connectPeer, expectCameraPicture, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';

for (const codec of ['video/VP8', 'video/H264', 'video/VP9', 'video/AV1']) {
  scene(`kurento-client: the camera's picture and the tone come back, ${codec}`, async (s) => {
    const client = await s.kurento();
    const pipeline = await client.create('MediaPipeline');
    const endpoint = await kurentoEndpoint(pipeline);
    await endpoint.object.connect(endpoint.object);
    const page = await s.page();
    await connectPeer(page, 'loopback', endpoint, {codec});
    s.fact('colours seen', await expectCameraPicture(page, 'loopback'));
    s.fact('tone heard', await expectTone(page, 'loopback', kToneHz));
    const video = await inPage(page, 'inbound', 'loopback');
    s.fact('video', video);
    assert.equal(video.codec, codec);
    await s.shoot();
    await pipeline.release();
    await inPage(page, 'hangUp', 'loopback');
    client.close();
    await s.media_server.expectNothingLeft();
  });
}
