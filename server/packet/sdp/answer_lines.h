// The text of an answer: what of the offer is repeated, what is turned round, what is our own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "server/packet/sdp/format_table.h"
#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/session_description.h"

namespace ms::sdp {

// a=setup of an answer (RFC 4145 §4.1); `offered` empty: the offerer is active.
SetupRole answeringRole(std::string_view offered);
std::string_view write(SetupRole role);

// Session lines and every session attribute of the offer in its answer form. `bundle`: the mids of
// the agreed group, empty for none.
SessionDescription answerSession(const SessionDescription& offer,
                                 std::span<const std::string_view> bundle,
                                 const NegotiationConfig& config);

// Port 0, the offer's formats, its mid, a=inactive.
MediaDescription rejectedMedia(const MediaDescription& offered);

struct AcceptedRtp {
  rtp::MediaKind kind;
  std::span<const Format> formats;
  Direction direction;  // Ours.
  SetupRole setup;
  const CryptoParameters* crypto;  // Ours; nullptr without SDES.
  std::optional<std::uint8_t> transport_cc_id;
  // Those that we receive, with the header extensions that tell them apart; empty for none.
  std::vector<RemoteRid> rids;
  std::optional<std::uint8_t> mid_id;
  std::optional<std::uint8_t> rid_id;
  std::optional<std::uint8_t> repaired_rid_id;
};
MediaDescription answerRtp(const SessionDescription& offer, const MediaDescription& offered,
                           const AcceptedRtp& accepted, const NegotiationConfig& config);

MediaDescription answerData(const MediaDescription& offered, SetupRole setup,
                            const NegotiationConfig& config);

}  // namespace ms::sdp
