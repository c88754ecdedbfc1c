// Lays the videos of its ports over one another, each where it is told, and mixes their sound. Each
// port hears all others, not itself.
//
// The video of the master fills the canvas and gives it its size; until there is one, the canvas
// has kDefaultCanvas. A port without properties is heard and not shown.
#pragma once

#include <map>
#include <optional>

#include "modules/elements/api.h"
#include "modules/elements/src/mixing_hub.h"

namespace ms::elements {

class AlphaBlending final : public MixingHub, public api::AlphaBlending {
 public:
  static constexpr frame::PictureSize kDefaultCanvas{640, 480};

  // Where a port is shown, in parts of the canvas.
  struct Place {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    int z_order = 0;
  };
  struct Master {
    frame::PortNumber port;
    int z_order = 0;
  };
  using Places = std::map<frame::PortNumber, Place>;

  AlphaBlending(model::ObjectContext context, ElementServices& services);

  // api::AlphaBlending. 40004 when it is no port of this hub; 40107 when a part is not in 0..1.
  void setMaster(const model::ObjectPtr& source, int z_order) override;
  void setPortProperties(float relative_x, float relative_y, int z_order, float relative_width,
                         float relative_height, const model::ObjectPtr& port) override;

  static frame::Arrangement arrange(const std::optional<Master>& master, const Places& places,
                                    const std::vector<frame::Picture>& pictures);

 private:
  void onPortRemoved(core::HubPort& port) override;
  frame::PortNumber numberOf(const model::ObjectPtr& port) const;
  void update();

  std::optional<Master> master_;
  Places places_;
};

}  // namespace ms::elements
