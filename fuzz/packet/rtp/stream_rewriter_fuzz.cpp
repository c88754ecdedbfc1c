// Packets of two sources in any order, with switches between them and packets left out.
//
// Each 8 bytes are one step: what to do, how much time passes (ms), a sequence number, and four
// bytes of payload.
#include "server/packet/rtp/stream_rewriter.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include "server/packet/rtp/rtp_writer.h"

namespace {

using namespace ms;
using namespace ms::rtp;

constexpr std::size_t kStepBytes = 8;
constexpr std::uint16_t kStart = 65000;

void check(bool holds) {
  if (!holds) std::abort();
}

class Account {
 public:
  void run(Bytes step) {
    now_ += std::chrono::milliseconds(step[1]);
    const SourceId source(step[0] >> 7);
    if ((step[0] & 7) == 0) return rewriter_.choose(source);
    if ((step[0] & 7) == 1) return rewriter_.choose(std::nullopt);

    std::array<std::uint8_t, RtpView::kFixedHeaderBytes + 4> packet{0x80, 96};
    storeBe16(packet, 2, loadBe16(step, 2));
    storeBe32(packet, 8, step[0] >> 6 & 1);
    std::copy(step.begin() + 4, step.end(), packet.begin() + RtpView::kFixedHeaderBytes);
    const SourceFormat format{.source = source,
                              .codec = step[0] & 0x20 ? Codec::Vp9 : Codec::Vp8,
                              .clock_rate = 90000,
                              .outgoing_payload_type = PayloadType(100)};
    const RtpView view = *RtpView::parse(packet);
    if ((step[0] & 7) == 2) return rewriter_.skip(view, format);
    send(view, format);
  }

 private:
  // Between two switches one outgoing number is never given to two different packets, and what
  // comes after a switch follows all that went before.
  void send(const RtpView& view, const SourceFormat& format) {
    const auto header = rewriter_.rewrite(view, format, now_);
    if (!header) return;
    check(header->ssrc == Ssrc(7) && header->payload_type == PayloadType(100));
    const std::int64_t number = unwrap(header->sequence_number);
    if (switches_ != rewriter_.switches()) {
      check(number == newest_ + 1);
      switches_ = rewriter_.switches();
      originals_.clear();
    }
    const auto place = originals_.emplace(number, *view.sequenceNumber()).first;
    check(place->second == *view.sequenceNumber());
    newest_ = std::max(newest_, number);
    checkBytes(view, *header);
  }

  std::int64_t unwrap(SequenceNumber number) const {
    return newest_ + distance(SequenceNumber(static_cast<std::uint16_t>(newest_)), number);
  }

  static void checkBytes(const RtpView& view, const OutgoingHeader& header) {
    std::array<std::uint8_t, 64> out;
    const auto bytes = writeForwarded(view, header, out);
    check(bytes && RtpView::parse(Bytes(out).first(*bytes)));
  }

  StreamRewriter rewriter_{
      MediaKind::Video,
      {.ssrc = Ssrc(7), .sequence_number = SequenceNumber(kStart), .timestamp = RtpTimestamp(1)}};
  Timestamp now_{};
  std::uint64_t switches_ = 0;
  std::int64_t newest_ = kStart - 1;  // Outgoing, unwrapped.
  std::map<std::int64_t, std::uint16_t> originals_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Account account;
  for (ms::Bytes rest(data, size); rest.size() >= kStepBytes; rest = rest.subspan(kStepBytes))
    account.run(rest.first(kStepBytes));
  return 0;
}
