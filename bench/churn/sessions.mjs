// What the soak makes over and over: sessions of each kind, short, with real media, each a connection
// and a pipeline of its own, which end with it. A session throws when media does not arrive.
import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {mediaFile} from '../../e2e/harness/media_files.mjs';
import {RawClient} from '../../e2e/harness/raw_client.mjs';
import {RtpPublisher, RtpViewer} from '../../e2e/harness/rtp_streams.mjs';
import {sleep, until} from '../../e2e/harness/wait.mjs';

const kFirstMedia_ms = 15_000, kFilm_s = 3;
const kProfiles = {WEBM: 'webm', MKV: 'mkv', MP4: 'mp4', FLV: 'flv', WEBM_AUDIO_ONLY: 'webm', MP4_VIDEO_ONLY: 'mp4', JPEG_VIDEO_ONLY: 'jpg'};
const kFilters = ['videobalance saturation=0.0', 'audioecho delay=200000000', 'volume volume=0.5', 'videoflip method=clockwise'];

/** What a session has: a pipeline, and the peers that end with it. */
class Surroundings {
  #peers = [];

  static async open(url, random, folder) {
    return Object.assign(new Surroundings(), {client: await RawClient.open(url), random, folder});
  }

  create(type, parameters = {}) { return this.client.create(type, {mediaPipeline: this.pipeline, ...parameters}); }
  connect(source, sink) { return this.client.invoke(source, 'connect', {sink}); }
  async #add(peer) {
    this.#peers.push(peer);
    return peer;
  }
  async publisher(formats) { return this.#add(await RtpPublisher.start(this.client, this.pipeline, formats)); }
  async viewer(formats) { return this.#add(await RtpViewer.start(this.client, this.pipeline, formats)); }

  /** Media comes, then the session goes on for a while. */
  async watch(viewer, what) {
    await until(() => `media arrives at the viewer of ${what}: ${viewer.arrivals.map(({packets}) => packets)}`, () => viewer.packets > 5, kFirstMedia_ms);
    await sleep(this.random.below(2000));
  }

  async begin() { this.pipeline = await this.client.create('MediaPipeline'); }
  async end() {
    await this.client.release(this.pipeline);
    await this.client.request('closeSession');
    this.client.close();
    this.#peers.forEach((peer) => peer.stop());
  }
}

/** Two WebRTC endpoints of the server that call each other, with everything between them encrypted. */
async function webRtcPair(s) {
  const [a, b] = [await s.create('WebRtcEndpoint'), await s.create('WebRtcEndpoint')];
  const other = new Map([[a, b], [b, a]]);
  s.client.onEvent = (event) => {
    if (event.type === 'IceCandidateFound')
      s.client.invoke(other.get(event.object), 'addIceCandidate', {candidate: event.data.candidate}).catch(() => {});
  };
  for (const id of [a, b]) await s.client.subscribe(id, 'IceCandidateFound');
  const offer = await s.client.invoke(a, 'generateOffer');
  await s.client.invoke(a, 'processAnswer', {answer: await s.client.invoke(b, 'processOffer', {offer})});
  await Promise.all([a, b].map((id) => s.client.invoke(id, 'gatherCandidates')));
  return [a, b];
}

async function call(s) {
  const publisher = await s.publisher(), viewer = await s.viewer();
  const [a, b] = await webRtcPair(s);
  await s.connect(publisher.object, a);
  await s.connect(b, viewer.object);
  await s.watch(viewer, 'a call');
}

async function transcode(s) {
  const formats = s.random.oneOf([['PCMU', 'H264'], ['OPUS', 'H264'], ['PCMU', 'VP8']]);
  const publisher = await s.publisher(), viewer = await s.viewer(formats);
  await s.connect(publisher.object, viewer.object);
  await s.watch(viewer, `a conversion to ${formats}`);
}

async function filter(s) {
  const publisher = await s.publisher(), viewer = await s.viewer();
  const command = s.random.oneOf(kFilters);
  const object = await s.create('GStreamerFilter', {command});
  await s.connect(publisher.object, object);
  await s.connect(object, viewer.object);
  await s.watch(viewer, command);
}

async function record(s) {
  const [profile, extension] = s.random.oneOf(Object.entries(kProfiles));
  const publisher = await s.publisher(['OPUS', s.random.oneOf(['VP8', 'H264'])]);
  const uri = `file://${join(s.folder, `${s.pipeline.slice(0, 8)}.${extension}`)}`;
  const recorder = await s.create('RecorderEndpoint', {uri, mediaProfile: profile});
  await s.connect(publisher.object, recorder);
  await s.client.invoke(recorder, 'record');
  await sleep(500 + s.random.below(2000));
  // Half of them end as an application that has lost interest ends them.
  if (s.random.below(2)) await s.client.invoke(recorder, 'stopAndWait');
}

async function play(s) {
  const viewer = await s.viewer();
  const uri = `file://${mediaFile(s.random.oneOf(['webm', 'mp4', 'mkv']), kFilm_s)}`;
  const player = await s.create('PlayerEndpoint', {uri, useEncodedMedia: s.random.below(2) === 1});
  await s.connect(player, viewer.object);
  await s.client.invoke(player, 'play');
  await s.watch(viewer, uri);
}

async function composite(s) {
  const hub = await s.create('Composite');
  const ports = [], viewers = [];
  for (let n = 0; n < 2; ++n) {
    const port = await s.client.create('HubPort', {hub});
    await s.connect((await s.publisher()).object, port);
    const viewer = await s.viewer();
    await s.connect(port, viewer.object);
    ports.push(port);
    viewers.push(viewer);
  }
  await s.watch(viewers[0], 'a Composite');
  await s.client.release(ports[0]);
  await sleep(s.random.below(1000));
  await s.watch(viewers[1], 'a Composite that somebody has left');
}

const kKinds = {call, transcode, filter, record, play, composite};

/** One session of any kind, with a connection of its own; gives its name. folder: for recordings. */
export async function runSession(url, random, folder) {
  const name = random.oneOf(Object.keys(kKinds));
  const surroundings = await Surroundings.open(url, random, folder);
  await surroundings.begin();
  try {
    await kKinds[name](surroundings);
  } catch (error) {
    throw new Error(`${name}: ${error.message}`, {cause: error});
  } finally {
    await surroundings.end();
  }
  return name;
}

/** Viewers of the load tool, which do ICE, DTLS and SRTP, join a publisher of their own and leave. */
export function runLoadTool(program, url, viewers) {
  const words = ['broadcast', '--url', url, '--viewers', String(viewers), '--seconds', '1', '--expect', 'joins.errors<=0'];
  const child = spawn(program, words, {stdio: ['ignore', 'ignore', 'pipe']});
  let said = '';
  child.stderr.on('data', (data) => said += data);
  return new Promise((resolve, reject) => child.once('close', (code) => code === 0 ? resolve() : reject(new Error(`media-load: ${code}, ${said}`))));
}
