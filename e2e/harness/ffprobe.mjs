// What is in a media file, as ffprobe sees it.
import {execFileSync} from 'node:child_process';

/** {container, seconds, codecs: {video, audio}, begin_s: {video, audio}}; throws where it cannot be read. */
export function probe(file) {
  const told = JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', file]));
  const by = (read) => Object.fromEntries(told.streams.map((stream) => [stream.codec_type, read(stream)]));
  return {container: told.format.format_name, seconds: Number(told.format.duration), codecs: by(({codec_name}) => codec_name)};
}

/** Time stamps of the packets of a stream ('v' or 'a'), in seconds. */
export function timestamps(file, stream) {
  const text = execFileSync('ffprobe', ['-v', 'error', '-select_streams', stream, '-of', 'csv=p=0', '-show_entries', 'packet=dts_time', file], {encoding: 'utf8'});
  return text.split('\n').map(Number.parseFloat).filter((time) => !Number.isNaN(time));
}

/** Decodes all of it; the errors that this brings. */
export function decode(file) {
  return execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
}
