// Files to be played: the picture and the tone of the fake devices, in each container. Made once, in the
// folder that a server in a container (ci/container_server) sees, too.
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, renameSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fakeDevices} from './fake_devices.mjs';

export const kMediaFolder = join(tmpdir(), 'media-server-e2e');
mkdirSync(kMediaFolder, {recursive: true});
const kVp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '800k', '-g', '30'];
const kH264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p', '-g', '30'];
const kOpus = ['-c:a', 'libopus', '-ac', '2'];
const kFormats = {
  webm: [...kVp8, ...kOpus],
  mp4: [...kH264, '-c:a', 'aac', '-movflags', '+faststart'],
  mkv: [...kH264, ...kOpus],
  av1_webm: ['-c:v', 'libsvtav1', '-preset', '10', '-b:v', '800k', '-g', '30', '-pix_fmt', 'yuv420p', ...kOpus],
  silent_webm: [...kVp8, '-an'],
  ogg: ['-vn', ...kOpus],
};

/** A WebM of so many seconds in which a flash and a beep of 200 ms begin with each second, with two key frames a second. */
export function flashAndBeep(seconds) {
  return made(`flash-and-beep-${seconds}s.webm`, (draft) => [
    '-f', 'lavfi', '-i', `color=black:s=320x240:r=30:d=${seconds},drawbox=c=white:t=fill:enable='lt(mod(t,1),0.199)',format=yuv420p`,
    '-f', 'lavfi', '-i', `aevalsrc='0.6*sin(2*PI*1000*t)*lt(mod(t,1),0.2)':s=48000:d=${seconds}`,
    ...kVp8, '-g', '15', '-keyint_min', '15', ...kOpus, draft]);
}

/** A WebM with 20 Mbit/s of noise. */
export function noisyFile(seconds) {
  return made(`noise-${seconds}s.webm`, (draft) => [
    '-f', 'lavfi', '-i', `color=gray:s=320x240:r=30:d=${seconds},noise=alls=100:allf=t,format=yuv420p`,
    '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '16', '-b:v', '20M', '-minrate', '20M', '-maxrate', '20M', '-qmin', '1', '-qmax', '10', '-g', '30', draft]);
}

function made(name, options) {
  const path = join(kMediaFolder, name);
  if (existsSync(path)) return path;
  const draft = join(kMediaFolder, `draft-${process.pid}-${name}`);
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...options(draft)]);
  renameSync(draft, path);
  return path;
}

/** The path of a file of so many seconds; format: a key of kFormats. */
export function mediaFile(format, seconds) {
  const extension = format.replace(/^.*_/, '');
  const path = join(kMediaFolder, `${format}-${seconds}s.${extension}`);
  if (existsSync(path)) return path;
  const {camera, microphone} = fakeDevices(kMediaFolder);
  const draft = join(kMediaFolder, `draft-${process.pid}-${format}.${extension}`);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-stream_loop', '-1', '-i', camera, '-stream_loop', '-1', '-i', microphone,
    '-t', String(seconds), ...kFormats[format], draft]);
  renameSync(draft, path);
  return path;
}
