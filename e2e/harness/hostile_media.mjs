// Media files as an attacker or a broken disk writes them: a second of each container, truncated, with
// bits turned, with parts doubled or missing; and what a player makes of one.
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {kMediaFolder} from './media_files.mjs';
import {RtpViewer} from './rtp_streams.mjs';
import {until} from './wait.mjs';

const kPicture = ['-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=15'], kSound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
const kH264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '5'];
const kVp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-g', '5'];
/** How ffmpeg writes each. */
const kSamples = {
  'vp8-vorbis.webm': [...kVp8, '-c:a', 'libvorbis'],
  'vp9-opus.webm': ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '5', '-c:a', 'libopus'],
  'h264-aac.mkv': [...kH264, '-c:a', 'aac'],
  'h265-flac.mkv': ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-c:a', 'flac'],
  'h264-aac.mp4': [...kH264, '-c:a', 'aac'],
  'fragmented.mp4': [...kH264, '-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov'],
  'mpeg4-mp3.mov': ['-c:v', 'mpeg4', '-c:a', 'libmp3lame'],
  'h264-aac.flv': [...kH264, '-c:a', 'aac'],
  'flv1-mp3.flv': ['-c:v', 'flv1', '-c:a', 'libmp3lame', '-ar', '44100'],
  'theora-vorbis.ogg': ['-pix_fmt', 'yuv420p', '-c:v', 'libtheora', '-c:a', 'libvorbis'],
  'opus.ogg': ['-vn', '-c:a', 'libopus'],
  'h264-aac.ts': [...kH264, '-c:a', 'aac'],
  'mpeg2-mp2.mpg': ['-r', '25', '-c:v', 'mpeg2video', '-c:a', 'mp2'],
  'mpeg4-mp3.avi': ['-c:v', 'mpeg4', '-c:a', 'libmp3lame'],
  'mjpeg-pcm.avi': ['-pix_fmt', 'yuvj420p', '-c:v', 'mjpeg', '-c:a', 'pcm_s16le'],
  'wmv2-wma.asf': ['-c:v', 'wmv2', '-c:a', 'wmav2'],
  'pcm.wav': ['-vn', '-c:a', 'pcm_s16le'],
  'sound.mp3': ['-vn', '-c:a', 'libmp3lame'],
  'sound.flac': ['-vn', '-c:a', 'flac'],
  'sound.aac': ['-vn', '-c:a', 'aac', '-f', 'adts'],
  'picture.jpg': ['-an', '-frames:v', '1', '-pix_fmt', 'yuvj420p'],
  'picture.png': ['-an', '-frames:v', '1'],
};
export const kSampleNames = Object.keys(kSamples);
export const kRefusedSamples = ['picture.png'];  // by the server's list of readers

/** The bytes of a good sample, made once. */
export function sample(name) {
  const path = join(kMediaFolder, `sample-${name}`);
  if (!existsSync(path)) {
    const draft = join(kMediaFolder, `draft-${process.pid}-${name}`);
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...kPicture, ...kSound, '-t', '1', '-shortest', ...kSamples[name], draft]);
    renameSync(draft, path);
  }
  return readFileSync(path);
}

const kDamages = {
  truncated: (random, bytes) => bytes.subarray(0, random.below(bytes.length)),
  'few bits': (random, bytes) => turnBits(random, bytes, 1 + random.below(4), bytes.length),
  'many bits': (random, bytes) => turnBits(random, bytes, bytes.length / 200, bytes.length),
  header: (random, bytes) => turnBits(random, bytes, 1 + random.below(12), Math.min(bytes.length, 600)),
  'huge numbers': (random, bytes) => {
    for (let n = 1 + random.below(4); n > 0; --n) bytes.fill(0xff, ...range(random, bytes, 8));
    return bytes;
  },
  zeroes: (random, bytes) => bytes.fill(0, ...range(random, bytes, 2000)),
  noise: (random, bytes) => {
    const [begin, end] = range(random, bytes, 2000);
    for (let n = begin; n < end; ++n) bytes[n] = random.below(256);
    return bytes;
  },
  'a part missing': (random, bytes) => {
    const [begin, end] = range(random, bytes, bytes.length / 2);
    return Buffer.concat([bytes.subarray(0, begin), bytes.subarray(end)]);
  },
  'a part twice': (random, bytes) => {
    const [begin, end] = range(random, bytes, bytes.length / 2);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(begin)]);
  },
};

function range(random, bytes, most) {
  const begin = random.below(bytes.length);
  return [begin, Math.min(bytes.length, begin + 1 + random.below(most))];
}

function turnBits(random, bytes, count, within) {
  for (; count > 0; --count) bytes[random.below(within)] ^= 1 << random.below(8);
  return bytes;
}

/** {name, bytes}: any sample, damaged in any way. */
export function damaged(random, number) {
  const name = kSampleNames[number % kSampleNames.length], damage = random.oneOf(Object.keys(kDamages));
  return {name: `${damage} ${name}`, bytes: kDamages[damage](random, Buffer.from(sample(name)))};
}

const kPlays_ms = 4000;

/**
 * Plays `uri` to somebody who watches and listens, for most_ms. What came of it: 'EndOfStream', the type of
 * the Error, or 'plays'.
 */
export async function tryToPlay(client, pipeline, uri, options = {}, most_ms = kPlays_ms) {
  const player = await client.create('PlayerEndpoint', {mediaPipeline: pipeline, uri, ...options});
  const viewer = await RtpViewer.start(client, pipeline);
  const end = () => client.events.find(({object}) => object === player);
  for (const type of ['EndOfStream', 'Error']) await client.subscribe(player, type);
  await client.invoke(player, 'connect', {sink: viewer.object});
  await client.invoke(player, 'play');
  const told = await until('it ends', end, most_ms).catch(() => undefined);
  await client.invoke(player, 'stop');
  await client.release(player);
  await client.release(viewer.object);
  viewer.stop();
  return told?.data.type ?? 'plays';
}
