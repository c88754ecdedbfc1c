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

function frameLevels(graph, key) {
  const text = execFileSync('ffprobe', ['-v', 'error', '-f', 'lavfi', '-i', graph, '-of', 'csv=p=0', '-show_entries', `frame=pts_time:frame_tags=${key}`],
      {encoding: 'utf8', maxBuffer: 1 << 28});
  return text.split('\n').map((line) => line.split(',').map(Number.parseFloat)).filter(([time, level]) => !Number.isNaN(time) && level !== undefined)
      .map(([time_s, level]) => ({time_s, level: Number.isNaN(level) ? -Infinity : level}));
}

/** {flashes, beeps}: when the picture becomes bright and the sound loud, in seconds; those behind a gap are left out, as nobody knows when they began. */
export function flashesAndBeeps(file) {
  const path = file.replace(/([\\:'])/g, '\\$1');
  const risesOf = (levels, threshold, longest_gap_s) => levels.slice(1)
      .filter(({time_s, level}, n) => level > threshold && levels[n].level <= threshold && time_s - levels[n].time_s < longest_gap_s).map(({time_s}) => time_s);
  return {
    flashes: risesOf(frameLevels(`movie=${path},signalstats`, 'lavfi.signalstats.YAVG'), 128, 0.05),
    beeps: risesOf(frameLevels(`amovie=${path},aresample=48000,asetnsamples=240,astats=metadata=1:reset=1`, 'lavfi.astats.Overall.RMS_level'), -30, 0.015),
  };
}
