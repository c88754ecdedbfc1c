// What one run of the tool is asked to do, and how the words of the command line say it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ms::load {

// A bound on a figure of the result: "media.loss<=0".
struct Expectation {
  enum class Bound { AtMost, AtLeast };
  std::string figure;
  Bound bound = Bound::AtMost;
  double value = 0;

  // Throws LoadError.
  static Expectation parse(const std::string& text);
};

struct Settings {
  std::string scenario;  // broadcast, join-storm, create, idle, play
  std::string url = "ws://127.0.0.1:8888/kurento";
  pid_t server = 0;     // 0: somewhere else, its use is not measured.
  std::string address;  // Of the light peers; empty: this machine's first.
  std::string source = "RtpEndpoint";
  std::string sink = "WebRtcEndpoint";
  std::string codec = "VP8";
  std::string uri;  // Of a film.
  std::uint32_t kbps = 1000;
  std::uint32_t frames_per_second = 30;
  std::size_t publishers = 1;    // Each with its own pipeline and viewers.
  std::size_t viewers = 100;     // Of each publisher.
  std::size_t whole = 5;         // Viewers of each publisher that decrypt everything and time it.
  bool joins_datagrams = false;  // The viewers' sockets: UDP_GRO.
  std::size_t in_flight = 8;     // Joins at the same time; a storm has no limit.
  std::chrono::seconds duration{10};
  std::chrono::seconds deadline{120};
  std::string output;  // A file for the result; empty: standard output.
  std::vector<Expectation> expectations;

  // Throws LoadError.
  static Settings parse(int argc, char** argv);
};

extern const char* const kUsage;

}  // namespace ms::load
