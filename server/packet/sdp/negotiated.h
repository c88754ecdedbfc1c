// What an offer and its answer agreed on, for the packet plane: plain values, no text left to
// parse.
//
// Made by makeAnswer() and processAnswer() (offer_answer.h). "Remote" is what the peer said,
// "local" what we said; payload types are the same in both directions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/packet/ice/candidate.h"
#include "server/packet/ice/credentials.h"
#include "server/packet/rtp/types.h"

namespace ms::sdp {

// Our own side of the DTLS handshake (RFC 8842). HoldConnection: the peer wants none yet.
enum class SetupRole : std::uint8_t { Active, Passive, HoldConnection };

// RFC 8122 §5.
struct Fingerprint {
  std::string hash;  // Lower case: "sha-256".
  std::vector<std::uint8_t> digest;

  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

struct NegotiatedCodec {
  rtp::PayloadType payload_type;
  rtp::Codec codec = rtp::Codec::Other;
  std::uint32_t clock_rate = 0;
  std::uint8_t channels = 1;
  std::string name;  // As in the rtpmap: "opus". Empty for an unknown codec without one.
  std::string fmtp;  // Parameters only, without the payload type. Empty without an fmtp line.
  bool nack = false;
  bool pli = false;           // nack pli
  bool fir = false;           // ccm fir
  bool remb = false;          // goog-remb
  bool transport_cc = false;  // transport-cc, with NegotiatedMedia::transport_cc_id.
  // Of its retransmissions (RFC 4588 `rtx` with this codec as apt), in both directions. Nothing:
  // they are sent again as they were.
  std::optional<rtp::PayloadType> rtx_payload_type = std::nullopt;

  friend bool operator==(const NegotiatedCodec&, const NegotiatedCodec&) = default;
};

struct RtxPair {  // ssrc-group FID (RFC 5576 §4.2)
  rtp::Ssrc media;
  rtp::Ssrc retransmission;

  friend bool operator==(const RtxPair&, const RtxPair&) = default;
};

// One of several encodings that the peer sends at once, told by name in a header extension
// (a=rid:<id> send, RFC 8851).
struct RemoteRid {
  std::string id;                               // 1..16 letters and digits.
  std::vector<rtp::PayloadType> payload_types;  // pt=; empty: any of the m-line.
  bool paused = false;                          // `~` in a=simulcast: it begins without sending.

  friend bool operator==(const RemoteRid&, const RemoteRid&) = default;
};

// The suites of SDES that this server knows (RFC 4568 §6.2, RFC 6188 §3).
enum class CryptoSuite : std::uint8_t {
  AesCm128HmacSha1_32,
  AesCm128HmacSha1_80,
  Aes256CmHmacSha1_32,
  Aes256CmHmacSha1_80,
};

// One direction of SDES (a=crypto, RFC 4568): what its sender seals with.
struct CryptoParameters {
  std::uint32_t tag = 1;
  CryptoSuite suite = CryptoSuite::AesCm128HmacSha1_80;
  std::vector<std::uint8_t> key;  // Master key, then 14 bytes of salt: 30 or 46 bytes in all.

  friend bool operator==(const CryptoParameters&, const CryptoParameters&) = default;
};

// Of both directions: the same suite and tag.
struct NegotiatedCrypto {
  CryptoParameters local;   // We seal with it.
  CryptoParameters remote;  // The peer seals with it.

  friend bool operator==(const NegotiatedCrypto&, const NegotiatedCrypto&) = default;
};

// Where plain RTP goes. Symmetric: the peer's own address counts only once a packet came from it.
struct RtpTarget {
  std::string address;  // Also a name, "0.0.0.0" or "::", which can only be learned.
  std::uint16_t rtp_port = 0;
  std::uint16_t rtcp_port = 0;
  std::string rtcp_address = {};  // When a=rtcp names another one; else empty.
  bool symmetric = false;

  friend bool operator==(const RtpTarget&, const RtpTarget&) = default;
};

struct NegotiatedMedia {
  rtp::MediaKind kind = rtp::MediaKind::Audio;
  std::string mid;                      // Empty when the description has none.
  std::size_t mline = 0;                // Index of the m-line.
  std::size_t transport = 0;            // Index into NegotiatedSession::transports (WebRTC).
  bool send = false;                    // We may send to the peer.
  bool receive = false;                 // The peer may send to us.
  std::vector<NegotiatedCodec> codecs;  // Never empty; the first is the one for sending.

  // Header extensions that both sides know, by their local number (RFC 8285 §4.2): 1..14.
  std::optional<std::uint8_t> abs_send_time_id;
  std::optional<std::uint8_t> transport_cc_id;
  std::optional<std::uint8_t> mid_id;           // RFC 9143 §15; what we receive has it.
  std::optional<std::uint8_t> rid_id;           // RFC 8852 RtpStreamId.
  std::optional<std::uint8_t> repaired_rid_id;  // RFC 8852 RepairedRtpStreamId.

  rtp::Ssrc local_ssrc;
  std::optional<rtp::Ssrc> local_rtx_ssrc;  // Ours for retransmissions, when any codec has them.
  std::string local_cname;
  std::vector<rtp::Ssrc> remote_ssrcs;  // Without those for retransmission; may be empty.
  std::string remote_cname;             // Of the first of them; may be empty.
  std::vector<RtxPair> remote_rtx;
  // Simulcast of the peer (RFC 8853), in the order of its description; fewer than two: none. By
  // name or, with older browsers, by SSRC (ssrc-group SIM), never both.
  std::vector<RemoteRid> remote_rids;
  std::vector<rtp::Ssrc> remote_simulcast_ssrcs;
  std::optional<std::uint32_t> max_send_kbps;  // b=AS of the peer.
  std::optional<RtpTarget> target;             // Plain RTP only.
  std::optional<NegotiatedCrypto> crypto;      // Plain RTP with SDES only.

  friend bool operator==(const NegotiatedMedia&, const NegotiatedMedia&) = default;
};

struct NegotiatedData {
  std::string mid;
  std::size_t mline = 0;
  std::size_t transport = 0;
  // Of the SCTP packets, not of a socket. The same in both when we answered.
  std::uint16_t local_sctp_port = 0;
  std::uint16_t remote_sctp_port = 0;
  std::optional<std::uint64_t> remote_max_message_size;  // Bytes; 0: any (RFC 8841 §6.1).

  friend bool operator==(const NegotiatedData&, const NegotiatedData&) = default;
};

// One ICE stream with its DTLS association. WebRTC only.
struct NegotiatedTransport {
  std::size_t mline = 0;  // The first m-line it carries.
  std::string mid;
  std::optional<ice::Credentials> remote_ice;     // Without them it can never connect.
  std::optional<Fingerprint> remote_fingerprint;  // Without one DTLS must not be accepted.
  SetupRole setup = SetupRole::Active;
  bool rtcp_mux = false;
  bool remote_ice_lite = false;
  bool remote_end_of_candidates = false;
  std::vector<ice::Candidate> remote_candidates;

  friend bool operator==(const NegotiatedTransport&, const NegotiatedTransport&) = default;
};

struct NegotiatedSession {
  bool offerer = false;  // We made the offer: ICE controlling.
  bool bundle = false;   // A BUNDLE group was agreed; its m-lines share transports[0].
  // With bundle one, else one per accepted m-line. Empty for plain RTP.
  std::vector<NegotiatedTransport> transports;
  std::vector<NegotiatedMedia> media;  // Accepted m-lines only: at most one audio and one video.
  std::optional<NegotiatedData> data;

  friend bool operator==(const NegotiatedSession&, const NegotiatedSession&) = default;
};

}  // namespace ms::sdp
