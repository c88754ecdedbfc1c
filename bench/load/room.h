// One stream and those who watch it: a pipeline with a publisher, its sender, and viewers that
// join. Several rooms share the threads of the tool: one for those who send, one for those who
// receive.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bench/load/kurento_session.h"
#include "bench/load/peer.h"
#include "bench/load/settings.h"
#include "bench/load/stream_sender.h"
#include "server/packet/dtls/certificate.h"

namespace ms::load {

// What the rooms of a run share.
struct Stage {
  // Throws LoadError.
  explicit Stage(const Settings& settings);

  // A peer of the type of endpoint that it talks to.
  Peer& makePeer(const std::string& endpoint_type, PeerLoop& loop, Flow flow, Depth depth,
                 std::uint32_t ssrc);

  const Settings& settings;
  const std::string address;
  const MediaFormat format;
  const dtls::Certificate certificate;
  RpcClient client;
  KurentoSession session;
  PeerLoop sending{"senders"}, receiving{"receivers"};
};

struct Viewer {
  Peer* peer = nullptr;
  Timestamp joined_at;  // When its first request was sent.
};

class Room {
 public:
  // Publishes, and has sent its first frame; waits for the path. Throws LoadError.
  Room(Stage& stage, std::size_t number);
  // Releases the pipeline; the peers stay with their loops.
  ~Room();

  // Any thread; throws LoadError.
  void join(Depth depth);

  StreamSender& sender() { return *sender_; }
  // When nobody joins any more.
  const std::vector<Viewer>& viewers() const { return viewers_; }
  Peer& baseline() { return baseline_; }

 private:
  void negotiate(const std::string& type, const std::string& endpoint, Peer& peer);

  Stage& stage_;
  const std::string pipeline_, endpoint_;
  Peer& publisher_;
  Peer& baseline_;
  std::unique_ptr<StreamSender> sender_;
  std::mutex mutex_;
  std::vector<Viewer> viewers_;
};

// Runs `work` for 0..count-1 on `threads` threads; gives what was thrown, in words.
std::vector<std::string> inParallel(std::size_t count, std::size_t threads,
                                    const std::function<void(std::size_t)>& work);

}  // namespace ms::load
