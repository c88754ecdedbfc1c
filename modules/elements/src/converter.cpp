#include "modules/elements/src/converter.h"

#include <utility>

namespace ms::elements {
namespace {

// Audio is not sent again, so that nothing is worth waiting for but packets out of order.
constexpr Duration kMaxAudioWait = std::chrono::milliseconds(100);

}  // namespace

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
  const bool is_audio = kind_ == rtp::MediaKind::Audio;
  input_ = std::make_unique<TrackInput>(
      net::WorkerLease(source_->worker()), services_.clock(),
      TrackInput::Plan{
          .settings = {.kind = kind_,
                       .max_wait = is_audio ? kMaxAudioWait : frame::ReorderBuffer::kMaxWait},
          .feed = chain_->feed(),
          .on_format = chain_->onFormat()});
  input_->start();
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

void Converter::draw(core::OnDrawn done) {
  if (!chain_ || !is_running_) return done({});
  chain_->dot(std::move(done));
}

void Converter::close() {
  told_ = {};
  is_running_ = false;
  outlets_.clear();
  input_.reset();
  chain_.reset();
}

}  // namespace ms::elements
