// media-load: the load tool. bench/README.md says how to use it.
#include <json/writer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <thread>

#include "bench/load/figures.h"
#include "bench/load/report.h"
#include "bench/load/rpc_client.h"
#include "bench/load/scenarios.h"
#include "bench/load/settings.h"

namespace ms::load {
namespace {

constexpr int kMissed = 1, kNotMeasured = 2, kDeadlinePassed = 3;

// A viewer takes a socket.
void allowManyDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Whatever the server does, the tool ends.
void endAfter(std::chrono::seconds deadline) {
  std::thread([deadline] {
    std::this_thread::sleep_for(deadline);
    std::cerr << "media-load: not done after " << deadline.count() << " s\n";
    _exit(kDeadlinePassed);
  }).detach();
}

Json::Value describe(const Settings& settings) {
  Json::Value run;
  run["scenario"] = settings.scenario;
  run["source"] = settings.source;
  run["sink"] = settings.sink;
  run["codec"] = settings.codec;
  run["kbps"] = settings.kbps;
  run["frames_per_second"] = settings.frames_per_second;
  run["publishers"] = static_cast<Json::UInt64>(settings.publishers);
  run["viewers"] = static_cast<Json::UInt64>(settings.viewers);
  run["whole"] = static_cast<Json::UInt64>(settings.whole);
  run["in_flight"] = static_cast<Json::UInt64>(settings.in_flight);
  run["gro"] = settings.joins_datagrams;
  run["seconds"] = static_cast<Json::UInt64>(settings.duration.count());
  return run;
}

Json::Value run(const Settings& settings) {
  using Scenario = Json::Value (*)(const Settings&);
  static const std::map<std::string, Scenario> scenarios = {{"broadcast", runBroadcast},
                                                            {"join-storm", runJoinStorm},
                                                            {"create", runCreate},
                                                            {"idle", runIdle},
                                                            {"play", runPlay}};
  const auto found = scenarios.find(settings.scenario);
  if (found == scenarios.end()) throw LoadError("unknown scenario " + settings.scenario);
  Json::Value result = found->second(settings);
  result["run"] = describe(settings);
  return result;
}

int measure(const Settings& settings) {
  endAfter(settings.deadline);
  const Json::Value result = run(settings);
  const std::string text = Json::writeString(Json::StreamWriterBuilder(), result) + '\n';
  if (settings.output.empty())
    std::cout << text;
  else if (!(std::ofstream(settings.output) << text))
    throw LoadError("cannot write " + settings.output);
  const auto sentences = misses(result, settings.expectations);
  for (const std::string& sentence : sentences) std::cerr << "media-load: " << sentence << '\n';
  return sentences.empty() ? 0 : kMissed;
}

int start(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "--help";
  if (first == "--help" || first == "-h") {
    std::cout << kUsage;
    return argc > 1 ? 0 : kNotMeasured;
  }
  if (first == "report") return writeReport({argv + 2, argv + argc});
  allowManyDescriptors();
  return measure(Settings::parse(argc, argv));
}

}  // namespace
}  // namespace ms::load

int main(int argc, char** argv) {
  try {
    return ms::load::start(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "media-load: " << error.what() << '\n';
    return ms::load::kNotMeasured;
  }
}
