#include "server/net/symmetric_rtp.h"

#include <array>
#include <cstdlib>
#include <optional>
#include <string>

#include "server/base/bytes.h"

// Four hosts with four ports each send RTP and RTCP in any order and at any pace to an m-line whose
// description names one of them, another or nobody. Without keys, whoever is the source stays it
// for as long as it is heard, but for a host that the description names, which may also change its
// port; what is sent goes to who was described or to who was taken, and nobody else.
namespace {

using namespace ms;
using namespace ms::net;
using Verdict = SymmetricRtp::Verdict;

constexpr std::array kHosts{"192.0.2.1", "192.0.2.2", "198.51.100.3", "2001:db8::4"};
constexpr std::array<std::uint16_t, 4> kPorts{1, 5004, 40000, 65535};

SocketAddress addressOf(std::uint8_t byte) {
  return *SocketAddress::parse(kHosts[byte & 3], kPorts[byte >> 2 & 3]);
}

class Scenario {
 public:
  explicit Scenario(std::uint8_t setup)
      : trust_(setup & 1 ? SymmetricRtp::Trust::Authenticated : SymmetricRtp::Trust::None),
        symmetric_((setup & 2) != 0),
        described_(kHosts[setup >> 2 & 3]),
        described_port_(kPorts[setup >> 4 & 3]),
        rtp_({.address = described_,
              .rtp_port = described_port_,
              .rtcp_port = static_cast<std::uint16_t>(described_port_ + 1),
              .symmetric = symmetric_},
             trust_) {}

  // Two bytes: what and how long after the last, and who.
  void step(std::uint8_t what, std::uint8_t who) {
    now_ += std::chrono::milliseconds(what >> 3 << 8);
    const SocketAddress from = addressOf(who);
    switch (what & 7) {
      case 0:
        rtp_.onBye();
        said_bye_ = true;
        return;
      case 1:
        rtp_.onRtcp(from, now_);
        return checkDestinations();
      case 2:
        if ((rtp_.onOther(from) == Verdict::Take) != (rtp_.source() == from)) std::abort();
        return;
      default:
        return receive(from, rtp::Ssrc(what & 1), rtp::SequenceNumber(numbers_[who & 15]++));
    }
  }

 private:
  void receive(const SocketAddress& from, rtp::Ssrc ssrc, rtp::SequenceNumber number) {
    const auto before = rtp_.source();
    const Verdict verdict = rtp_.onRtp(from, ssrc, number, now_);
    const bool is_source = rtp_.source() == from;
    if ((verdict == Verdict::Take || verdict == Verdict::Learned) != is_source) std::abort();
    if ((verdict == Verdict::Learned) != (is_source && before != from)) std::abort();
    if (before && !is_source && rtp_.source() != before) std::abort();
    if (verdict == Verdict::Learned && before) checkReplacement(*before, from);
    if (!is_source) return;
    if (verdict == Verdict::Learned) said_bye_ = false;
    heard_ = now_;
    checkDestinations();
  }

  void checkReplacement(const SocketAddress& before, const SocketAddress& after) const {
    if (trust_ == SymmetricRtp::Trust::Authenticated) return;
    const auto described = SocketAddress::parse(described_, described_port_);
    const bool is_expected = !symmetric_ && described->isSameHost(after);
    if (is_expected && !described->isSameHost(before)) return;
    if (is_expected && before != *described && now_ - heard_ >= SymmetricRtp::kSilenceOfPort)
      return;
    const Duration silence = said_bye_ ? SymmetricRtp::kSilenceAfterBye : SymmetricRtp::kSilence;
    if (now_ - heard_ < silence) std::abort();
  }

  void checkDestinations() const {
    const auto to = rtp_.rtpDestination();
    if (!symmetric_ && to && to->text() != described_) std::abort();
    if (symmetric_ && rtp_.source() && to != rtp_.source()) std::abort();
  }

  const SymmetricRtp::Trust trust_;
  const bool symmetric_;
  const std::string described_;
  const std::uint16_t described_port_;
  SymmetricRtp rtp_;
  Timestamp now_{std::chrono::seconds(1000)};
  Timestamp heard_{};
  bool said_bye_ = false;
  std::array<std::uint16_t, 16> numbers_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Scenario scenario(data[0]);
  for (std::size_t i = 1; i + 1 < size; i += 2) scenario.step(data[i], data[i + 1]);
  return 0;
}
