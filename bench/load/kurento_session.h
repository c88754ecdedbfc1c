// What an application does with the API: pipelines, endpoints, links, negotiation. Documented calls
// only, so that any server that speaks the protocol can be driven. Any thread but a loop's.
#pragma once

#include <string>

#include "bench/load/peer.h"
#include "bench/load/rpc_client.h"

namespace ms::load {

class KurentoSession {
 public:
  explicit KurentoSession(RpcClient& client) : client_(client) {}

  std::string createPipeline();
  // `type`: "WebRtcEndpoint" or "RtpEndpoint".
  std::string createEndpoint(const std::string& type, const std::string& pipeline);
  Json::Value invoke(const std::string& object, const std::string& operation,
                     Json::Value parameters = Json::objectValue);
  void subscribe(const std::string& object, const std::string& type, RpcClient::OnEvent handler);
  void connect(const std::string& source, const std::string& sink);
  void release(const std::string& object);

  // Offer of the peer, answer of the server, candidates as they come.
  void negotiateWebRtc(const std::string& endpoint, Peer& peer);
  void negotiateRtp(const std::string& endpoint, Peer& peer);

 private:
  void exchangeDescriptions(const std::string& endpoint, Peer& peer);

  RpcClient& client_;
};

}  // namespace ms::load
