// A thousand random operations while media flows: elements of every kind are made, connected,
// disconnected and released in any order. Who has nothing to do with it notices nothing, and at the end
// nothing is left.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {kMediaFolder, mediaFile} from '../harness/media_files.mjs';
import {threadNames, usageOf} from '../harness/process_usage.mjs';
import {RpcError} from '../harness/raw_client.mjs';
import {RtpPublisher, RtpViewer} from '../harness/rtp_streams.mjs';
import {scene} from '../harness/scene.mjs';
import {seeded} from '../harness/seeded.mjs';
import {sleep, until} from '../harness/wait.mjs';

const kOperations = 1000, kOperationsBefore = 300, kMaxElements = 20, kAtOnce = 2;
const kMostPause_ms = 100;  // between two operations: long enough for chains to begin to play
const kLongestStall_ms = 200;
const kSpareThreads = 4, kSpareDescriptors = 4, kSpareMemory_kb = 24 * 1024;  // of libraries and of the allocator
// What a client is told who connects what was released by somebody else meanwhile, or what cannot be connected.
const kFair = [40101, 40001, 40002];

/** Elements of one pipeline, changed at random. */
class Zoo {
  #elements = [];  // {id, source, sink, stop}
  #hubs = [];
  done = {};
  refused = {};

  constructor(client, random, pipeline, folder) {
    Object.assign(this, {client, random, pipeline, folder});
  }

  adopt(element) { this.#elements.push({...element, is_kept: true}); }

  async operate() {
    const roll = this.random.below(100);
    if (this.#elements.length < 4 || (roll < 20 && this.#elements.length < kMaxElements)) return this.#attempt('create', () => this.#create());
    if (roll < 65) return this.#attempt('connect', () => this.#link('connect'));
    if (roll < 85) return this.#attempt('disconnect', () => this.#link('disconnect'));
    return this.#attempt('release', () => this.#release());
  }

  async releaseAll() {
    while (this.#elements.some(({is_kept}) => !is_kept)) await this.#attempt('release', () => this.#release());
    for (const hub of this.#hubs.splice(0)) await this.client.release(hub);
  }

  async #attempt(name, work) {
    try {
      await work();
      this.done[name] = (this.done[name] ?? 0) + 1;
    } catch (error) {
      if (!(error instanceof RpcError) || !kFair.includes(error.code)) throw error;
      this.refused[`${name}: ${error.code}`] = (this.refused[`${name}: ${error.code}`] ?? 0) + 1;
    }
  }

  #make(type, parameters = {}) { return this.client.create(type, {mediaPipeline: this.pipeline, ...parameters}); }

  async #create() {
    const makers = [
      () => this.#rtpViewer(['OPUS', 'VP8']), () => this.#rtpViewer(['PCMU', 'H264']), () => this.#rtpPublisher(),
      () => this.#plain('PassThrough'), () => this.#plain('WebRtcEndpoint'),
      () => this.#plain('GStreamerFilter', {command: this.random.oneOf(['videobalance saturation=0.0', 'volume volume=0.5', 'audioecho delay=100000000'])}),
      () => this.#recorder(), () => this.#player(),
      () => this.#port('Composite'), () => this.#port('Dispatcher'), () => this.#port('AlphaBlending'),
    ];
    this.#elements.push(await this.random.oneOf(makers)());
  }

  async #plain(type, parameters) { return {id: await this.#make(type, parameters), source: true, sink: true}; }

  async #rtpViewer(formats) {
    const viewer = await RtpViewer.start(this.client, this.pipeline, formats);
    return {id: viewer.object, sink: true, stop: () => viewer.stop()};
  }

  async #rtpPublisher() {
    const publisher = await RtpPublisher.start(this.client, this.pipeline, ['OPUS', this.random.oneOf(['VP8', 'H264'])]);
    return {id: publisher.object, source: true, stop: () => publisher.stop()};
  }

  async #recorder() {
    const mediaProfile = this.random.oneOf(['WEBM', 'MKV', 'MP4']);
    const id = await this.#make('RecorderEndpoint', {uri: `file://${join(this.folder, `${this.random.below(2 ** 30)}`)}`, mediaProfile});
    await this.client.invoke(id, 'record');
    return {id, sink: true};
  }

  async #player() {
    const uri = `file://${mediaFile(this.random.oneOf(['webm', 'mp4']), 3)}`;
    const id = await this.#make('PlayerEndpoint', {uri, useEncodedMedia: this.random.below(2) === 1});
    await this.client.invoke(id, 'play');
    return {id, source: true};
  }

  async #port(type) {
    const hub = await this.#make(type);
    this.#hubs.push(hub);
    if (this.#hubs.length > 3) await this.#releaseHub();
    return {id: await this.client.create('HubPort', {hub}), source: true, sink: true, hub};
  }

  /** The oldest; its ports go with it. */
  async #releaseHub() {
    const oldest = this.#hubs.shift();
    this.#elements = this.#elements.filter(({hub}) => hub !== oldest);
    await this.client.release(oldest);
  }

  async #link(operation) {
    const source = this.random.oneOf(this.#elements.filter((one) => one.source));
    const sink = this.random.oneOf(this.#elements.filter((one) => one.sink));
    if (!source || !sink) return;
    const mediaType = this.random.oneOf([undefined, 'AUDIO', 'VIDEO']);
    await this.client.invoke(source.id, operation, {sink: sink.id, ...(mediaType && {mediaType})});
  }

  async #release() {
    const candidates = this.#elements.filter(({is_kept}) => !is_kept);
    if (candidates.length === 0) return;
    const element = this.random.oneOf(candidates);
    this.#elements.splice(this.#elements.indexOf(element), 1);
    element.stop?.();
    await this.client.release(element.id);
  }
}

/** So many operations in a pipeline of their own; {zoo, viewer}: its untouched viewer, before the end. */
async function operate(client, random, folder, count) {
  const pipeline = await client.create('MediaPipeline');
  const publisher = await RtpPublisher.start(client, pipeline), viewer = await RtpViewer.start(client, pipeline);
  await client.invoke(publisher.object, 'connect', {sink: viewer.object});
  await until('the untouched viewer gets media', () => viewer.packets > 10);
  viewer.arrivals.forEach((one) => one.restart());
  publisher.longest_gap_ms = 0;

  const zoo = new Zoo(client, random, pipeline, folder);
  zoo.adopt({id: publisher.object, source: true});
  let left = count;
  await Promise.all(Array.from({length: kAtOnce}, async () => {
    while (left-- > 0) {
      await zoo.operate();
      await sleep(random.below(kMostPause_ms));
    }
  }));
  const stalls = {sound: viewer.arrivals[0].longest_gap_ms, picture: viewer.arrivals[1].longest_gap_ms, sender: publisher.longest_gap_ms};
  await zoo.releaseAll();
  viewer.arrivals.forEach((one) => one.restart());
  await until('the untouched viewer still gets media', () => viewer.packets > 10);
  await client.release(pipeline);
  publisher.stop();
  viewer.stop();
  return {zoo, stalls};
}

scene('1000 random connects, disconnects and releases under load leave nothing behind and stall nobody', async (s) => {
  const random = seeded();
  s.fact('seed', random.seed);
  console.log(`SEED=${random.seed}`);
  const folder = mkdtempSync(join(kMediaFolder, 'zoo-'));
  s.atEnd(() => rmSync(folder, {recursive: true}));
  const client = await s.rawClient();
  const pid = s.media_server.pid;
  await operate(client, random, folder, kOperationsBefore);
  await until('threads of chains end', () => threadNames(pid).conversion === undefined && threadNames(pid).recorder === undefined, 30_000);
  const before = usageOf(pid);

  const {zoo, stalls} = await operate(client, random, folder, kOperations);

  s.fact('done', zoo.done);
  s.fact('refused', zoo.refused);
  s.fact('longest stalls in ms', stalls);
  let now;
  await until(() => `as at the start: ${JSON.stringify(before)}, now ${JSON.stringify(now)}, ${JSON.stringify(threadNames(pid))}`, () => {
    now = usageOf(pid);
    return now.threads <= before.threads + kSpareThreads && now.descriptors <= before.descriptors + kSpareDescriptors;
  }, 30_000);
  s.fact('before', before);
  s.fact('after', now);
  assert.ok(now.resident_kb < before.resident_kb + kSpareMemory_kb, `memory: ${before.resident_kb} kB, then ${now.resident_kb} kB`);
  // What the sender itself was late is not the server's.
  const allowed_ms = kLongestStall_ms + Math.max(0, stalls.sender - 20);
  assert.ok(stalls.sound <= allowed_ms && stalls.picture <= allowed_ms, JSON.stringify(stalls));
}, {timeout_ms: 180_000});
