#include "modules/elements/src/playing_endpoint.h"

#include "modules/elements/src/media_words.h"
#include "server/base/log.h"
#include "server/net/outlet.h"

namespace ms::elements {
namespace {

LogCategory category("playerendpoint");

}  // namespace

template <class Base>
PlayingEndpoint<Base>::~PlayingEndpoint() = default;

template <class Base>
frame::PlayerChain& PlayingEndpoint<Base>::chain() {
  if (!chain_) {
    const std::shared_ptr<frame::PlayerObserver> observer(this->shared_from_this(), this);
    chain_ = std::make_unique<frame::PlayerChain>(this->loop(), services_.frameThreads(),
                                                  chainSettings(), observer);
  }
  return *chain_;
}

template <class Base>
void PlayingEndpoint<Base>::onEncoderBitratesChanged() {
  if (chain_) chain_->setBitrates(encoderBitratesOf(*this));
}

// ---- Media ----

template <class Base>
net::OutletPtr PlayingEndpoint<Base>::mediaSource(api::MediaType type,
                                                  const core::AcceptedFormats& accepted) {
  const auto kind = kindOf(type);
  if (!kind || accepted.empty() || this->isClosed()) return nullptr;
  auto outlet = outlets_.find(*kind, accepted, [this](auto inlet, auto formats) {
    return chain().makeProducer(std::move(inlet), std::move(formats));
  });
  if (!outlet)
    MS_LOG(category, Warning, this->id() << ": too many kinds of viewers; one more gets nothing");
  return outlet;
}

template <class Base>
void PlayingEndpoint<Base>::drawChains(core::OnDrawn done) {
  if (!chain_) return done({});
  chain_->dot(std::move(done));
}

// ---- What the chain tells ----

template <class Base>
void PlayingEndpoint<Base>::onEndOfStream() {
  chain_->stop();  // It has; what it told before that is forgotten.
  endFlow();
  onMediaEnd();
}

template <class Base>
void PlayingEndpoint<Base>::onError(const frame::MediaError& error) {
  chain_->stop();
  MS_LOG(category, Warning, this->id() << ": " << error.description);
  endFlow();
  onMediaError();
  this->raiseError(error.description, error.code, error.type);
}

template <class Base>
void PlayingEndpoint<Base>::onFlow(rtp::MediaKind kind) {
  if (isPlaying()) this->setFlowOut(typeOf(kind), api::MediaFlowState::Flowing);
}

template <class Base>
void PlayingEndpoint<Base>::onConversion(rtp::MediaKind kind, frame::Conversion conversion) {
  this->setTranscoding(typeOf(kind), conversion == frame::Conversion::Transcoded
                                         ? api::MediaTranscodingState::Transcoding
                                         : api::MediaTranscodingState::NotTranscoding);
}

template <class Base>
void PlayingEndpoint<Base>::watchFlow() {
  if (!flow_timer_.isPending()) flow_timer_.start(kFlowCheckInterval, [this] { checkFlow(); });
}

template <class Base>
void PlayingEndpoint<Base>::checkFlow() {
  chain_->checkOpening();
  for (const rtp::MediaKind kind : kMediaKinds)
    if (!chain_->takeFlow(kind)) this->setFlowOut(typeOf(kind), api::MediaFlowState::NotFlowing);
  watchFlow();
}

template <class Base>
void PlayingEndpoint<Base>::endFlow() {
  flow_timer_.cancel();
  for (const rtp::MediaKind kind : kMediaKinds)
    this->setFlowOut(typeOf(kind), api::MediaFlowState::NotFlowing);
}

// The links first, so that neighbours let go of the media before it ends.
template <class Base>
void PlayingEndpoint<Base>::onClose() {
  Base::onClose();
  flow_timer_.cancel();
  outlets_.clear();
  chain_.reset();
}

template class PlayingEndpoint<core::UriEndpoint>;
template class PlayingEndpoint<core::SessionEndpoint>;

}  // namespace ms::elements
