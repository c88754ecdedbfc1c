// What the attributes and b= lines mean that this server reads or writes: one small type each, from
// and to the text behind the colon. Text that does not have the form gives nothing, and the line is
// then treated as if it were not there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/packet/ice/candidate.h"
#include "server/packet/ice/credentials.h"
#include "server/packet/sdp/codec_preferences.h"
#include "server/packet/sdp/negotiated.h"
#include "server/packet/sdp/session_description.h"

namespace ms::sdp {

// One media section cannot make us keep more than this.
inline constexpr std::size_t kMaxSsrcs = 64;
inline constexpr std::size_t kMaxSsrcGroups = 64;
inline constexpr std::size_t kMaxRemoteCandidates = 64;  // Of one transport.

// a=sendrecv and its like.
enum class Direction : std::uint8_t { SendRecv, SendOnly, RecvOnly, Inactive };
std::optional<Direction> parseDirection(std::string_view attribute_name);
std::string_view write(Direction direction);
Direction mirrored(Direction direction);
// Of the section itself, else of the session, else sendrecv (RFC 8866 §6.7).
Direction direction(const MediaDescription& media, const SessionDescription& session);
bool sends(Direction direction);
bool receives(Direction direction);

// a=rtpmap:<payload type> <encoding>/<clock>[/<channels>]   (RFC 8866 §6.6)
struct RtpMap {
  rtp::PayloadType payload_type;
  CodecName name;

  static std::optional<RtpMap> parse(std::string_view text);
};
std::string write(const RtpMap& map);
// 0..127
std::optional<rtp::PayloadType> parsePayloadType(std::string_view text);

// <format> <parameters>: the form of fmtp and rtcp-fb.
struct FormatParameters {
  std::string_view format;
  std::string_view parameters;

  static FormatParameters parse(std::string_view text);
};
// a=extmap:<id>[/<direction>] <uri> [...]   (RFC 8285 §8)
struct ExtMap {
  std::uint8_t id = 0;
  std::optional<Direction> direction;
  std::string_view uri;

  static std::optional<ExtMap> parse(std::string_view text);
};

// a=fingerprint:<hash> <hex pairs>   (RFC 8122 §5)
std::optional<Fingerprint> parseFingerprint(std::string_view text);
std::string write(const Fingerprint& fingerprint);
// The strongest known one of the section.
std::optional<Fingerprint> fingerprintOf(const Section& section);

std::optional<ice::Credentials> credentialsOf(const Section& section);
std::vector<ice::Candidate> candidatesOf(const Section& section);

// a=group:<semantics> <mid> ...   (RFC 5888)
struct Group {
  std::string_view semantics;
  std::vector<std::string_view> mids;

  static Group parse(std::string_view text);
};

// a=ssrc:<ssrc> <attribute>[:<value>]   (RFC 5576 §4.1)
struct SsrcAttribute {
  rtp::Ssrc ssrc;
  std::string_view name;
  std::string_view value;

  static std::optional<SsrcAttribute> parse(std::string_view text);
};
// a=ssrc-group:FID <ssrc> <ssrc>, SIM and others   (RFC 5576 §4.2)
struct SsrcGroup {
  std::string_view semantics;
  std::vector<rtp::Ssrc> ssrcs;

  static std::optional<SsrcGroup> parse(std::string_view text);
};

// a=rtcp:<port> [IN IP4|IP6 <address>]   (RFC 3605)
struct RtcpAttribute {
  std::uint16_t port = 0;
  std::string_view address;  // May be empty.

  static std::optional<RtcpAttribute> parse(std::string_view text);
};

// c=IN IP4|IP6 <address>
std::optional<std::string_view> connectionAddress(std::string_view text);
// "IN IP4 <address>" or "IN IP6 <address>"
std::string writeConnection(std::string_view address);

// a=msid:<stream> [<track>]   (RFC 8830)
struct Msid {
  std::string_view stream;
  std::string_view track;

  static std::optional<Msid> parse(std::string_view text);
};

// a=rid:<id> send|recv [<restrictions>]   (RFC 8851)
struct Rid {
  std::string_view id;
  std::string_view direction;
  std::string_view restrictions;

  static std::optional<Rid> parse(std::string_view text);
};

// What an m-line of data channels carries. Before RFC 8841 the format was a port, of which an
// a=sctpmap said the same: "m=application 9 DTLS/SCTP 5000", "a=sctpmap:5000 webrtc-datachannel
// 16".
inline constexpr std::string_view kDataChannelFormat = "webrtc-datachannel";

// Of either syntax; nothing for an m-line of something else.
std::optional<std::uint16_t> sctpPort(const MediaDescription& media);
std::optional<std::uint64_t> maxMessageSize(const MediaDescription& media);

// b=AS in kbps and b=TIAS in bits per second, wherever they stand in the section.
std::optional<std::uint32_t> bandwidthAs(const Section& section);
std::optional<std::uint64_t> bandwidthTias(const Section& section);

}  // namespace ms::sdp
