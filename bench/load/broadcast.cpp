#include <algorithm>
#include <thread>

#include "bench/load/figures.h"
#include "bench/load/room.h"
#include "bench/load/scenarios.h"

namespace ms::load {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kFirstFrameTimeout{20};
constexpr milliseconds kPoll{50};
// Between the viewers' arrival and measuring: what belongs to joining is over.
constexpr milliseconds kSettle{1000};
// What is on its way when the senders pause has arrived then, so that what was sent and what came
// can be compared to the packet.
constexpr milliseconds kDrain{400};
// The server's work on the last frame is over.
constexpr milliseconds kLastFrame{50};

double inMilliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1000; }

using Rooms = std::vector<std::unique_ptr<Room>>;

Rooms openRooms(Stage& stage) {
  Rooms rooms;
  for (std::size_t i = 0; i < stage.settings.publishers; ++i)
    rooms.push_back(std::make_unique<Room>(stage, i));
  return rooms;
}

template <class Visit>
void forEachViewer(Stage& stage, const Rooms& rooms, Visit visit) {
  stage.receiving.loop().runAndWait([&] {
    for (const auto& room : rooms) {
      for (const Viewer& viewer : room->viewers()) visit(viewer);
    }
  });
}

std::size_t viewersWithoutFrame(Stage& stage, const Rooms& rooms) {
  std::size_t count = 0;
  forEachViewer(stage, rooms,
                [&](const Viewer& viewer) { count += !viewer.peer->reception().firstFrameAt(); });
  return count;
}

// Spread evenly among those who join: a server that serves one after the other serves the first
// earlier.
bool isWhole(std::size_t viewer, const Settings& settings) {
  const auto before = [&](std::size_t end) {
    return (end * std::min(settings.whole, settings.viewers) + settings.viewers / 2) /
           settings.viewers;
  };
  return before(viewer + 1) > before(viewer);
}

// Returns how many never saw one.
std::size_t waitForFirstFrames(Stage& stage, const Rooms& rooms) {
  const Timestamp deadline = Loop::now() + kFirstFrameTimeout;
  while (true) {
    const std::size_t missing = viewersWithoutFrame(stage, rooms);
    if (missing == 0 || Loop::now() > deadline) return missing;
    std::this_thread::sleep_for(kPoll);
  }
}

// How joining went.
Json::Value joinFigures(Stage& stage, const Rooms& rooms,
                        const std::vector<std::string>& failures) {
  const std::size_t frameless = waitForFirstFrames(stage, rooms);
  std::vector<double> packets, frames;
  Timestamp first = kNever, last{};
  forEachViewer(stage, rooms, [&](const Viewer& viewer) {
    const Reception& reception = viewer.peer->reception();
    first = std::min(first, viewer.joined_at);
    if (reception.firstPacketAt()) {
      packets.push_back(inMilliseconds(*reception.firstPacketAt() - viewer.joined_at));
      last = std::max(last, *reception.firstPacketAt());
    }
    if (reception.firstFrameAt())
      frames.push_back(inMilliseconds(*reception.firstFrameAt() - viewer.joined_at));
  });
  Json::Value result;
  result["errors"] = static_cast<Json::UInt64>(failures.size() + frameless);
  if (!failures.empty()) result["first_error"] = failures.front();
  if (!packets.empty() && last > first)
    result["joins_per_second"] =
        static_cast<double>(packets.size()) * 1000 / inMilliseconds(last - first);
  result["first_packet_ms"] = distribution(std::move(packets));
  result["first_frame_ms"] = distribution(std::move(frames));
  return result;
}

struct Totals {
  std::uint64_t sent = 0, send_failures = 0;
  std::uint64_t received = 0, bytes = 0, duplicates = 0, gaps = 0, other_streams = 0;
  std::uint64_t socket_drops = 0, viewers = 0;
};

Totals totals(Stage& stage, const Rooms& rooms) {
  Totals sum;
  for (const auto& room : rooms) {
    sum.sent += room->sender().packetsSent() * room->viewers().size();
    sum.send_failures += room->sender().sendFailures();
  }
  forEachViewer(stage, rooms, [&](const Viewer& viewer) {
    const Reception& reception = viewer.peer->reception();
    sum.received += reception.packets();
    sum.bytes += reception.bytes();
    sum.duplicates += reception.duplicates();
    sum.gaps += reception.gaps();
    sum.other_streams += reception.otherStreams();
    sum.socket_drops += viewer.peer->socketDrops();
    ++sum.viewers;
  });
  return sum;
}

Json::Value mediaFigures(const Totals& before, const Totals& after, std::chrono::seconds duration) {
  const std::uint64_t expected = after.sent - before.sent;
  const std::uint64_t received = after.received - before.received;
  const std::uint64_t lost = expected - std::min(expected, received);
  const auto count = [](std::uint64_t value) { return static_cast<Json::UInt64>(value); };
  Json::Value media;
  media["packets_expected"] = count(expected);
  media["packets_received"] = count(received);
  media["packets_lost"] = count(lost);
  media["loss"] = expected ? static_cast<double>(lost) / static_cast<double>(expected) : 1.0;
  media["gaps"] = static_cast<Json::Int64>(after.gaps - before.gaps);
  media["duplicates"] = count(after.duplicates - before.duplicates);
  media["other_packets"] = count(after.other_streams - before.other_streams);
  media["send_failures"] = count(after.send_failures - before.send_failures);
  media["dropped_by_the_tool"] = count(after.socket_drops - before.socket_drops);
  media["packets_per_second"] =
      static_cast<double>(received) / static_cast<double>(duration.count());
  media["mbit_per_second"] = static_cast<double>(after.bytes - before.bytes) * 8 / 1e6 /
                             static_cast<double>(duration.count());
  return media;
}

// Percentiles of what was sent through the server, of the same packets sent straight, and of the
// server's addition: each percentile minus the median of the straight way.
Json::Value latencyFigures(Stage& stage, const Rooms& rooms) {
  std::vector<double> served, straight;
  const auto collect = [](Peer& peer, std::vector<double>& into) {
    for (const Nanoseconds latency : peer.reception().latencies())
      into.push_back(static_cast<double>(latency.count()) / 1e6);
  };
  forEachViewer(stage, rooms, [&](const Viewer& viewer) { collect(*viewer.peer, served); });
  stage.receiving.loop().runAndWait([&] {
    for (const auto& room : rooms) collect(room->baseline(), straight);
  });
  Json::Value result;
  result["served"] = distribution(std::move(served));
  result["straight"] = distribution(std::move(straight));
  for (const char* share : {"p50", "p95", "p99", "p999", "max"}) {
    if (result["served"].isMember(share) && result["straight"].isMember("p50"))
      result["added"][share] =
          result["served"][share].asDouble() - result["straight"]["p50"].asDouble();
  }
  return result;
}

void setTiming(Stage& stage, const Rooms& rooms, bool is_on) {
  const auto set = [is_on](Peer& peer) {
    if (is_on)
      peer.reception().startLatency();
    else
      peer.reception().stopLatency();
  };
  forEachViewer(stage, rooms, [&](const Viewer& viewer) { set(*viewer.peer); });
  stage.receiving.loop().runAndWait([&] {
    for (const auto& room : rooms) set(room->baseline());
  });
}

// Publishers are not in step with each other.
void startSenders(Stage& stage, const Rooms& rooms) {
  const auto step = std::chrono::microseconds(1'000'000) / stage.settings.frames_per_second /
                    static_cast<int>(rooms.size());
  for (const auto& room : rooms) {
    room->sender().start();
    if (rooms.size() > 1) std::this_thread::sleep_for(step);
  }
}

void pauseSenders(const Rooms& rooms) {
  for (const auto& room : rooms) room->sender().pause();
}

Json::Value serverFigures(const ProcessUsage& empty, const ProcessUsage& before,
                          const ProcessUsage& after, Duration elapsed, const Totals& first,
                          const Totals& last) {
  const double cpu_us = static_cast<double>((after.cpu - before.cpu).count());
  const auto viewers = static_cast<double>(std::max<std::uint64_t>(last.viewers, 1));
  const auto received =
      static_cast<double>(std::max<std::uint64_t>(last.received - first.received, 1));
  Json::Value server = toJson(after);
  server["empty"] = toJson(empty);
  server["cpu_percent_of_core"] = cpu_us * 100 / static_cast<double>(elapsed.count());
  server["cpu_us_per_packet"] = cpu_us / received;
  server["resident_kb_per_viewer"] =
      (static_cast<double>(after.resident_kb) - static_cast<double>(empty.resident_kb)) / viewers;
  server["threads_per_viewer"] =
      (static_cast<double>(after.threads) - static_cast<double>(empty.threads)) / viewers;
  server["descriptors_per_viewer"] =
      (static_cast<double>(after.descriptors) - static_cast<double>(empty.descriptors)) / viewers;
  return server;
}

}  // namespace

Json::Value runBroadcast(const Settings& settings) {
  Stage stage(settings);
  const auto usage = [&] {
    return settings.server ? ProcessUsage::of(settings.server) : ProcessUsage{};
  };
  const ProcessUsage empty = usage();
  const Rooms rooms = openRooms(stage);
  const auto failures =
      inParallel(settings.publishers * settings.viewers, settings.in_flight, [&](std::size_t i) {
        const bool is_whole = isWhole(i / settings.publishers, settings);
        rooms[i % settings.publishers]->join(is_whole ? Depth::Whole : Depth::Count);
      });
  Json::Value result;
  result["joins"] = joinFigures(stage, rooms, failures);
  std::this_thread::sleep_for(kSettle);
  pauseSenders(rooms);
  std::this_thread::sleep_for(kDrain);

  setTiming(stage, rooms, true);
  const Totals before = totals(stage, rooms);
  const ProcessUsage usage_before = usage(), own_before = ProcessUsage::of(getpid());
  const Timestamp begin = Loop::now();
  startSenders(stage, rooms);
  std::this_thread::sleep_for(settings.duration);
  pauseSenders(rooms);
  std::this_thread::sleep_for(kLastFrame);
  const Duration elapsed = Loop::now() - begin;
  const ProcessUsage usage_after = usage(), own_after = ProcessUsage::of(getpid());
  std::this_thread::sleep_for(kDrain);
  const Totals after = totals(stage, rooms);
  setTiming(stage, rooms, false);

  result["media"] = mediaFigures(before, after, settings.duration);
  result["latency_ms"] = latencyFigures(stage, rooms);
  if (settings.server)
    result["server"] = serverFigures(empty, usage_before, usage_after, elapsed, before, after);
  result["tool"]["cpu_percent_of_core"] =
      static_cast<double>((own_after.cpu - own_before.cpu).count()) * 100 /
      static_cast<double>(elapsed.count());
  return result;
}

Json::Value runJoinStorm(const Settings& settings) {
  constexpr std::chrono::microseconds kStorm = std::chrono::seconds(1);
  Stage stage(settings);
  const Rooms rooms = openRooms(stage);
  const std::size_t joins = settings.publishers * settings.viewers;
  std::this_thread::sleep_for(kSettle);
  const auto begin = std::chrono::steady_clock::now();
  // A thread each: every join begins at its time, however long the others take.
  const auto failures = inParallel(joins, joins, [&](std::size_t i) {
    std::this_thread::sleep_until(begin + kStorm * i / joins);
    rooms[i % settings.publishers]->join(Depth::Count);
  });
  Json::Value result;
  result["joins"] = joinFigures(stage, rooms, failures);
  std::uint64_t key_frames = 0;
  for (const auto& room : rooms) key_frames += room->sender().keyFrames();
  result["media"]["key_frames"] = static_cast<Json::UInt64>(key_frames);
  if (settings.server) result["server"] = toJson(ProcessUsage::of(settings.server));
  return result;
}

}  // namespace ms::load
