#include "modules/elements/src/composite.h"

#include <utility>

#include "server/base/log.h"

namespace ms::elements {
namespace {

LogCategory category("composite");

constexpr int kMaxSide = 4096, kMaxFramerate = 120;

// What a client does not give arrives as the default of the API.
int valueOf(const core::ModuleSettings& settings, const char* key, int given, int api_default,
            int max) {
  if (given == 0 || given == api_default) given = settings.number("Composite", key, api_default);
  if (given > 0 && given <= max) return given;
  MS_LOG(category, Warning,
         key << " " << given << " is out of range; " << api_default << " is taken");
  return api_default;
}

// Colours come in blocks of two by two pixels.
int even(int pixels) { return (pixels + 1) / 2 * 2; }

struct Picture {
  frame::PictureSize canvas;
  int framerate;
};

Picture pictureOf(const core::ModuleSettings& settings, const api::CompositeArguments& arguments) {
  const api::CompositeArguments defaults;
  return {{even(valueOf(settings, "width", arguments.width, defaults.width, kMaxSide)),
           even(valueOf(settings, "height", arguments.height, defaults.height, kMaxSide))},
          valueOf(settings, "framerate", arguments.framerate, defaults.framerate, kMaxFramerate)};
}

}  // namespace

Composite::Composite(model::ObjectContext context, ElementServices& services,
                     const api::CompositeArguments& arguments)
    : MixingHub(context, services, [&] {
        const Picture picture = pictureOf(core::ModuleSettings(context.modules_config), arguments);
        return Plan{.framerate = picture.framerate,
                    .layout =
                        [canvas = picture.canvas](const std::vector<frame::Picture>& pictures) {
                          return frame::gridOf(canvas, pictures);
                        },
                    .hearing = [](frame::PortNumber listener,
                                  frame::PortNumber source) { return listener != source; }};
      }()) {}

}  // namespace ms::elements
