#include "modules/elements/src/alpha_blending.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/model/api_error.h"

namespace ms::elements {
namespace {

// Source: media.md, AlphaBlending.
constexpr int kFramerate = 15;

// Colours come in blocks of two by two pixels.
int even(int pixels) { return pixels / 2 * 2; }

int partOf(int pixels, double part) { return static_cast<int>(std::lround(part * pixels)); }

bool isPart(double value) { return value >= 0 && value <= 1; }

}  // namespace

AlphaBlending::AlphaBlending(model::ObjectContext context, ElementServices& services)
    : MixingHub(std::move(context), services,
                {.framerate = kFramerate,
                 .layout =
                     [](const std::vector<frame::Picture>& pictures) {
                       return arrange(std::nullopt, {}, pictures);
                     },
                 .hearing = [](frame::PortNumber listener,
                               frame::PortNumber source) { return listener != source; }}) {}

void AlphaBlending::setMaster(const model::ObjectPtr& source, int z_order) {
  master_ = {numberOf(source), z_order};
  update();
}

void AlphaBlending::setPortProperties(float relative_x, float relative_y, int z_order,
                                      float relative_width, float relative_height,
                                      const model::ObjectPtr& port) {
  const frame::PortNumber number = numberOf(port);
  for (const double part : {relative_x, relative_y, relative_width, relative_height})
    if (!isPart(part))
      throw model::ApiError(model::ErrorCode::MediaObjectIllegalParam,
                            "Positions and sizes are parts of the master's size, 0 to 1");
  places_[number] = {.x = relative_x,
                     .y = relative_y,
                     .width = relative_width,
                     .height = relative_height,
                     .z_order = z_order};
  update();
}

frame::PortNumber AlphaBlending::numberOf(const model::ObjectPtr& port) const {
  const core::HubPort* const own = portOf(port);
  if (!own) throw model::ApiError(model::ErrorCode::ConnectError, "The port is not of this hub");
  return frame::PortNumber(own->number());
}

void AlphaBlending::onPortRemoved(core::HubPort& port) {
  MixingHub::onPortRemoved(port);
  const frame::PortNumber number(port.number());
  places_.erase(number);
  if (master_ && master_->port == number) master_.reset();
  update();
}

void AlphaBlending::update() {
  setLayout([master = master_, places = places_](const std::vector<frame::Picture>& pictures) {
    return arrange(master, places, pictures);
  });
}

frame::Arrangement AlphaBlending::arrange(const std::optional<Master>& master, const Places& places,
                                          const std::vector<frame::Picture>& pictures) {
  frame::Arrangement arrangement{.canvas = kDefaultCanvas, .cells = {}};
  for (const frame::Picture& picture : pictures)
    if (master && picture.port == master->port && even(picture.size.width) > 0 &&
        even(picture.size.height) > 0)
      arrangement.canvas = {even(picture.size.width), even(picture.size.height)};
  const auto [width, height] = arrangement.canvas;

  std::vector<std::pair<int, frame::Cell>> layers;
  for (const frame::Picture& picture : pictures) {
    const frame::PortNumber port = picture.port;
    if (master && port == master->port) {
      layers.push_back({master->z_order, {.port = port, .size = arrangement.canvas}});
    } else if (const auto place = places.find(port); place != places.end()) {
      const Place& at = place->second;
      const frame::PictureSize size{partOf(width, at.width), partOf(height, at.height)};
      if (size.width > 0 && size.height > 0)
        layers.push_back(
            {at.z_order,
             {.port = port, .x = partOf(width, at.x), .y = partOf(height, at.y), .size = size}});
    }
  }
  std::ranges::stable_sort(layers, {}, [](const auto& layer) { return layer.first; });
  for (const auto& [z_order, cell] : layers) arrangement.cells.push_back(cell);
  return arrangement;
}

}  // namespace ms::elements
