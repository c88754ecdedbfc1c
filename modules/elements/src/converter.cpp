#include "modules/elements/src/converter.h"

#include <utility>

#include "server/frame/track_sink.h"
#include "server/net/remote.h"

namespace ms::elements {
namespace {

// Audio is not sent again, so that nothing is worth waiting for but packets out of order.
constexpr Duration kMaxAudioWait = std::chrono::milliseconds(100);

// The sink on its worker.
class HostedSink {
 public:
  HostedSink(net::Worker& worker, const rtp::NtpClock& clock, rtp::MediaKind kind,
             std::shared_ptr<frame::TrackFeed> feed,
             std::function<void(const peer::CodecFormat&)> on_format)
      : worker_(worker),
        sink_(worker.loop(), clock,
              {.kind = kind,
               .max_wait =
                   kind == rtp::MediaKind::Audio ? kMaxAudioWait : frame::ReorderBuffer::kMaxWait},
              std::move(feed), {.on_format = std::move(on_format), .on_packet = [] {}}) {
    sink_.start(Loop::now());
  }

  void setSource(const net::OutletPtr& outlet) {
    worker_.loop().assertHere();
    sink_.setSource(outlet ? worker_.services().relays.sourceOf(outlet) : nullptr, Loop::now());
  }

 private:
  net::Worker& worker_;
  frame::TrackSink sink_;
};

}  // namespace

class Converter::Input {
 public:
  Input(net::WorkerLease lease, const rtp::NtpClock& clock, rtp::MediaKind kind,
        const frame::ConversionChain& chain)
      : lease_(std::move(lease)),
        hosted_(lease_.loop(), [&worker = lease_.worker(), clock, kind, feed = chain.feed(),
                                on_format = chain.onFormat()]() mutable {
          return std::make_unique<HostedSink>(worker, clock, kind, std::move(feed),
                                              std::move(on_format));
        }) {}

  void setSource(net::OutletPtr source) {
    hosted_.call([source = std::move(source)](HostedSink& sink) { sink.setSource(source); });
  }

 private:
  const net::WorkerLease lease_;
  net::Remote<HostedSink> hosted_;
};

std::shared_ptr<Converter> Converter::make(Loop& home, ElementServices& services,
                                           const frame::ConversionChain::Settings& settings,
                                           Told told) {
  auto permit = services.permitConversion();
  if (!permit) return nullptr;
  std::shared_ptr<Converter> made(
      new Converter(home, services, std::move(permit), settings.kind, std::move(told)));
  made->chain_ =
      std::make_unique<frame::ConversionChain>(home, services.frameThreads(), settings, made);
  return made;
}

Converter::Converter(const Loop& home, ElementServices& services,
                     ElementServices::ConversionPermit permit, rtp::MediaKind kind, Told told)
    : services_(services),
      permit_(std::move(permit)),
      kind_(kind),
      told_(std::move(told)),
      outlets_(services, home) {}

Converter::~Converter() = default;

void Converter::setSource(net::OutletPtr source) {
  if (source_ == source) return;
  source_ = std::move(source);
  if (input_) return input_->setSource(source_);
  maybeTakeInput();
}

net::OutletPtr Converter::outlet(const core::AcceptedFormats& accepted) {
  return outlets_.find(kind_, accepted, [this](auto inlet, auto formats) {
    return chain_->makeProducer(std::move(inlet), std::move(formats));
  });
}

// On the worker of the source, if it has one: then packets need not cross loops.
void Converter::maybeTakeInput() {
  if (!is_running_ || !source_ || !chain_) return;
  input_ = std::make_unique<Input>(net::WorkerLease(source_->worker()), services_.clock(), kind_,
                                   *chain_);
  input_->setSource(source_);
}

void Converter::onBegin() {
  is_running_ = true;
  maybeTakeInput();
  if (told_.on_running) told_.on_running(true);
}

void Converter::onEnd() {
  is_running_ = false;
  input_.reset();
  if (told_.on_running) told_.on_running(false);
}

void Converter::onError(const frame::MediaError& error) {
  if (told_.on_error) told_.on_error(error);
}

void Converter::close() {
  told_ = {};
  is_running_ = false;
  outlets_.clear();
  input_.reset();
  chain_.reset();
}

}  // namespace ms::elements
