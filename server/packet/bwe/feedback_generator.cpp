#include "server/packet/bwe/feedback_generator.h"

#include <algorithm>
#include <array>
#include <span>

#include "server/packet/rtcp/transport_cc_view.h"
#include "server/packet/rtcp/transport_cc_writer.h"

namespace ms::bwe {
namespace {

constexpr auto kWindow = static_cast<std::int64_t>(FeedbackGenerator::kMaxPackets);
static_assert(FeedbackGenerator::kMaxPackets <= rtcp::kMaxTransportCcStatuses);

using rtcp::TransportCcView;

}  // namespace

void FeedbackGenerator::onPacket(rtp::SequenceNumber number, Timestamp arrival) {
  if (arrivals_.empty()) {
    arrivals_.assign(kMaxPackets, kNever);
    // Far enough from zero that what came shortly before the first is not negative.
    next_ = end_ = *number + (std::int64_t{1} << 16);
  }
  const rtp::SequenceNumber newest(static_cast<std::uint16_t>(end_ - 1));
  const std::int64_t n = end_ - 1 + rtp::distance(newest, number);
  if (n - next_ >= kWindow) restartAt(n);
  if (end_ - n > kWindow) return;
  if (n >= end_) advanceTo(n);
  if (place(n) != kNever) return;
  place(n) = arrival;
  next_ = std::min(next_, n);
  due_ = std::min(due_, arrival + kInterval);
  if (end_ - next_ >= static_cast<std::int64_t>(kMaxPending)) due_ = arrival;
}

void FeedbackGenerator::advanceTo(std::int64_t number) {
  for (std::int64_t n = std::max(end_, number - kWindow + 1); n <= number; ++n) place(n) = kNever;
  end_ = number + 1;
}

// A jump: what lies between was never sent, most likely.
void FeedbackGenerator::restartAt(std::int64_t number) {
  std::ranges::fill(arrivals_, kNever);
  next_ = end_ = number;
}

bool FeedbackGenerator::write(rtcp::CompoundWriter& out, rtp::Ssrc sender, rtp::Ssrc media,
                              Timestamp now) {
  if (now < due_ || next_ == end_) return false;
  // The newest has come, so there is a first one.
  std::int64_t first = next_;
  while (place(first) == kNever) ++first;
  const std::int64_t reference = place(first).time_since_epoch() / TransportCcView::kReferenceUnit;
  const Timestamp reference_time(reference * TransportCcView::kReferenceUnit);

  std::array<rtcp::TransportCcArrival, kMaxPackets> arrivals;
  const auto count = static_cast<std::size_t>(end_ - next_);
  for (std::size_t i = 0; i < count; ++i) {
    const Timestamp arrival = place(next_ + static_cast<std::int64_t>(i));
    arrivals[i] = arrival == kNever ? rtcp::kNotArrived
                                    : static_cast<rtcp::TransportCcArrival>(
                                          (arrival - reference_time) / TransportCcView::kDeltaUnit);
  }
  const std::size_t written =
      rtcp::writeTransportCc(out,
                             {.sender = sender,
                              .media = media,
                              .base_sequence = static_cast<std::uint16_t>(next_),
                              .reference_time = static_cast<std::int32_t>(reference & 0xffffff),
                              .feedback_count = feedback_count_},
                             std::span(arrivals).first(count));
  if (written == 0) return false;
  ++feedback_count_;
  next_ += static_cast<std::int64_t>(written);
  if (next_ == end_) due_ = kNever;
  return true;
}

}  // namespace ms::bwe
