// The same loopback with the client that is generated from our descriptors (ci/codegen builds it).
import assert from 'node:assert/strict';
import {MediaServer} from '../../build/typescript-client/dist/index.js';
import {connectPeer, expectCameraPicture, expectTone, inPage} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';

async function typedEndpoint(pipeline) {
  const endpoint = await pipeline.create('WebRtcEndpoint');
  return {
    object: endpoint,
    processOffer: (offer) => endpoint.processOffer(offer),
    gatherCandidates: () => endpoint.gatherCandidates(),
    addIceCandidate: (candidate) => endpoint.addIceCandidate(candidate),
    onCandidate: (told) => endpoint.on('IceCandidateFound', ({candidate}) => told(candidate)),
  };
}

scene('the TypeScript client: the picture and the tone come back', async (s) => {
  const client = await MediaServer.connect((await s.server()).url);
  const pipeline = await client.create('MediaPipeline');
  const endpoint = await typedEndpoint(pipeline);
  await endpoint.object.connect(endpoint.object);
  const page = await s.page();
  await connectPeer(page, 'loopback', endpoint);
  s.fact('colours seen', await expectCameraPicture(page, 'loopback'));
  s.fact('tone heard', await expectTone(page, 'loopback', kToneHz));
  await assert.rejects(endpoint.object.processOffer('v=0'), {code: 40208});
  await s.shoot();
  await client.close();  // ends the session with all its objects
  await inPage(page, 'hangUp', 'loopback');
  await s.media_server.expectNothingLeft();
});
