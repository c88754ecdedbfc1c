#include "modules/filters/src/allowed_elements.h"

#include <algorithm>
#include <array>

namespace ms::filters {
namespace {

constexpr auto kBuiltIn = std::to_array<std::string_view>({
    // Video: colours, geometry, text, effects.
    "videobalance",
    "gamma",
    "alpha",
    "chromahold",
    "coloreffects",
    "videoflip",
    "videocrop",
    "aspectratiocrop",
    "videobox",
    "videomedian",
    "deinterlace",
    "smooth",
    "textoverlay",
    "timeoverlay",
    "clockoverlay",
    "burn",
    "chromium",
    "dilate",
    "dodge",
    "exclusion",
    "solarize",
    "gaussianblur",
    "agingtv",
    "dicetv",
    "edgetv",
    "optv",
    "quarktv",
    "radioactv",
    "revtv",
    "rippletv",
    "shagadelictv",
    "streaktv",
    "vertigotv",
    "warptv",
    "bulge",
    "circle",
    "diffuse",
    "fisheye",
    "kaleidoscope",
    "marble",
    "mirror",
    "perspective",
    "pinch",
    "rotate",
    "sphere",
    "square",
    "stretch",
    "tunnel",
    "twirl",
    "waterripple",
    // Audio: loudness, tone, room.
    "volume",
    "audioamplify",
    "audiodynamic",
    "audioecho",
    "audioinvert",
    "audiokaraoke",
    "audiopanorama",
    "audiocheblimit",
    "audiochebband",
    "audiowsinclimit",
    "audiowsincband",
    "equalizer-3bands",
    "equalizer-10bands",
    "freeverb",
    "pitch",
    "stereo",
});

}  // namespace

AllowedElements::AllowedElements(std::string_view more) {
  constexpr std::string_view kSeparators = ", \t\n";
  while (!more.empty()) {
    const std::size_t end = std::min(more.find_first_of(kSeparators), more.size());
    if (end > 0) more_.emplace_back(more.substr(0, end));
    more.remove_prefix(std::min(end + 1, more.size()));
  }
}

bool AllowedElements::contains(std::string_view element) const {
  return std::ranges::find(kBuiltIn, element) != kBuiltIn.end() ||
         std::ranges::find(more_, element) != more_.end();
}

}  // namespace ms::filters
