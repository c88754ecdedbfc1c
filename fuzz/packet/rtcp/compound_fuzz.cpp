// Any datagram as RTCP: what parses is written again, and must then read the same.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtcp/message.h"
#include "server/packet/rtcp/transport_cc_writer.h"

namespace {

using namespace ms;
using namespace ms::rtcp;

void check(bool holds) {
  if (!holds) std::abort();
}

template <class View>
auto readAll(const View& view) {
  std::vector<std::decay_t<decltype(view[0])>> all;
  for (std::size_t i = 0; i < view.size(); ++i) all.push_back(view[i]);
  return all;
}

auto numbersOf(const NackView& view) {
  std::vector<rtp::SequenceNumber> numbers;
  view.forEach([&](rtp::SequenceNumber number) { numbers.push_back(number); });
  return numbers;
}

std::vector<TransportCcArrival> arrivalsOf(const TransportCcView& view) {
  std::vector<TransportCcArrival> arrivals;
  Duration at{};
  view.forEach([&](std::uint16_t, std::optional<Duration> delta) {
    if (delta) at += *delta;
    arrivals.push_back(delta ? static_cast<TransportCcArrival>(at / TransportCcView::kDeltaUnit)
                             : kNotArrived);
  });
  return arrivals;
}

// Writes what was read, parses it, and compares.
class Rewriter {
 public:
  void operator()(const SenderReportView& view) {
    const auto blocks = readAll(view.blocks);
    check(writeSenderReport(out_, view.sender, view.info, blocks));
    const auto again = readBack<SenderReportView>();
    check(again.sender == view.sender && again.info == view.info);
    check(readAll(again.blocks) == blocks);
  }
  void operator()(const ReceiverReportView& view) {
    const auto blocks = readAll(view.blocks);
    check(writeReceiverReport(out_, view.sender, blocks));
    const auto again = readBack<ReceiverReportView>();
    check(again.sender == view.sender && readAll(again.blocks) == blocks);
  }
  void operator()(const SourceDescriptionView& view) {
    view.forEach([this](const SourceDescriptionView::Chunk& chunk) {
      if (!chunk.cname) return;
      out_.clear();
      check(writeSourceDescription(out_, chunk.ssrc, *chunk.cname));
      readBack<SourceDescriptionView>().forEach([&](const SourceDescriptionView::Chunk& again) {
        check(again.ssrc == chunk.ssrc && again.cname == chunk.cname);
      });
    });
  }
  void operator()(const ByeView& view) {
    const auto ssrcs = readAll(view);
    check(writeBye(out_, ssrcs, view.reason()));
    const auto again = readBack<ByeView>();
    check(readAll(again) == ssrcs && again.reason() == view.reason());
  }
  void operator()(const NackView& view) {
    const auto numbers = numbersOf(view);
    const std::size_t written = writeNack(out_, view.sender(), view.media(), numbers);
    check(written > 0 && written <= numbers.size());
    const auto again = readBack<NackView>();
    check(again.sender() == view.sender() && again.media() == view.media());
    // Writing sorts within an entry: as sets they are equal.
    auto expected = std::vector(numbers.begin(), numbers.begin() + static_cast<long>(written));
    auto got = numbersOf(again);
    for (auto* list : {&expected, &got}) {
      std::ranges::sort(*list);
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    check(expected == got);
  }
  void operator()(const TransportCcView& view) {
    const auto arrivals = arrivalsOf(view);
    check(arrivals.size() == view.statusCount());
    const std::size_t written = writeTransportCc(out_,
                                                 {.sender = view.sender(),
                                                  .media = view.media(),
                                                  .base_sequence = view.baseSequence(),
                                                  .reference_time = view.referenceTime(),
                                                  .feedback_count = view.feedbackCount()},
                                                 arrivals);
    check(written == std::min(arrivals.size(), kMaxTransportCcStatuses));
    if (written == 0) return;
    const auto again = readBack<TransportCcView>();
    check(again.sender() == view.sender() && again.media() == view.media());
    check(again.baseSequence() == view.baseSequence());
    check(again.referenceTime() == view.referenceTime());
    check(again.feedbackCount() == view.feedbackCount());
    check(arrivalsOf(again) ==
          std::vector(arrivals.begin(), arrivals.begin() + static_cast<long>(written)));
  }
  void operator()(const PliView& view) {
    check(writePli(out_, view.sender, view.media));
    const auto again = readBack<PliView>();
    check(again.sender == view.sender && again.media == view.media);
  }
  void operator()(const FirView& view) {
    for (std::size_t i = 0; i < view.size(); ++i) {
      out_.clear();
      check(writeFir(out_, view.sender(), view[i]));
      const auto again = readBack<FirView>();
      check(again[0].media == view[i].media && again[0].number == view[i].number);
    }
  }
  void operator()(const RembView& view) {
    const auto ssrcs = readAll(view);
    check(writeRemb(out_, view.sender(), view.bitrate(), ssrcs));
    const auto again = readBack<RembView>();
    check(again.bitrate() == view.bitrate() && readAll(again) == ssrcs);
  }
  void operator()(const UnknownView&) {}

 private:
  template <class View>
  View readBack() {
    const auto compound = CompoundView::parse(out_.datagram());
    check(compound.has_value());
    const auto message = parseMessage(*compound->begin());
    check(message && std::holds_alternative<View>(*message));
    return std::get<View>(*message);
  }

  std::array<std::uint8_t, 70'000> buffer_;
  CompoundWriter out_{buffer_, 70'000};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto compound = CompoundView::parse({data, size});
  if (!compound) return 0;
  std::size_t bytes = 0;
  for (const PacketView packet : *compound) {
    bytes += packet.bytes();
    const auto message = parseMessage(packet);
    if (!message) continue;
    Rewriter rewriter;
    std::visit(rewriter, *message);
  }
  check(bytes == size);
  return 0;
}
