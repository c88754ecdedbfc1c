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
  silent_webm: [...kVp8, '-an'],
  ogg: ['-vn', ...kOpus],
};

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
