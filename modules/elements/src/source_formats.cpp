#include "modules/elements/src/source_formats.h"

#include <algorithm>
#include <utility>

#include "server/base/log.h"
#include "server/frame/codec_table.h"

namespace ms::elements {
namespace {

LogCategory category("KurentoMediaElement");

}  // namespace

SourceFormats::SourceFormats(Loop& home, ElementServices& services, core::MediaElement& element,
                             Told told)
    : home_(home), services_(services), element_(element), told_(std::move(told)) {}

SourceFormats::~SourceFormats() { close(); }

net::OutletPtr SourceFormats::outletFor(rtp::MediaKind kind, const net::OutletPtr& peer,
                                        const core::AcceptedFormats& accepted, Form form) {
  Track& track = trackOf(kind);
  if (!peer || is_closed_ || !mustConvert(track, accepted, form)) return peer;
  if (!track.converter) track.converter = makeConverter(kind);
  if (!track.converter) return peer;
  track.converter->setSource(peer);
  if (auto outlet = track.converter->outlet(accepted)) return outlet;
  MS_LOG(category, Warning, element_.id() << ": too many kinds of viewers; one more gets nothing");
  return peer;
}

// Who has not said yet what he takes will ask again. Who takes nothing that can be made here gets
// what there is.
bool SourceFormats::mustConvert(const Track& track, const core::AcceptedFormats& accepted,
                                Form form) const {
  if (!track.format || accepted.empty() || !frame::isDecodable(*track.format)) return false;
  if (!frame::isEncodable(accepted)) return false;
  return form == Form::Raw || std::ranges::none_of(accepted, [&](const peer::CodecFormat& wanted) {
           return peer::canCarry(*track.format, wanted);
         });
}

std::shared_ptr<Converter> SourceFormats::makeConverter(rtp::MediaKind kind) {
  auto made = Converter::make(
      home_, services_,
      {.kind = kind, .bitrates = encoderBitratesOf(element_), .filter = std::nullopt},
      {.on_running = [this, kind](bool runs) { told_.on_transcoding(kind, runs); },
       .on_error = told_.on_error});
  if (!made)
    MS_LOG(category, Error, element_.id() << ": too many conversions; a viewer gets nothing");
  return made;
}

void SourceFormats::onFormat(rtp::MediaKind kind, const peer::CodecFormat& format) {
  trackOf(kind).format = format;
}

void SourceFormats::onBitratesChanged() {
  for (Track& track : tracks_)
    if (track.converter) track.converter->chain().setBitrates(encoderBitratesOf(element_));
}

void SourceFormats::drawChains(core::OnDrawn done) {
  std::vector<core::Draw> chains;
  for (const Track& track : tracks_)
    if (track.converter)
      chains.emplace_back([weak = std::weak_ptr(track.converter)](core::OnDrawn drawn) {
        if (const auto converter = weak.lock()) return converter->draw(std::move(drawn));
        drawn({});
      });
  core::drawAll(std::move(chains), std::move(done));
}

void SourceFormats::close() {
  is_closed_ = true;
  for (Track& track : tracks_) {
    if (track.converter) track.converter->close();
    track.converter.reset();
  }
}

}  // namespace ms::elements
