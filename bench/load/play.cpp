#include <thread>

#include "bench/load/figures.h"
#include "bench/load/room.h"
#include "bench/load/scenarios.h"

namespace ms::load {
namespace {

constexpr std::chrono::seconds kFirstPacketTimeout{20};
constexpr std::chrono::milliseconds kPoll{50};
// What belongs to the beginning of the film is over.
constexpr std::chrono::milliseconds kSettle{2000};
constexpr std::uint32_t kFirstSsrc = 0x30ad0000;

// A film as it is in its file, and those who watch it.
class Cinema {
 public:
  explicit Cinema(Stage& stage) : stage_(stage), pipeline_(stage.session.createPipeline()) {
    Json::Value params;
    params["type"] = "PlayerEndpoint";
    params["constructorParams"]["mediaPipeline"] = pipeline_;
    params["constructorParams"]["uri"] = stage.settings.uri;
    params["constructorParams"]["useEncodedMedia"] = true;
    player_ = stage.client.call("create", std::move(params)).asString();
  }

  std::vector<std::string> seat(std::size_t count) {
    std::vector<Peer*> peers;
    for (std::size_t i = 0; i < count; ++i)
      peers.push_back(&stage_.makePeer("WebRtcEndpoint", stage_.receiving, Flow::Receive,
                                       Depth::Count, kFirstSsrc + static_cast<std::uint32_t>(i)));
    viewers_ = peers;
    return inParallel(count, stage_.settings.in_flight, [&](std::size_t i) {
      const auto endpoint = stage_.session.createEndpoint("WebRtcEndpoint", pipeline_);
      stage_.session.connect(player_, endpoint);
      stage_.session.negotiateWebRtc(endpoint, *peers[i]);
    });
  }

  void play() { stage_.session.invoke(player_, "play"); }
  bool isTranscoding() {
    Json::Value parameters;
    parameters["mediaType"] = "VIDEO";
    return stage_.session.invoke(player_, "isMediaTranscoding", std::move(parameters)).asBool();
  }
  void close() { stage_.session.release(pipeline_); }

  std::uint64_t packets() {
    std::uint64_t all = 0;
    stage_.receiving.loop().runAndWait([&] {
      for (Peer* viewer : viewers_) all += viewer->reception().packets();
    });
    return all;
  }
  std::size_t withoutPicture() {
    std::size_t count = 0;
    stage_.receiving.loop().runAndWait([&] {
      for (Peer* viewer : viewers_) count += viewer->reception().packets() == 0;
    });
    return count;
  }

 private:
  Stage& stage_;
  const std::string pipeline_;
  std::string player_;
  std::vector<Peer*> viewers_;
};

std::size_t waitForAll(Cinema& cinema) {
  const Timestamp deadline = Loop::now() + kFirstPacketTimeout;
  for (;;) {
    const std::size_t missing = cinema.withoutPicture();
    if (missing == 0 || Loop::now() > deadline) return missing;
    std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace

Json::Value runPlay(const Settings& settings) {
  if (!settings.server || settings.uri.empty()) throw LoadError("play needs --pid and --uri");
  Stage stage(settings);
  Cinema cinema(stage);
  Json::Value result;
  const auto failures = cinema.seat(settings.viewers);
  cinema.play();
  result["joins"]["errors"] = static_cast<Json::UInt64>(failures.size() + waitForAll(cinema));
  if (!failures.empty()) result["joins"]["first_error"] = failures.front();
  std::this_thread::sleep_for(kSettle);

  const std::uint64_t packets_before = cinema.packets();
  const ProcessUsage before = ProcessUsage::of(settings.server);
  const Timestamp begin = Loop::now();
  std::this_thread::sleep_for(settings.duration);
  const ProcessUsage after = ProcessUsage::of(settings.server);
  const Duration elapsed = Loop::now() - begin;
  const auto packets = static_cast<double>(cinema.packets() - packets_before);

  const auto cpu_us = static_cast<double>((after.cpu - before.cpu).count());
  result["server"] = toJson(after);
  result["server"]["cpu_percent_of_core"] = cpu_us * 100 / static_cast<double>(elapsed.count());
  result["server"]["cpu_us_per_packet"] = packets > 0 ? cpu_us / packets : 0;
  result["media"]["packets_per_second"] = packets * 1e6 / static_cast<double>(elapsed.count());
  result["player"]["is_transcoding"] = static_cast<int>(cinema.isTranscoding());
  cinema.close();
  return result;
}

}  // namespace ms::load
