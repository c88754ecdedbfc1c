#include "modules/elements/src/player_endpoint.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "modules/elements/src/media_words.h"
#include "server/base/log.h"
#include "server/model/api_error.h"
#include "server/net/outlet.h"

namespace ms::elements {
namespace {

LogCategory category("playerendpoint");

using api::UriEndpointState;
using std::chrono::milliseconds;

}  // namespace

PlayerEndpoint::PlayerEndpoint(model::ObjectContext context, ElementServices& services,
                               const api::PlayerEndpointArguments& arguments)
    : UriEndpoint(context, arguments.uri),
      services_(services),
      arguments_(arguments),
      outlets_(services, loop()),
      flow_timer_(loop()) {}

PlayerEndpoint::~PlayerEndpoint() = default;

frame::PlayerChain& PlayerEndpoint::chain() {
  if (!chain_) {
    const std::shared_ptr<frame::PlayerObserver> observer(shared_from_this(), this);
    chain_ = std::make_unique<frame::PlayerChain>(loop(), services_.frameThreads(), chainSettings(),
                                                  observer);
  }
  return *chain_;
}

frame::PlayerSettings PlayerEndpoint::chainSettings() {
  frame::PlayerSettings to;
  to.uri = absoluteUri();
  to.form = arguments_.use_encoded_media ? frame::MediaForm::Encoded : frame::MediaForm::Raw;
  to.network_cache = milliseconds(std::max(arguments_.network_cache, 0));
  to.rtsp_client_port_range = settings().text("PlayerEndpoint", "rtspClientPortRange", "");
  if (to.rtsp_client_port_range == "0-0") to.rtsp_client_port_range.clear();
  to.bitrates = encoderBitratesOf(*this);
  return to;
}

// ---- What it is told ----

void PlayerEndpoint::play(model::Answer<void> answer) {
  chain().play();
  setState(UriEndpointState::Start);
  if (!flow_timer_.isPending()) flow_timer_.start(kFlowCheckInterval, [this] { checkFlow(); });
  answer({});
}

void PlayerEndpoint::pause(model::Answer<void> answer) {
  chain().pause();
  setState(UriEndpointState::Pause);
  answer({});
}

void PlayerEndpoint::stop(model::Answer<void> answer) {
  if (chain_) chain_->stop();
  onStopped();
  answer({});
}

void PlayerEndpoint::getPosition(model::Answer<std::int64_t> answer) {
  if (getState() == UriEndpointState::Stop) return answer(0);
  chain().position(
      [answer = std::move(answer)](milliseconds position) mutable { answer(position.count()); });
}

void PlayerEndpoint::setPosition(std::int64_t position_ms, model::Answer<void> answer) {
  const model::ApiError refusal(model::ErrorCode::PlayerSeekFail, "Seek fails");
  if (getState() == UriEndpointState::Stop || position_ms < 0) throw refusal;
  chain().seek(milliseconds(position_ms),
               [answer = std::move(answer), refusal](bool is_sought) mutable {
                 if (is_sought) return answer({});
                 answer(std::unexpected(refusal));
               });
}

void PlayerEndpoint::getVideoInfo(model::Answer<api::VideoInfo> answer) {
  if (getState() == UriEndpointState::Stop) return answer(api::VideoInfo());
  chain().videoInfo([answer = std::move(answer)](const frame::VideoInfo& info) mutable {
    api::VideoInfo told;
    told.is_seekable = info.is_seekable;
    told.seekable_init = info.seekable_begin.count();
    told.seekable_end = info.seekable_end.count();
    told.duration = info.duration.count();
    answer(told);
  });
}

void PlayerEndpoint::getElementGstreamerDot(model::Answer<std::string> answer) {
  if (!chain_) return answer(std::string());
  chain().dot([answer = std::move(answer)](std::string text) mutable { answer(std::move(text)); });
}

// ---- Encoders ----

void PlayerEndpoint::onEncoderBitratesChanged() {
  if (chain_) chain_->setBitrates(encoderBitratesOf(*this));
}

// ---- Media ----

net::OutletPtr PlayerEndpoint::mediaSource(api::MediaType type,
                                           const core::AcceptedFormats& accepted) {
  const auto kind = kindOf(type);
  if (!kind || accepted.empty() || isClosed()) return nullptr;
  auto outlet = outlets_.find(*kind, accepted, [this](auto inlet, auto formats) {
    return chain().makeProducer(std::move(inlet), std::move(formats));
  });
  if (!outlet)
    MS_LOG(category, Warning, id() << ": too many kinds of viewers; one more gets nothing");
  return outlet;
}

// ---- What the chain tells ----

void PlayerEndpoint::onEndOfStream() {
  chain_->stop();  // It has; what it told before that is forgotten.
  onStopped();
  raise(api::EndOfStream());
  tellEnd();
}

void PlayerEndpoint::onError(const frame::MediaError& error) {
  chain_->stop();
  MS_LOG(category, Warning, id() << ": " << error.description);
  onStopped();
  raiseError(error.description, error.code, error.type);
}

void PlayerEndpoint::onFlow(rtp::MediaKind kind) {
  if (getState() != UriEndpointState::Stop) setFlowOut(typeOf(kind), api::MediaFlowState::Flowing);
}

void PlayerEndpoint::onConversion(rtp::MediaKind kind, frame::Conversion conversion) {
  setTranscoding(typeOf(kind), conversion == frame::Conversion::Transcoded
                                   ? api::MediaTranscodingState::Transcoding
                                   : api::MediaTranscodingState::NotTranscoding);
}

void PlayerEndpoint::checkFlow() {
  for (const rtp::MediaKind kind : kMediaKinds)
    if (!chain_->takeFlow(kind)) setFlowOut(typeOf(kind), api::MediaFlowState::NotFlowing);
  flow_timer_.start(kFlowCheckInterval, [this] { checkFlow(); });
}

void PlayerEndpoint::onStopped() {
  flow_timer_.cancel();
  setState(UriEndpointState::Stop);
  for (const rtp::MediaKind kind : kMediaKinds)
    setFlowOut(typeOf(kind), api::MediaFlowState::NotFlowing);
}

// The links first, so that neighbours let go of the media before it ends.
void PlayerEndpoint::onClose() {
  UriEndpoint::onClose();
  flow_timer_.cancel();
  outlets_.clear();
  chain_.reset();
}

}  // namespace ms::elements
