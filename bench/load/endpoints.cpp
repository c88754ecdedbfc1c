#include <atomic>
#include <thread>

#include "bench/load/figures.h"
#include "bench/load/room.h"
#include "bench/load/scenarios.h"

namespace ms::load {
namespace {

constexpr std::chrono::seconds kGatheringTimeout{30};
constexpr std::chrono::milliseconds kPoll{2};
// Before memory and the like are read: what was started by the last call is over.
constexpr std::chrono::milliseconds kSettle{500};

// Made before memory is read for the first time: what the first endpoint starts for all is no cost
// of the others.
constexpr std::size_t kFirstEndpoints = 10;

enum class Tcp { Default, Off };

// Counts the endpoints that have all their candidates.
class Gathering {
 public:
  void watch(KurentoSession& session, const std::string& endpoint) {
    session.subscribe(endpoint, "IceGatheringDone",
                      [done = done_](const Json::Value&) { ++*done; });
  }
  void waitFor(std::size_t count) {
    const Timestamp deadline = Loop::now() + kGatheringTimeout;
    while (*done_ < count) {
      if (Loop::now() > deadline) throw LoadError("candidates are not gathered after 30 s");
      std::this_thread::sleep_for(kPoll);
    }
  }

 private:
  std::shared_ptr<std::atomic<std::size_t>> done_ = std::make_shared<std::atomic<std::size_t>>(0);
};

// An offer of a peer that nobody plays: the endpoint gathers and waits.
std::string offerOfNobody(Stage& stage) {
  Peer& peer = stage.makePeer("WebRtcEndpoint", stage.receiving, Flow::Send, Depth::Count, 1);
  std::string offer;
  stage.receiving.loop().runAndWait([&] { offer = peer.makeOffer(); });
  return offer;
}

// Endpoints with all their candidates, in one pipeline.
class Endpoints {
 public:
  explicit Endpoints(Stage& stage)
      : stage_(stage), pipeline_(stage.session.createPipeline()), offer_(offerOfNobody(stage)) {}

  // Gives what went wrong, in words.
  std::vector<std::string> make(std::size_t count, Tcp tcp) {
    const auto failures =
        inParallel(count, stage_.settings.in_flight, [this, tcp](std::size_t) { makeOne(tcp); });
    made_ += count - failures.size();
    gathering_.waitFor(made_);
    return failures;
  }

  void release() { stage_.session.release(pipeline_); }

 private:
  void makeOne(Tcp tcp) {
    KurentoSession& session = stage_.session;
    const std::string endpoint = session.createEndpoint("WebRtcEndpoint", pipeline_);
    if (tcp == Tcp::Off) {
      Json::Value off;
      off["iceTcp"] = false;
      session.invoke(endpoint, "setIceTcp", std::move(off));
    }
    gathering_.watch(session, endpoint);
    Json::Value parameters;
    parameters["offer"] = offer_;
    session.invoke(endpoint, "processOffer", std::move(parameters));
    session.invoke(endpoint, "gatherCandidates");
  }

  Stage& stage_;
  const std::string pipeline_, offer_;
  Gathering gathering_;
  std::size_t made_ = 0;
};

void addFailures(Json::Value& result, const std::vector<std::string>& failures) {
  result["joins"]["errors"] = static_cast<Json::UInt64>(failures.size());
  if (!failures.empty()) result["joins"]["first_error"] = failures.front();
}

}  // namespace

Json::Value runCreate(const Settings& settings) {
  Stage stage(settings);
  Endpoints endpoints(stage);
  const Timestamp begin = Loop::now();
  const auto failures = endpoints.make(settings.viewers, Tcp::Default);
  const Duration elapsed = Loop::now() - begin;
  Json::Value result;
  addFailures(result, failures);
  result["create"]["seconds"] = static_cast<double>(elapsed.count()) / 1e6;
  result["create"]["endpoints"] = static_cast<Json::UInt64>(settings.viewers);
  if (settings.server) result["server"] = toJson(ProcessUsage::of(settings.server));
  endpoints.release();
  return result;
}

Json::Value runIdle(const Settings& settings) {
  if (!settings.server) throw LoadError("idle needs --pid");
  Stage stage(settings);
  Endpoints endpoints(stage);
  endpoints.make(kFirstEndpoints, Tcp::Off);
  std::this_thread::sleep_for(kSettle);
  const ProcessUsage before = ProcessUsage::of(settings.server);
  const auto failures = endpoints.make(settings.viewers, Tcp::Off);
  std::this_thread::sleep_for(kSettle);
  const ProcessUsage after = ProcessUsage::of(settings.server);
  const auto perEndpoint = [&](std::size_t first, std::size_t last) {
    return (static_cast<double>(last) - static_cast<double>(first)) /
           static_cast<double>(settings.viewers);
  };
  Json::Value result;
  addFailures(result, failures);
  result["server"] = toJson(after);
  result["endpoint"]["resident_kb"] = perEndpoint(before.resident_kb, after.resident_kb);
  result["endpoint"]["threads"] = perEndpoint(before.threads, after.threads);
  result["endpoint"]["descriptors"] = perEndpoint(before.descriptors, after.descriptors);
  endpoints.release();
  return result;
}

}  // namespace ms::load
