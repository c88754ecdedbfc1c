// The call itself: a MediaPipeline with one WebRtcEndpoint that is connected to itself, and the
// browser's RTCPeerConnection at the other end. Candidates trickle both ways.
import {RpcConnection} from './rpc_connection.js';

const kEndpointEvents = ['IceCandidateFound', 'ConnectionStateChanged', 'MediaStateChanged',
  'MediaFlowInStateChanged', 'MediaFlowOutStateChanged', 'NewCandidatePairSelected', 'Error'];

export class LoopbackCall {
  #rpc;
  #peer = new RTCPeerConnection();
  #early_candidates = [];  // found by the browser before the endpoint exists
  #endpoint;
  #pipeline;
  #watch;

  /**
   * watch.onTrack(track), watch.onState(text), watch.onServerEvent(type, data), watch.onEnd(error):
   * onEnd is for an end that was not asked for.
   */
  constructor(watch) {
    this.#watch = watch;
    this.#rpc = new RpcConnection({
      onEvent: (event) => this.#onServerEvent(event),
      onClose: (error) => watch.onEnd(error),
    });
  }

  async start(url, stream) {
    const peer = this.#peer;
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
    peer.ontrack = ({track}) => this.#watch.onTrack(track);
    peer.onicecandidate = ({candidate}) => candidate?.candidate && this.#sendCandidate(candidate);
    peer.onconnectionstatechange = () => this.#watch.onState(peer.connectionState);

    await this.#rpc.open(url);
    this.#pipeline = await this.#rpc.create('MediaPipeline');
    const endpoint = await this.#rpc.create('WebRtcEndpoint', {mediaPipeline: this.#pipeline});
    await Promise.all(kEndpointEvents.map((type) => this.#rpc.subscribe(endpoint, type)));
    await this.#rpc.invoke(endpoint, 'connect', {sink: endpoint});

    await peer.setLocalDescription();
    const answer = await this.#rpc.invoke(endpoint, 'processOffer', {offer: peer.localDescription.sdp});
    await peer.setRemoteDescription({type: 'answer', sdp: answer});
    this.#endpoint = endpoint;
    this.#early_candidates.splice(0).forEach((candidate) => this.#sendCandidate(candidate));
    await this.#rpc.invoke(endpoint, 'gatherCandidates');
  }

  browserStatistics() {
    return this.#peer.getStats();
  }

  async serverStatistics() {
    return Object.values(await this.#rpc.invoke(this.#endpoint, 'getStats') ?? {});
  }

  stop() {
    this.#peer.onconnectionstatechange = null;
    this.#peer.close();
    // Nobody waits for the reply: where none comes, there is nothing left to release.
    if (this.#pipeline) this.#rpc.request('release', {object: this.#pipeline}).catch(() => {});
    this.#rpc.close();
  }

  #sendCandidate({candidate, sdpMid, sdpMLineIndex}) {
    if (!this.#endpoint) {
      this.#early_candidates.push({candidate, sdpMid, sdpMLineIndex});
      return;
    }
    this.#rpc.invoke(this.#endpoint, 'addIceCandidate', {candidate: {candidate, sdpMid, sdpMLineIndex}})
        .catch((error) => this.#watch.onServerEvent('candidate refused', {description: error.message}));
  }

  #onServerEvent({type, data}) {
    if (type === 'IceCandidateFound') {
      const {candidate, sdpMid, sdpMLineIndex} = data.candidate;
      this.#peer.addIceCandidate({candidate, sdpMid, sdpMLineIndex})
          .catch((error) => this.#watch.onServerEvent('candidate not understood', {description: error.message}));
      return;
    }
    this.#watch.onServerEvent(type, data);
  }
}
