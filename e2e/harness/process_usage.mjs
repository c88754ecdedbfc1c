// What a process uses, as /proc shows it.
import {readFileSync, readdirSync} from 'node:fs';

const kTicksPerSecond = 100, kPage_kb = 4;

/** {cpu_s, resident_kb, threads, descriptors} now. */
export function usageOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return {
    cpu_s: (Number(fields[11]) + Number(fields[12])) / kTicksPerSecond,
    threads: Number(fields[17]),
    resident_kb: Number(fields[21]) * kPage_kb,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** {NAME: COUNT} of its threads. */
export function threadNames(pid) {
  const names = {};
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const name = readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim();
      names[name] = (names[name] ?? 0) + 1;
    } catch {
      continue;  // ended in between
    }
  }
  return names;
}

/** The slope of the line that fits points [x, y] best. */
export function slopeOf(points) {
  const mean = (n) => points.reduce((sum, point) => sum + point[n], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread;
}
