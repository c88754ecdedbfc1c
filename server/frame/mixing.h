// What a mixer shows and plays: its owner decides it, as functions that the chain asks.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "server/base/strong.h"

namespace ms::frame {

// Ports of one mixer, in the order in which they were made.
using PortNumber = Strong<struct PortNumberTag, std::uint32_t>;

struct PictureSize {
  int width = 0;  // Pixels.
  int height = 0;

  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

// The video that comes in at a port.
struct Picture {
  PortNumber port;
  PictureSize size;
};

// Where the video of a port is shown, stretched to that size; what is outside of the canvas is cut
// off.
struct Cell {
  PortNumber port;
  int x = 0;
  int y = 0;
  PictureSize size;

  friend bool operator==(const Cell&, const Cell&) = default;
};

struct Arrangement {
  PictureSize canvas;
  std::vector<Cell> cells;  // Later ones cover earlier ones. Who is not among them is not shown.

  friend bool operator==(const Arrangement&, const Arrangement&) = default;
};

// Of the pictures that there are, in the order of their ports. Any thread.
using Layout = std::function<Arrangement(const std::vector<Picture>&)>;
// Whether the sound of `source` is in what `listener` is given. Any thread.
using Hearing = std::function<bool(PortNumber listener, PortNumber source)>;

// So many columns as rows, or one more; cells of one size, row by row.
Arrangement gridOf(PictureSize canvas, const std::vector<Picture>& pictures);

}  // namespace ms::frame
