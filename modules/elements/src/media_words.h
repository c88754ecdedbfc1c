// The words of the API for what peers of any kind tell: media, connection, flow.
#pragma once

#include <array>
#include <optional>

#include "modules/core/api.h"
#include "server/packet/peer/media_peer.h"
#include "server/packet/rtp/types.h"

namespace ms::elements {

inline constexpr std::array kMediaKinds{rtp::MediaKind::Audio, rtp::MediaKind::Video};

inline api::MediaType typeOf(rtp::MediaKind kind) {
  return kind == rtp::MediaKind::Audio ? api::MediaType::Audio : api::MediaType::Video;
}

inline std::optional<rtp::MediaKind> kindOf(api::MediaType type) {
  if (type == api::MediaType::Audio) return rtp::MediaKind::Audio;
  if (type == api::MediaType::Video) return rtp::MediaKind::Video;
  return std::nullopt;
}

inline api::ConnectionState toApi(peer::ConnectionState state) {
  return state == peer::ConnectionState::Connected ? api::ConnectionState::Connected
                                                   : api::ConnectionState::Disconnected;
}

inline api::MediaState toApi(peer::MediaState state) {
  return state == peer::MediaState::Connected ? api::MediaState::Connected
                                              : api::MediaState::Disconnected;
}

inline api::MediaFlowState toApi(peer::FlowState state) {
  return state == peer::FlowState::Flowing ? api::MediaFlowState::Flowing
                                           : api::MediaFlowState::NotFlowing;
}

}  // namespace ms::elements
