// An endpoint that negotiates by offer and answer (RFC 3264): exactly one negotiation in its life,
// as the API has it, after which a peer may only offer to begin ICE anew. This class keeps the
// order of calls; what is offered and accepted is the subclass's.
#pragma once

#include <optional>
#include <string>

#include "modules/core/src/endpoint.h"

namespace ms::core {

class SdpEndpoint : public SessionEndpoint, public api::SdpEndpoint {
 public:
  static constexpr std::size_t kMaxSdpBytes = 256 * 1024;

  // api::SdpEndpoint. A call that fails leaves the endpoint as it was: it can be tried again.
  // 40208 after another generateOffer or processOffer, unless this offer is an ICE restart; 40209
  // for an answer without an offer; 40210 for a second answer; 40201 for a text that is empty or no
  // SDP; 40202, 40203 for a descriptor that does not exist yet.
  void generateOffer(const std::optional<api::OfferOptions>& options,
                     model::Answer<std::string> reply) override;
  void processOffer(const std::string& offer, model::Answer<std::string> reply) override;
  void processAnswer(const std::string& answer, model::Answer<std::string> reply) override;
  std::string getLocalSessionDescriptor() override;
  std::string getRemoteSessionDescriptor() override;
  int getMaxAudioRecvBandwidth() override { return max_audio_recv_kbps_; }
  void setMaxAudioRecvBandwidth(int kbps) override;
  int getMaxVideoRecvBandwidth() override { return max_video_recv_kbps_; }
  void setMaxVideoRecvBandwidth(int kbps) override;

 protected:
  using SessionEndpoint::SessionEndpoint;

  // Give back the local description, or throw ApiError and change nothing.
  virtual std::string makeOffer(const api::OfferOptions& options) = 0;
  virtual std::string makeAnswer(const std::string& offer) = 0;
  virtual void takeAnswer(const std::string& answer) = 0;
  // When the offer of an agreed session only begins ICE anew (RFC 8445, section 9).
  virtual std::optional<std::string> maybeMakeRestartAnswer(const std::string& /*offer*/) {
    return std::nullopt;
  }
  // The local description as it is now: with the candidates found so far.
  virtual std::string localDescription() const = 0;
  virtual void onRecvBandwidthChanged() {}

  bool hasLocalDescription() const { return state_ != State::New; }

 private:
  enum class State { New, Offered, Answered, Done };

  void startSession();
  std::string restart(const std::string& offer);

  State state_ = State::New;
  std::string remote_description_;
  int max_audio_recv_kbps_ = 0;  // 0: no limit.
  int max_video_recv_kbps_ = 0;
};

}  // namespace ms::core
