#include "modules/elements/src/encoded_outlets.h"

#include <algorithm>
#include <utility>

#include "server/net/remote.h"

namespace ms::elements {
namespace {

// Opens and closes with its source, on the worker's loop.
class OpenOutlet {
 public:
  OpenOutlet(net::OutletPtr outlet, const frame::EncodedSource::Surroundings& surroundings,
             std::shared_ptr<frame::FrameInlet> inlet,
             std::unique_ptr<frame::FrameProducer> producer)
      : outlet_(std::move(outlet)),
        source_(surroundings, outlet_->kind(), std::move(inlet), std::move(producer)) {
    outlet_->open(source_);
  }
  ~OpenOutlet() { outlet_->close(); }
  OpenOutlet(const OpenOutlet&) = delete;
  OpenOutlet& operator=(const OpenOutlet&) = delete;

 private:
  const net::OutletPtr outlet_;
  frame::EncodedSource source_;
};

}  // namespace

// One list of formats.
struct EncodedOutlets::Outlet {
  Outlet(net::WorkerLease where, rtp::MediaKind kind, const core::AcceptedFormats& formats,
         const rtp::NtpClock& clock, const MakeProducer& make_producer)
      : accepted(formats),
        lease(std::move(where)),
        outlet(std::make_shared<net::Outlet>(lease.worker(), kind)),
        hosted(lease.loop(), [&worker = lease.worker(), outlet = outlet, clock,
                              way = makeWay(make_producer)]() mutable {
          worker.loop().assertHere();
          net::WorkerServices& services = worker.services();
          return std::make_unique<OpenOutlet>(
              outlet,
              frame::EncodedSource::Surroundings{.loop = worker.loop(),
                                                 .pool = services.pool,
                                                 .random = services.random,
                                                 .clock = clock},
              std::move(way.inlet), std::move(way.producer));
        }) {}

  struct Way {
    std::shared_ptr<frame::FrameInlet> inlet;
    std::unique_ptr<frame::FrameProducer> producer;
  };
  Way makeWay(const MakeProducer& make_producer) const {
    auto inlet = std::make_shared<frame::FrameInlet>(lease.loop(), outlet->kind());
    auto producer = make_producer(inlet, accepted);
    return {std::move(inlet), std::move(producer)};
  }

  const core::AcceptedFormats accepted;
  const net::WorkerLease lease;
  const net::OutletPtr outlet;
  net::Remote<OpenOutlet> hosted;
};

EncodedOutlets::EncodedOutlets(ElementServices& services, const Loop& home)
    : services_(services), home_(home) {}

EncodedOutlets::~EncodedOutlets() = default;

net::OutletPtr EncodedOutlets::find(rtp::MediaKind kind, const core::AcceptedFormats& accepted,
                                    const MakeProducer& make_producer) {
  for (const auto& known : outlets_)
    if (known->outlet->kind() == kind && known->accepted == accepted) return known->outlet;
  if (outlets_.size() >= kMaxOutlets) return nullptr;
  outlets_.push_back(std::make_unique<Outlet>(services_.leaseNear(home_), kind, accepted,
                                              services_.clock(), make_producer));
  return outlets_.back()->outlet;
}

void EncodedOutlets::clear() { outlets_.clear(); }

namespace {

// RFC 6716, section 2.1.1, has 6 to 510 kbit/s; beyond this 20 ms do not fit into a packet. 0
// stays: the encoder's own.
Bitrate audioBitrate(int bits_per_second) {
  constexpr int kMin = 6'000, kMax = 384'000;
  return Bitrate(bits_per_second == 0 ? 0 : std::clamp(bits_per_second, kMin, kMax));
}

// A rate that means nothing, or more than any camera has, is none.
frame::FrameRate frameRate(const api::Fraction& rate) {
  constexpr int kMaxRate = 1000;
  if (rate.numerator <= 0 || rate.denominator <= 0 || rate.numerator / rate.denominator > kMaxRate)
    return {};
  return {.numerator = rate.numerator, .denominator = rate.denominator};
}

}  // namespace

frame::EncoderBitrates encoderBitratesOf(core::MediaElement& element) {
  constexpr int kNoLimit = 2'147'483'647;
  const int max = element.getMaxEncoderBitrate();
  const auto& caps = element.encoderCaps();
  return {.initial = Bitrate(std::max(element.getEncoderBitrate(), 1)),
          .min = Bitrate(std::max(element.getMinEncoderBitrate(), 0)),
          .max = Bitrate(max == kNoLimit ? 0 : std::max(max, 0)),
          .audio = audioBitrate(caps.audio_bitrate),
          .max_frame_rate = frameRate(caps.frame_rate)};
}

}  // namespace ms::elements
