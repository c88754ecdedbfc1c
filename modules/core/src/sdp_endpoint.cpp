#include "modules/core/src/sdp_endpoint.h"

#include <algorithm>
#include <utility>

#include "server/model/api_error.h"

namespace ms::core {
namespace {

using model::ApiError;
using model::ErrorCode;

void checkText(const std::string& sdp, const char* if_empty) {
  if (sdp.empty()) throw ApiError(ErrorCode::SdpParseError, if_empty);
  if (sdp.size() > SdpEndpoint::kMaxSdpBytes)
    throw ApiError(ErrorCode::SdpParseError, "Error parsing SDP");
}

}  // namespace

void SdpEndpoint::generateOffer(const std::optional<api::OfferOptions>& options,
                                model::Answer<std::string> reply) {
  if (state_ != State::New)
    throw ApiError(ErrorCode::SdpAlreadyNegotiated, "Endpoint already negotiated");
  std::string offer = makeOffer(options.value_or(api::OfferOptions()));
  state_ = State::Offered;
  reply(std::move(offer));
}

void SdpEndpoint::processOffer(const std::string& offer, model::Answer<std::string> reply) {
  checkText(offer, "Empty offer not valid");
  if (state_ != State::New) return reply(restart(offer));
  std::string answer = makeAnswer(offer);
  remote_description_ = offer;
  state_ = State::Answered;
  startSession();
  reply(std::move(answer));
}

std::string SdpEndpoint::restart(const std::string& offer) {
  auto answer = state_ == State::Offered ? std::nullopt : maybeMakeRestartAnswer(offer);
  if (!answer) throw ApiError(ErrorCode::SdpAlreadyNegotiated, "Endpoint already negotiated");
  remote_description_ = offer;
  return *std::move(answer);
}

void SdpEndpoint::processAnswer(const std::string& answer, model::Answer<std::string> reply) {
  checkText(answer, "Empty answer not valid");
  if (state_ == State::New || state_ == State::Answered)
    throw ApiError(ErrorCode::SdpNotOfferGenerated,
                   "Offer not generated. An answer can only be processed after an offer");
  if (state_ == State::Done)
    throw ApiError(ErrorCode::SdpAnswerAlreadyProcessed, "Sdp Answer already processed");
  takeAnswer(answer);
  remote_description_ = answer;
  state_ = State::Done;
  startSession();
  reply(localDescription());
}

std::string SdpEndpoint::getLocalSessionDescriptor() {
  if (state_ == State::New)
    throw ApiError(ErrorCode::SdpNoLocalDescription,
                   "No local session descriptor has been generated");
  return localDescription();
}

std::string SdpEndpoint::getRemoteSessionDescriptor() {
  if (remote_description_.empty())
    throw ApiError(ErrorCode::SdpNoRemoteDescription,
                   "No remote session descriptor has been processed");
  return remote_description_;
}

void SdpEndpoint::setMaxAudioRecvBandwidth(int kbps) {
  max_audio_recv_kbps_ = std::max(kbps, 0);
  onRecvBandwidthChanged();
}

void SdpEndpoint::setMaxVideoRecvBandwidth(int kbps) {
  max_video_recv_kbps_ = std::max(kbps, 0);
  onRecvBandwidthChanged();
}

void SdpEndpoint::startSession() { raise(api::MediaSessionStarted()); }

}  // namespace ms::core
