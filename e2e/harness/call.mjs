// Signalling between a page and an endpoint on the media server, as an application does it: offer,
// answer, candidates both ways. An endpoint is anything with the five functions of the adaptors
// below, so that every client makes the same call.
import kurento from 'kurento-client';
import assert from 'node:assert/strict';
import {kColours} from './fake_devices.mjs';
import {until} from './wait.mjs';

const kTolerance = 45;  // per colour channel: two conversions and a lossy codec lie between

/** Calls window.peer[name](...values) in the page of either browser. */
export function inPage(page, name, ...values) {
  return page.evaluate(([called, given]) => window.peer[called](...given), [name, values]);
}

/** A method of a kurento-client object by callback: its promises (7.3.0) keep errors to themselves. */
export function callKurento(object, method, ...values) {
  return new Promise((resolve, reject) => object[method](...values, (error, result) => error ? reject(error) : resolve(result)));
}

export async function kurentoEndpoint(pipeline) {
  const endpoint = await callKurento(pipeline, 'create', 'WebRtcEndpoint');
  return {
    object: endpoint,
    processOffer: (sdp) => callKurento(endpoint, 'processOffer', sdp),
    gatherCandidates: () => callKurento(endpoint, 'gatherCandidates'),
    addIceCandidate: (candidate) => callKurento(endpoint, 'addIceCandidate', kurento.getComplexType('IceCandidate')(candidate)),
    onCandidate: (told) => endpoint.on('IceCandidateFound', ({candidate}) => told(candidate)),
  };
}

/** parameters: further ones of the constructor. */
export async function rawEndpoint(client, pipeline, parameters = {}) {
  const id = await client.create('WebRtcEndpoint', {mediaPipeline: pipeline, ...parameters});
  const listeners = [];
  const before = client.onEvent;
  client.onEvent = (event) => {
    before(event);
    if (event.object === id && event.type === 'IceCandidateFound') listeners.forEach((told) => told(event.data.candidate));
  };
  await client.subscribe(id, 'IceCandidateFound');
  return {
    object: id,
    processOffer: (offer) => client.invoke(id, 'processOffer', {offer}),
    gatherCandidates: () => client.invoke(id, 'gatherCandidates'),
    addIceCandidate: (candidate) => client.invoke(id, 'addIceCandidate', {candidate}),
    onCandidate: (told) => listeners.push(told),
  };
}

/**
 * Makes the call `name` in `page` with `endpoint`; resolves when media can flow, to {offer, answer,
 * candidates}, the last those of the page so far. path: a RoughPath that all packets take.
 */
export async function connectPeer(page, name, endpoint, {path, ...options} = {}) {
  const others = page.onPeerCandidate;
  const early = [], candidates = [];
  let is_known = false;
  page.onPeerCandidate = (whose, candidate) => {
    if (whose !== name) return others(whose, candidate);
    candidates.push(candidate.candidate);
    if (path) return undefined;
    if (!is_known) return early.push(candidate);
    return endpoint.addIceCandidate(candidate);
  };
  const waiting = [];
  let is_answered = false;
  const tellPage = async (candidate) => {
    const led = path ? await path.lead(candidate) : candidate;
    if (led) await inPage(page, 'addCandidate', name, led).catch(() => {});  // the page may be gone
  };
  await endpoint.onCandidate((candidate) => is_answered ? tellPage(candidate) : waiting.push(candidate));

  const offer = await inPage(page, 'offer', name, options);
  const answer = await endpoint.processOffer(offer);
  is_known = true;
  await Promise.all(early.splice(0).map((candidate) => endpoint.addIceCandidate(candidate)));
  await inPage(page, 'accept', name, answer);
  is_answered = true;
  waiting.splice(0).forEach(tellPage);
  await endpoint.gatherCandidates();
  await until(`${name} is connected`, async () => await inPage(page, 'state', name) === 'connected');
  return {offer, answer, candidates};
}

/** The page of a connected peer offers again, with new ICE credentials, as after a change of network. */
export async function restartIce(page, name, endpoint) {
  const answer = await endpoint.processOffer(await inPage(page, 'restartOffer', name));
  await inPage(page, 'accept', name, answer);
  await endpoint.gatherCandidates();
  return answer;
}

const kFieldPlaces = kColours.map((_, n) => [(n + 0.5) / kColours.length, 0.4]);

function isLike(seen, colour) { return seen.every((value, n) => Math.abs(value - colour[n]) <= kTolerance); }

/** Waits until the page shows the camera's four colours, then that the picture goes on changing. */
export async function expectCameraPicture(page, name, timeout_ms = 15_000) {
  const seen = await expectColours(page, name, kFieldPlaces.map((place, n) => [place, kColours[n]]), timeout_ms);
  await expectMoving(page, name);
  return seen;
}

/** Waits until the page shows `wanted`, a list of [place, colour]; the colours that it shows then. */
export async function expectColours(page, name, wanted, timeout_ms = 15_000) {
  let seen = [];
  await until(() => `${name} shows ${JSON.stringify(wanted)}, but ${JSON.stringify(seen)}`, async () => {
    seen = await inPage(page, 'colours', name, wanted.map(([place]) => place));
    return seen.length > 0 && seen.every((one, n) => isLike(one, wanted[n][1]));
  }, timeout_ms);
  return seen;
}

const kBarPlaces = Array.from({length: 32}, (_, n) => [(n + 0.5) / 32, 0.92]);

/** The bar moves: places that were dark become bright, and frames are counted. */
export async function expectMoving(page, name, timeout_ms = 5000) {
  const bright = async () => (await inPage(page, 'colours', name, kBarPlaces)).map(([r]) => r > 128).join();
  const frames = await inPage(page, 'frames', name);
  const before = await bright();
  await until(`the picture of ${name} moves`, async () => await inPage(page, 'frames', name) > frames + 10 && await bright() !== before, timeout_ms);
}

/** The tone arrives with its frequency: within 5 Hz, and loud. */
export async function expectTone(page, name, hz) {
  let heard;
  await until(() => `a tone of ${hz} Hz, heard ${JSON.stringify(heard)}`, async () => {
    heard = await inPage(page, 'tone', name);
    return Math.abs(heard.hz - hz) <= 5 && heard.db > -60;
  }, 12_000);
  assert.ok(Math.abs(heard.hz - hz) <= 5);
  return heard;
}
