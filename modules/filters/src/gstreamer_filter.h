// One GStreamer element that works on the audio or the video that passes through; the other kind
// passes as through a PassThrough.
//
// The media that it works on is decoded, given to the element and encoded again, by a Converter;
// while nobody takes what leaves, nothing of that is there.
#pragma once

#include <memory>
#include <string>

#include "modules/core/src/media_element.h"
#include "modules/elements/src/converter.h"
#include "modules/elements/src/media_words.h"
#include "modules/filters/api.h"
#include "server/frame/element_filter.h"

namespace ms::filters {

class GStreamerFilter final : public core::MediaElement,
                              public api::Filter,
                              public api::GStreamerFilter {
 public:
  // 40001 when the command is not exactly one element, when the element is none of those that are
  // allowed (allowed_elements.h), when GStreamer has no such element or the element no such
  // property, and when it is no filter of audio or video. 40009 when the server has as many chains
  // as it may have. Waits for GStreamer where that is still being loaded.
  GStreamerFilter(model::ObjectContext context, elements::ElementServices& services,
                  const api::GStreamerFilterArguments& arguments);
  ~GStreamerFilter() override;

  // api::GStreamerFilter. 40001 for a property that the element has not, or a value that does not
  // fit.
  std::string getCommand() override { return filter_.command; }
  void setElementProperty(const std::string& name, const std::string& value) override;

  net::OutletPtr mediaSource(api::MediaType type, const core::AcceptedFormats& accepted) override;
  net::DataOutletPtr dataSource() override;
  void drawChains(core::OnDrawn done) override { converter_->draw(std::move(done)); }

 private:
  // core::MediaElement, model::Object.
  core::AcceptedFormats acceptedFormats(api::MediaType type) const override;
  void onUpstreamChanged(api::MediaType type) override;
  void onUpstreamFlow(api::MediaType type, api::MediaFlowState state) override;
  void onEncoderBitratesChanged() override;
  void onClose() override;

  std::shared_ptr<elements::Converter> makeConverter(elements::ElementServices& services);
  bool isWorkedOn(api::MediaType type) const { return type == elements::typeOf(kind_); }

  frame::ElementFilter filter_;
  const rtp::MediaKind kind_;
  const std::shared_ptr<elements::Converter> converter_;
  bool is_asking_upstream_ = false;  // Ends the walk where links make a circle.
};

}  // namespace ms::filters
