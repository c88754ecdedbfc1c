#include "bench/load/kurento_session.h"

namespace ms::load {

std::string KurentoSession::createPipeline() {
  Json::Value params;
  params["type"] = "MediaPipeline";
  return client_.call("create", std::move(params)).asString();
}

std::string KurentoSession::createEndpoint(const std::string& type, const std::string& pipeline) {
  Json::Value params;
  params["type"] = type;
  params["constructorParams"]["mediaPipeline"] = pipeline;
  return client_.call("create", std::move(params)).asString();
}

Json::Value KurentoSession::invoke(const std::string& object, const std::string& operation,
                                   Json::Value parameters) {
  Json::Value params;
  params["object"] = object;
  params["operation"] = operation;
  if (!parameters.empty()) params["operationParams"] = std::move(parameters);
  return client_.call("invoke", std::move(params));
}

void KurentoSession::subscribe(const std::string& object, const std::string& type,
                               RpcClient::OnEvent handler) {
  client_.onEvent(object, type, std::move(handler));
  Json::Value params;
  params["object"] = object;
  params["type"] = type;
  client_.call("subscribe", std::move(params));
}

void KurentoSession::connect(const std::string& source, const std::string& sink) {
  Json::Value parameters;
  parameters["sink"] = sink;
  invoke(source, "connect", std::move(parameters));
}

void KurentoSession::release(const std::string& object) {
  Json::Value params;
  params["object"] = object;
  client_.call("release", std::move(params));
}

void KurentoSession::negotiateWebRtc(const std::string& endpoint, Peer& peer) {
  subscribe(endpoint, "IceCandidateFound", [&peer](const Json::Value& data) {
    peer.peerLoop().loop().post(
        [&peer, text = data["candidate"]["candidate"].asString()] { peer.addCandidate(text); });
  });
  exchangeDescriptions(endpoint, peer);
  invoke(endpoint, "gatherCandidates");
}

void KurentoSession::negotiateRtp(const std::string& endpoint, Peer& peer) {
  exchangeDescriptions(endpoint, peer);
}

void KurentoSession::exchangeDescriptions(const std::string& endpoint, Peer& peer) {
  Loop& loop = peer.peerLoop().loop();
  Json::Value parameters;
  loop.runAndWait([&] { parameters["offer"] = peer.makeOffer(); });
  const std::string answer = invoke(endpoint, "processOffer", std::move(parameters)).asString();
  std::exception_ptr failure;
  loop.runAndWait([&] {
    try {
      peer.takeAnswer(answer);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace ms::load
