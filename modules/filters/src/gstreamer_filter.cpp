#include "modules/filters/src/gstreamer_filter.h"

#include <utility>

#include "modules/filters/src/allowed_elements.h"
#include "server/base/log.h"
#include "server/frame/codec_table.h"
#include "server/model/api_error.h"

namespace ms::filters {
namespace {

using model::ApiError;
using model::ErrorCode;

LogCategory category("gstreamerfilter");

ApiError refusal(const std::string& why) { return {ErrorCode::MarshallError, why}; }

void checkCommand(const std::string& command, const AllowedElements& allowed) {
  constexpr const char* kPrefix = "GStreamer element cannot be created: ";
  if (command.find_first_not_of(" \t\r\n") == std::string::npos)
    throw refusal(kPrefix + std::string("empty pipeline not allowed"));
  const auto name = frame::elementNameOf(command);
  if (!name) throw refusal("Given command is not valid, only one element can be created");
  if (!allowed.contains(*name))
    throw refusal(kPrefix + ("element \"" + *name) +
                  "\" is not allowed; GStreamerFilter.allowedElements of the configuration names "
                  "further ones");
}

// What the element works on, whatever the application has said; throws when it is no filter.
rtp::MediaKind kindOf(const frame::ElementFilter& filter, api::FilterType type) {
  const auto found = frame::tryFilter(filter);
  if (!found) throw refusal(found.error());
  switch (type) {
    case api::FilterType::Audio:
      return rtp::MediaKind::Audio;
    case api::FilterType::Video:
      return rtp::MediaKind::Video;
    case api::FilterType::Autodetect:
      break;
  }
  return *found;
}

frame::ElementFilter checkedFilter(const core::ModuleSettings& settings,
                                   const std::string& command) {
  checkCommand(command, AllowedElements(settings.text("GStreamerFilter", "allowedElements", "")));
  return {.command = command, .properties = {}};
}

}  // namespace

GStreamerFilter::GStreamerFilter(model::ObjectContext context, elements::ElementServices& services,
                                 const api::GStreamerFilterArguments& arguments)
    : MediaElement(context),
      filter_(checkedFilter(settings(), arguments.command)),
      kind_(kindOf(filter_, arguments.filter_type)),
      converter_(makeConverter(services)) {
  if (!converter_) throw ApiError(ErrorCode::NotEnoughResources, "Too many conversions");
}

GStreamerFilter::~GStreamerFilter() = default;

// An application that says nothing of bitrates wants to see what the filter does.
std::shared_ptr<elements::Converter> GStreamerFilter::makeConverter(
    elements::ElementServices& services) {
  return elements::Converter::make(
      loop(), services,
      {.kind = kind_, .bitrates = elements::encoderBitratesOf(*this), .filter = filter_},
      {.on_running =
           [this](bool runs) {
             setTranscoding(elements::typeOf(kind_),
                            runs ? api::MediaTranscodingState::Transcoding
                                 : api::MediaTranscodingState::NotTranscoding);
           },
       .on_error =
           [this](const frame::MediaError& error) {
             MS_LOG(category, Warning, id() << ": " << error.description);
             raiseError(error.description, error.code, error.type);
           }});
}

void GStreamerFilter::setElementProperty(const std::string& name, const std::string& value) {
  const frame::ElementProperty property{name, value};
  if (const auto tried = frame::tryProperty(filter_, property); !tried)
    throw refusal(tried.error());
  filter_.set(property);
  converter_->chain().setProperty(property);
}

// ---- Media ----

net::OutletPtr GStreamerFilter::mediaSource(api::MediaType type,
                                            const core::AcceptedFormats& accepted) {
  if (isClosed()) return nullptr;
  if (isWorkedOn(type)) return accepted.empty() ? nullptr : converter_->outlet(accepted);
  if (is_asking_upstream_) return nullptr;
  is_asking_upstream_ = true;
  net::OutletPtr source = upstreamSource(type, accepted);
  is_asking_upstream_ = false;
  return source;
}

net::DataOutletPtr GStreamerFilter::dataSource() {
  if (is_asking_upstream_) return nullptr;
  is_asking_upstream_ = true;
  auto source = upstreamDataSource();
  is_asking_upstream_ = false;
  return source;
}

core::AcceptedFormats GStreamerFilter::acceptedFormats(api::MediaType type) const {
  return isWorkedOn(type) ? frame::decodableFormats(kind_) : core::AcceptedFormats();
}

void GStreamerFilter::onUpstreamChanged(api::MediaType type) {
  if (isWorkedOn(type))
    converter_->setSource(upstreamSource(type));
  else
    tellDownstream(type);
  onUpstreamFlow(type, upstreamFlow(type));
}

void GStreamerFilter::onUpstreamFlow(api::MediaType type, api::MediaFlowState state) {
  setFlowIn(type, state);
  setFlowOut(type, state);
}

void GStreamerFilter::onEncoderBitratesChanged() {
  converter_->chain().setBitrates(elements::encoderBitratesOf(*this));
}

void GStreamerFilter::onClose() {
  MediaElement::onClose();
  converter_->close();
}

}  // namespace ms::filters
