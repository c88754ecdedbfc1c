#include "modules/elements/src/player_endpoint.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "server/model/api_error.h"

namespace ms::elements {
namespace {

using api::UriEndpointState;
using std::chrono::milliseconds;

}  // namespace

PlayerEndpoint::PlayerEndpoint(model::ObjectContext context, ElementServices& services,
                               const api::PlayerEndpointArguments& arguments)
    : PlayingEndpoint(context, services, arguments.uri), arguments_(arguments) {}

frame::PlayerSettings PlayerEndpoint::chainSettings() {
  frame::PlayerSettings to;
  to.uri = absoluteUri();
  to.form = arguments_.use_encoded_media ? frame::MediaForm::Encoded : frame::MediaForm::Raw;
  to.network_cache = milliseconds(std::max(arguments_.network_cache, 0));
  to.rtsp_client_port_range = settings().text("PlayerEndpoint", "rtspClientPortRange", "");
  if (to.rtsp_client_port_range == "0-0") to.rtsp_client_port_range.clear();
  to.playable_elements = settings().text("PlayerEndpoint", "playableElements", "");
  to.bitrates = encoderBitratesOf(*this);
  return to;
}

// ---- What it is told ----

void PlayerEndpoint::play(model::Answer<void> answer) {
  chain().play();
  setState(UriEndpointState::Start);
  watchFlow();
  answer({});
}

void PlayerEndpoint::pause(model::Answer<void> answer) {
  chain().pause();
  setState(UriEndpointState::Pause);
  watchFlow();
  answer({});
}

void PlayerEndpoint::stop(model::Answer<void> answer) {
  if (frame::PlayerChain* chain = existingChain()) chain->stop();
  endFlow();
  setState(UriEndpointState::Stop);
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
  if (!existingChain()) return answer(std::string());
  chain().dot([answer = std::move(answer)](std::string text) mutable { answer(std::move(text)); });
}

// ---- What becomes of the media ----

void PlayerEndpoint::onMediaEnd() {
  setState(UriEndpointState::Stop);
  raise(api::EndOfStream());
  tellEnd();
}

void PlayerEndpoint::onMediaError() { setState(UriEndpointState::Stop); }

}  // namespace ms::elements
