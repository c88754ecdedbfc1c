// The words of the API for what peers of any kind tell: media, connection, flow.
#pragma once

#include <array>
#include <optional>

#include "modules/core/src/media_element.h"
#include "server/packet/peer/media_peer.h"
#include "server/packet/rtp/types.h"
#include "server/packet/sdp/negotiated.h"

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

// What may be sent to a peer, in the order of its preference.
inline core::AcceptedFormats formatsToSend(const sdp::NegotiatedSession& session,
                                           api::MediaType type) {
  core::AcceptedFormats formats;
  for (const sdp::NegotiatedMedia& media : session.media)
    if (media.send && typeOf(media.kind) == type)
      for (const sdp::NegotiatedCodec& codec : media.codecs)
        formats.push_back(peer::formatOf(codec));
  return formats;
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
