#include "bench/load/settings.h"

#include <charconv>
#include <functional>
#include <map>

#include "bench/load/rpc_client.h"

namespace ms::load {
namespace {

template <class T>
T parseNumber(const std::string& option, const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw LoadError(option + ": not a number in range: " + text);
  return value;
}

bool isOn(const std::string& option, const std::string& text) {
  if (text != "on" && text != "off") throw LoadError(option + ": on or off, not " + text);
  return text == "on";
}

std::string endpointType(const std::string& option, const std::string& text) {
  if (text == "rtp") return "RtpEndpoint";
  if (text == "webrtc") return "WebRtcEndpoint";
  throw LoadError(option + ": rtp or webrtc, not " + text);
}

}  // namespace

const char* const kUsage = R"(usage: media-load SCENARIO [--OPTION VALUE]...
       media-load report --out FOLDER RESULT.json...

Drives a server that speaks Kurento's protocol with many light peers, measures, writes JSON.

scenarios
  broadcast    one stream (of each publisher) to many viewers: CPU per packet, loss, latency
  join-storm   viewers join a running stream within one second: time to the first whole key frame
  create       create, processOffer, gatherCandidates of many endpoints: time
  idle         what an endpoint costs that is negotiated and does nothing
  play         a VP8 film without transcoding (--uri) to many viewers: CPU

options
  --url URL            ws://127.0.0.1:8888/kurento
  --pid PID            the server's process, to measure what it uses
  --address IPV4       of the light peers; default: the first of this machine
  --source rtp|webrtc  who sends; default rtp
  --sink rtp|webrtc    who receives; default webrtc
  --codec NAME         VP8, H264, opus; default VP8
  --uri URI            of the film, as the server sees it
  --kbps N             1000
  --fps N              30
  --publishers N       1
  --viewers N          of each publisher, or endpoints; default 100
  --whole N            viewers of each publisher that decrypt and time all packets; default 5
  --gro on|off         viewers take datagrams joined by the kernel; default off
  --in-flight N        joins at the same time; default 8
  --seconds N          of measuring; default 10
  --deadline N         seconds after which the tool ends itself with 3; default 120
  --out FILE           where the result goes; default standard output
  --expect FIGURE<=N   a bound on a figure of the result, such as media.loss<=0; also >=

exit code: 0, 1 when an expectation was missed, 2 when it could not be measured, 3 at the deadline
)";

Expectation Expectation::parse(const std::string& text) {
  for (const auto& [sign, bound] :
       {std::pair{"<=", Bound::AtMost}, std::pair{">=", Bound::AtLeast}}) {
    const std::size_t at = text.find(sign);
    if (at == std::string::npos) continue;
    return {text.substr(0, at), bound, parseNumber<double>("--expect", text.substr(at + 2))};
  }
  throw LoadError("--expect FIGURE<=N or FIGURE>=N, not " + text);
}

Settings Settings::parse(int argc, char** argv) {
  Settings settings;
  if (argc < 2) throw LoadError("no scenario");
  settings.scenario = argv[1];
  const auto seconds = [](const std::string& option, const std::string& text) {
    return std::chrono::seconds(parseNumber<std::uint32_t>(option, text));
  };
  for (int i = 2; i < argc; i += 2) {
    const std::string option = argv[i];
    if (i + 1 == argc) throw LoadError(option + " needs a value");
    const std::string value = argv[i + 1];
    const auto count = [&] { return parseNumber<std::uint32_t>(option, value); };
    if (option == "--url")
      settings.url = value;
    else if (option == "--pid")
      settings.server = parseNumber<pid_t>(option, value);
    else if (option == "--address")
      settings.address = value;
    else if (option == "--source")
      settings.source = endpointType(option, value);
    else if (option == "--sink")
      settings.sink = endpointType(option, value);
    else if (option == "--codec")
      settings.codec = value;
    else if (option == "--uri")
      settings.uri = value;
    else if (option == "--kbps")
      settings.kbps = count();
    else if (option == "--fps")
      settings.frames_per_second = count();
    else if (option == "--publishers")
      settings.publishers = count();
    else if (option == "--viewers")
      settings.viewers = count();
    else if (option == "--whole")
      settings.whole = count();
    else if (option == "--gro")
      settings.joins_datagrams = isOn(option, value);
    else if (option == "--in-flight")
      settings.in_flight = count();
    else if (option == "--seconds")
      settings.duration = seconds(option, value);
    else if (option == "--deadline")
      settings.deadline = seconds(option, value);
    else if (option == "--out")
      settings.output = value;
    else if (option == "--expect")
      settings.expectations.push_back(Expectation::parse(value));
    else
      throw LoadError("unknown option " + option);
  }
  if (settings.frames_per_second == 0 || settings.kbps == 0 || settings.in_flight == 0)
    throw LoadError("--fps, --kbps and --in-flight are at least 1");
  return settings;
}

}  // namespace ms::load
