// Offer and answer (RFC 3264, RFC 8829 where it applies) of one endpoint that negotiates once.
//
// Pure functions: what is random or depends on the clock or the host comes in with LocalParameters.
// The caller keeps the states (already negotiated, no offer yet, ...), gathers candidates and hands
// the NegotiatedSession to the packet plane.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/packet/ice/candidate.h"
#include "server/packet/ice/credentials.h"
#include "server/packet/sdp/attributes.h"
#include "server/packet/sdp/codec_preferences.h"
#include "server/packet/sdp/negotiated.h"
#include "server/packet/sdp/session_description.h"

namespace ms::sdp {

// WebRtcEndpoint, or RtpEndpoint without keys.
enum class Profile : std::uint8_t { WebRtc, PlainRtp };

// What belongs to this endpoint and no other.
struct LocalParameters {
  static constexpr std::size_t kEntropyBytes = ice::Credentials::kEntropyBytes + 22;

  ice::Credentials ice;
  Fingerprint fingerprint;  // Of the certificate in use; sha-256.
  rtp::Ssrc audio_ssrc;
  rtp::Ssrc video_ssrc;
  rtp::Ssrc video_rtx_ssrc;       // For retransmissions. All three differ.
  std::string cname;              // user<number>@host-<hex>
  std::uint16_t sctp_port;        // Of own offers: 1024..65534.
  std::uint64_t ntp_seconds = 0;  // Of o=.

  // Everything random from bytes of a cryptographic source; fingerprint and time are the caller's.
  static LocalParameters make(std::span<const std::uint8_t, kEntropyBytes> entropy);
};

// Where plain RTP is received; WebRTC leaves it at zero and 0.0.0.0.
struct RtpPorts {
  std::uint16_t rtp = 0;
  std::uint16_t rtcp = 0;
};

struct NegotiationConfig {
  Profile profile = Profile::WebRtc;
  CodecPreferences codecs;                          // For WebRTC: already through webRtcCodecs().
  std::size_t audio_medias = 1;                     // numAudioMedias: 0 or 1.
  std::size_t video_medias = 1;                     // numVideoMedias: 0 or 1.
  Direction offer_direction = Direction::SendRecv;  // recvonly and sendonly of the constructor.
  bool use_data_channels = false;
  std::uint64_t max_message_bytes = 0;    // Of data channels, what we take; 0: not said.
  std::uint32_t max_audio_recv_kbps = 0;  // 0: no b= line.
  std::uint32_t max_video_recv_kbps = 0;
  LocalParameters local;
  std::string address = "0.0.0.0";  // Of o= and c=; an IPv6 address makes them IP6.
  // SDES: what this endpoint seals with in all its media; the tag is that of own offers. Plain RTP
  // only; nothing: no encryption.
  std::optional<CryptoParameters> crypto;
  RtpPorts audio_ports;  // Plain RTP only; 0 = none was free, the m-line gets port 0.
  RtpPorts video_ports;
};

// OfferOptions of the API.
struct OfferOptions {
  bool audio = true;
  bool video = true;
};

SessionDescription makeOffer(const NegotiationConfig& config, const OfferOptions& options = {});

struct Answer {
  SessionDescription remote;  // The offer, parsed.
  SessionDescription local;
  NegotiatedSession session;
};
std::expected<Answer, SdpError> makeAnswer(std::string_view offer, const NegotiationConfig& config);

struct AcceptedAnswer {
  SessionDescription remote;
  NegotiatedSession session;
};
// `offer` is what makeOffer() gave with the same config.
std::expected<AcceptedAnswer, SdpError> processAnswer(const SessionDescription& offer,
                                                      std::string_view answer,
                                                      const NegotiationConfig& config);

// Puts gathered candidates into our own description: a line each in every accepted m-section, and
// the address of a default one into port, c= and a=rtcp (RFC 8839 §4.2.1.2). Call once, with all.
void addLocalCandidates(SessionDescription& local, std::span<const ice::Candidate> candidates);

}  // namespace ms::sdp
