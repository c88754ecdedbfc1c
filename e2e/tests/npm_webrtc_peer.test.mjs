// npm's kurento-utils in a page: what most applications written for Kurento have in the browser.
import {buildSync} from 'esbuild';
import {expectCameraPicture, expectTone, kurentoEndpoint} from '../harness/call.mjs';
import {kToneHz} from '../harness/fake_devices.mjs';
import {scene} from '../harness/scene.mjs';
import {until} from '../harness/wait.mjs';

function bundle() {
  const {outputFiles: [file]} = buildSync({bundle: true, write: false, format: 'iife', logLevel: 'silent',
    stdin: {contents: 'window.kurentoUtils = require("kurento-utils");', resolveDir: new URL('..', import.meta.url).pathname}});
  return file.text;
}

/** In the page: a WebRtcPeer of `kind` whose offer is returned. */
async function makePeer(page, kind) {
  return page.evaluate((made_by) => new Promise((resolve, reject) => {
    const view = window.peer.addVideo('WebRtcPeer');
    const options = {
      remoteVideo: view.video,
      configuration: {iceServers: []},
      mediaConstraints: {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}, video: {width: 640, height: 480}},
      onicecandidate: ({candidate, sdpMid, sdpMLineIndex}) => window.onPeerCandidate('WebRtcPeer', {candidate, sdpMid, sdpMLineIndex}),
    };
    const own = window.kurentoUtils.WebRtcPeer[made_by](options, function(error) {
      if (error) return reject(error);
      window.webRtcPeer = own;
      window.peer.adopt('WebRtcPeer', own.peerConnection, view);
      own.generateOffer((problem, offer) => problem ? reject(problem) : resolve(offer));
    });
  }), kind);
}

scene('kurento-utils: WebRtcPeerSendrecv sends the camera and shows what comes back', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const endpoint = await kurentoEndpoint(pipeline);
  await endpoint.object.connect(endpoint.object);
  const page = await s.page();
  await page.addScriptTag({content: bundle()});
  const own = [];
  let is_known = false;
  page.onPeerCandidate = (_, candidate) => is_known ? endpoint.addIceCandidate(candidate) : own.push(candidate);
  const tellPage = (candidate) => page.evaluate((told) => new Promise((resolve) => window.webRtcPeer.addIceCandidate(told, resolve)), candidate);
  await endpoint.onCandidate(({candidate, sdpMid, sdpMLineIndex}) => tellPage({candidate, sdpMid, sdpMLineIndex}).catch(() => {}));

  const answer = await endpoint.processOffer(await makePeer(page, 'WebRtcPeerSendrecv'));
  is_known = true;
  await Promise.all(own.map((candidate) => endpoint.addIceCandidate(candidate)));
  await page.evaluate((sdp) => new Promise((resolve, reject) => window.webRtcPeer.processAnswer(sdp, (error) => error ? reject(error) : resolve())), answer);
  await endpoint.gatherCandidates();
  await until('the WebRtcPeer is connected', () => page.evaluate(() => window.webRtcPeer.peerConnection.connectionState === 'connected'));
  s.fact('colours seen', await expectCameraPicture(page, 'WebRtcPeer'));
  s.fact('tone heard', await expectTone(page, 'WebRtcPeer', kToneHz));
});
