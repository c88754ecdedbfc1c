// Turns what RTCPeerConnection.getStats() says into the rows of the table: figures per stream, with
// rates made from two readings, and the way the packets take.

const kRows = [
  ['Bitrate', ({bitrate}) => bitrate === undefined ? '' : `${Math.round(bitrate / 1000)} kbit/s`],
  ['Packets', ({packets}) => packets ?? ''],
  ['Lost', ({lost}) => lost ?? ''],
  ['Jitter', ({jitter}) => jitter === undefined ? '' : `${(jitter * 1000).toFixed(1)} ms`],
  ['Round trip', ({round_trip}) => round_trip === undefined ? '' : `${(round_trip * 1000).toFixed(1)} ms`],
  ['Codec', ({codec}) => codec ?? ''],
  ['Picture', ({width, height, fps}) => width ? `${width} × ${height}${fps ? `, ${Math.round(fps)} fps` : ''}` : ''],
];
export const kStreams = ['video sent', 'video received', 'audio sent', 'audio received'];

export class CallStatistics {
  #before = new Map();  // stream -> {bytes, at_ms}

  /** One figure object per stream of kStreams, from one reading. */
  read(report) {
    const streams = {};
    for (const entry of report.values()) {
      if (entry.type === 'outbound-rtp') streams[`${entry.kind} sent`] = this.#sent(report, entry);
      if (entry.type === 'inbound-rtp') streams[`${entry.kind} received`] = this.#received(report, entry);
    }
    return streams;
  }

  #sent(report, entry) {
    const remote = report.get(entry.remoteId) ?? {};  // what the server reported about it
    return {
      bitrate: this.#rate(`${entry.kind} sent`, entry.bytesSent, entry.timestamp),
      packets: entry.packetsSent, lost: remote.packetsLost, jitter: remote.jitter,
      round_trip: remote.roundTripTime, codec: codecOf(report, entry),
      width: entry.frameWidth, height: entry.frameHeight, fps: entry.framesPerSecond,
    };
  }

  #received(report, entry) {
    return {
      bitrate: this.#rate(`${entry.kind} received`, entry.bytesReceived, entry.timestamp),
      packets: entry.packetsReceived, lost: entry.packetsLost, jitter: entry.jitter,
      codec: codecOf(report, entry),
      width: entry.frameWidth, height: entry.frameHeight, fps: entry.framesPerSecond,
    };
  }

  #rate(stream, bytes, at_ms) {
    const before = this.#before.get(stream);
    this.#before.set(stream, {bytes, at_ms});
    return before && at_ms > before.at_ms ? (bytes - before.bytes) * 8000 / (at_ms - before.at_ms) : undefined;
  }
}

function codecOf(report, entry) {
  const codec = report.get(entry.codecId);
  return codec?.mimeType.replace(/^\w+\//, '');
}

/** [title, text per stream of kStreams] for each row of the table. */
export function tableRows(streams) {
  return kRows.map(([title, text]) => [title, ...kStreams.map((name) => String(text(streams[name] ?? {})))]);
}

/** The pair of addresses in use, such as "udp 10.0.0.1:5000 (host) to 10.0.0.2:40000 (host)". */
export function candidatePair(report) {
  for (const pair of report.values()) {
    if (pair.type !== 'candidate-pair' || !pair.nominated || pair.state !== 'succeeded') continue;
    const local = report.get(pair.localCandidateId), remote = report.get(pair.remoteCandidateId);
    if (!local || !remote) continue;
    const place = (one) => `${one.address ?? 'hidden'}:${one.port} (${one.candidateType})`;
    return {text: `${local.protocol} ${place(local)} to ${place(remote)}`, round_trip: pair.currentRoundTripTime};
  }
  return undefined;
}

/** What the server has counted, in one line per direction. */
export function serverSummary(entries) {
  const sum = (type, key) => entries.filter((entry) => entry.type === type).reduce((total, entry) => total + (entry[key] || 0), 0);
  return {
    received: `${sum('inboundrtp', 'packetsReceived')} packets, ${sum('inboundrtp', 'packetsLost')} lost`,
    sent: `${sum('outboundrtp', 'packetsSent')} packets, ${sum('outboundrtp', 'nackCount')} asked for again, ${sum('outboundrtp', 'pliCount')} key frames asked for`,
  };
}
