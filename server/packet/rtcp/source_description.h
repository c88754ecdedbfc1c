// Source descriptions (RFC 3550 §6.5), of which only the CNAME is used: it says which SSRCs share a
// clock and belong together.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtcp/packet_view.h"

namespace ms::rtcp {

class SourceDescriptionView {
 public:
  static std::expected<SourceDescriptionView, Drop> parse(const PacketView& packet) noexcept;

  struct Chunk {
    Ssrc ssrc;
    std::optional<std::string_view> cname;  // At most 255 bytes, of any value.
  };
  std::size_t size() const { return chunks_; }  // At most 31.

  // Calls visitor(Chunk) for each.
  template <class Visitor>
  void forEach(Visitor&& visitor) const {
    Bytes rest = body_;
    for (std::size_t i = 0; i < chunks_; ++i) visitor(takeChunk(rest));
  }

 private:
  SourceDescriptionView(Bytes body, std::size_t chunks) : body_(body), chunks_(chunks) {}
  static Chunk takeChunk(Bytes& rest);

  Bytes body_;
  std::size_t chunks_;
};

// One chunk with the CNAME. False when there is no room, or it is longer than 255 bytes.
bool writeSourceDescription(CompoundWriter& out, Ssrc ssrc, std::string_view cname);

}  // namespace ms::rtcp
