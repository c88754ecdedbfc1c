// Codecs that a viewer or a file does not take as they come: AV1 and H265 in pictures, those of telephones in sound.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {callKurento, connectPeer, expectCameraPicture, expectTone, inPage, kurentoEndpoint} from '../harness/call.mjs';
import {decode, probe, timestamps} from '../harness/ffprobe.mjs';
import {GstLaunch, freePortPairs} from '../harness/gst.mjs';
import {mediaFile} from '../harness/media_files.mjs';
import {scene} from '../harness/scene.mjs';
import {sleep, until} from '../harness/wait.mjs';

const kGstToneHz = 440;  // of audiotestsrc

async function publisher(page, pipeline, codec) {
  const endpoint = await kurentoEndpoint(pipeline);
  await connectPeer(page, 'publisher', endpoint, {direction: 'sendonly', codec});
  await until('media flows', () => callKurento(endpoint.object, 'isMediaFlowingOut', 'VIDEO'));
  return endpoint.object;
}

async function viewer(page, pipeline, name, source, codec) {
  const endpoint = await kurentoEndpoint(pipeline);
  await callKurento(source, 'connect', endpoint.object);
  await connectPeer(page, name, endpoint, {direction: 'recvonly', codec});
}

const codecOf = async (page, name) => (await inPage(page, 'inbound', name)).codec.toLowerCase();

scene('AV1 of a publisher is seen by viewers of VP8, of H264 and, as it is, of AV1', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const source = await publisher(page, pipeline, 'video/AV1');
  for (const codec of ['video/VP8', 'video/H264', 'video/AV1']) {
    await viewer(page, pipeline, codec, source, codec);
    await expectCameraPicture(page, codec);
    assert.equal(await codecOf(page, codec), codec.toLowerCase());
    s.fact(`first picture of ${codec} after`, `${Math.round(await inPage(page, 'firstFrame', codec))} ms`);
  }
});

scene('AV1 of a publisher is kept in WebM and Matroska, and encoded for MP4', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const source = await publisher(await s.page(), pipeline, 'video/AV1');
  const folder = mkdtempSync(join(tmpdir(), 'codecs-'));
  s.atEnd(() => rmSync(folder, {recursive: true}));
  const recorders = [];
  for (const [mediaProfile, video, audio] of [['WEBM', 'av1', 'opus'], ['MKV', 'av1', 'opus'], ['MP4', 'h264', 'aac']]) {
    const file = join(folder, mediaProfile);
    const object = await callKurento(pipeline, 'create', 'RecorderEndpoint', {uri: `file://${file}`, mediaProfile});
    await callKurento(source, 'connect', object);
    await callKurento(object, 'record');
    recorders.push({object, file, video, audio});
  }
  await sleep(4000);
  for (const {object, file, video, audio} of recorders) {
    await callKurento(object, 'stopAndWait');
    const seen = probe(file);
    s.fact(file, seen);
    assert.deepEqual(seen.codecs, {video, audio});
    assert.ok(seen.seconds > 3.5, `${seen.seconds} s`);
    assert.ok(timestamps(file, 'v').length > 40);
    assert.equal(decode(file), '');
  }
});

scene('a film in AV1 is sent as it is to who takes it, and converted for the others', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const player = await callKurento(pipeline, 'create', 'PlayerEndpoint', {uri: `file://${mediaFile('av1_webm', 20)}`, useEncodedMedia: true});
  for (const codec of ['video/AV1', 'video/VP8']) await viewer(page, pipeline, codec, player, codec);
  await callKurento(player, 'play');
  for (const codec of ['video/AV1', 'video/VP8']) {
    await expectCameraPicture(page, codec);
    assert.equal(await codecOf(page, codec), codec.toLowerCase());
  }
});

/** What `media` sends, described by rtpmap and fmtp, as an RtpEndpoint. */
async function sender(s, pipeline, kind, {rtpmap, fmtp, chain}) {
  const [port] = await freePortPairs(1);
  const number = rtpmap.startsWith('G722') ? 9 : 97;
  const offer = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', `m=${kind} ${port} RTP/AVP ${number}`,
    `a=rtpmap:${number} ${rtpmap}`, ...(fmtp ? [`a=fmtp:${number} ${fmtp}`] : []), 'a=sendonly', ''].join('\r\n');
  const object = await callKurento(pipeline, 'create', 'RtpEndpoint');
  const answer = await callKurento(object, 'processOffer', offer);
  const to = Number(new RegExp(`^m=${kind} (\\d+) `, 'm').exec(answer)[1]);
  assert.ok(to > 0, answer);
  return {object, launch: () => {
    const process = new GstLaunch(`${chain} pt=${number} ! udpsink host=127.0.0.1 port=${to}`, {});
    s.atEnd(() => process.stop());
  }};
}

const kTone = 'audiotestsrc is-live=true volume=0.5 ! audioconvert ! audioresample !';
const kTelephones = {
  AMR: {rtpmap: 'AMR/8000', fmtp: 'octet-align=1', chain: `${kTone} amrnbenc band-mode=7 ! rtpamrpay`},
  'AMR-WB': {rtpmap: 'AMR-WB/16000', fmtp: 'octet-align=1', chain: `${kTone} voamrwbenc band-mode=8 ! rtpamrpay`},
  Speex: {rtpmap: 'speex/16000', chain: `${kTone} audio/x-raw,rate=16000,channels=1 ! speexenc ! rtpspeexpay`},
  G722: {rtpmap: 'G722/8000', chain: `${kTone} avenc_g722 ! rtpg722pay`},
};
for (const [name, media] of Object.entries(kTelephones)) {
  scene(`${name} of a plain sender is heard in a browser`, async (s) => {
    await s.server({modules: {SdpEndpoint: {audioCodecs: ['opus/48000/2', media.rtpmap].map((rtpmap) => ({name: rtpmap}))}}});
    const pipeline = await (await s.kurento()).create('MediaPipeline');
    const page = await s.page();
    const {object, launch} = await sender(s, pipeline, 'audio', media);
    await viewer(page, pipeline, 'viewer', object, 'audio/opus');
    launch();
    s.fact('tone', await expectTone(page, 'viewer', kGstToneHz));
  });
}

scene('H265 of a plain sender is seen in a browser', async (s) => {
  const pipeline = await (await s.kurento()).create('MediaPipeline');
  const page = await s.page();
  const {object, launch} = await sender(s, pipeline, 'video', {rtpmap: 'H265/90000',
    chain: `filesrc location=${mediaFile('mkv', 20)} ! matroskademux ! h264parse ! avdec_h264 ! videoconvert
      ! x265enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! h265parse config-interval=-1 ! rtph265pay`});
  await viewer(page, pipeline, 'viewer', object, 'video/VP8');
  launch();
  await expectCameraPicture(page, 'viewer');
});
