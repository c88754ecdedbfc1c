#include "server/frame/mixing.h"

namespace ms::frame {

Arrangement gridOf(PictureSize canvas, const std::vector<Picture>& pictures) {
  Arrangement arrangement{.canvas = canvas, .cells = {}};
  const int count = static_cast<int>(pictures.size());
  int columns = 1;
  while (columns * columns < count) ++columns;
  const int rows = (count + columns - 1) / columns;
  for (int n = 0; n < count; ++n) {
    const PictureSize size{canvas.width / columns, canvas.height / rows};
    arrangement.cells.push_back({.port = pictures[static_cast<std::size_t>(n)].port,
                                 .x = n % columns * size.width,
                                 .y = n / columns * size.height,
                                 .size = size});
  }
  return arrangement;
}

}  // namespace ms::frame
