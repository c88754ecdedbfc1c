// Which outlet serves which sink of an endpoint: that of the peer itself for those who take what it
// really sends, and a Converter's for all others.
//
// What a peer may send is negotiated, what it does send is seen from its packets; until then
// everybody is served by the peer itself. On the pipeline's loop.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "modules/core/src/media_element.h"
#include "modules/elements/src/converter.h"
#include "modules/elements/src/element_services.h"

namespace ms::elements {

class SourceFormats {
 public:
  struct Told {
    std::function<void(rtp::MediaKind, bool is_transcoding)> on_transcoding;
    std::function<void(const frame::MediaError&)> on_error;
  };

  SourceFormats(Loop& home, ElementServices& services, core::MediaElement& element, Told told);
  ~SourceFormats();

  // `peer`: null when it sends nothing of this kind. Form::Raw: everybody is served decoded and
  // encoded media.
  enum class Form { AsItCame, Raw };
  net::OutletPtr outletFor(rtp::MediaKind kind, const net::OutletPtr& peer,
                           const core::AcceptedFormats& accepted, Form form);

  // What the peer sends from now on: the outlets of sinks are to be chosen anew.
  void onFormat(rtp::MediaKind kind, const peer::CodecFormat& format);
  void onBitratesChanged();
  void drawChains(core::OnDrawn done);
  void close();

 private:
  struct Track {
    std::optional<peer::CodecFormat> format;
    std::shared_ptr<Converter> converter;  // From the first sink that needs it.
  };

  bool mustConvert(const Track& track, const core::AcceptedFormats& accepted, Form form) const;
  Track& trackOf(rtp::MediaKind kind) { return tracks_[static_cast<std::size_t>(kind)]; }
  std::shared_ptr<Converter> makeConverter(rtp::MediaKind kind);

  Loop& home_;
  ElementServices& services_;
  core::MediaElement& element_;
  const Told told_;
  std::array<Track, 2> tracks_;
  bool is_closed_ = false;
};

}  // namespace ms::elements
