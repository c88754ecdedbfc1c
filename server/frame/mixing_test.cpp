#include "server/frame/mixing.h"

#include <gtest/gtest.h>

namespace ms::frame {
namespace {

std::vector<Picture> pictures(std::uint32_t count) {
  std::vector<Picture> list;
  for (std::uint32_t n = 0; n < count; ++n) list.push_back({PortNumber(10 * n), {640, 480}});
  return list;
}

constexpr PictureSize kCanvas{800, 600};

TEST(GridTest, NobodyLeavesTheCanvasEmpty) {
  EXPECT_EQ(gridOf(kCanvas, {}), (Arrangement{kCanvas, {}}));
}

TEST(GridTest, OnePictureFillsTheCanvas) {
  const Arrangement grid = gridOf(kCanvas, pictures(1));
  EXPECT_EQ(grid.cells, (std::vector<Cell>{{PortNumber(0), 0, 0, kCanvas}}));
}

TEST(GridTest, TwoPicturesStandBesideEachOther) {
  const Arrangement grid = gridOf(kCanvas, pictures(2));
  const PictureSize half{400, 600};
  EXPECT_EQ(grid.cells,
            (std::vector<Cell>{{PortNumber(0), 0, 0, half}, {PortNumber(10), 400, 0, half}}));
}

TEST(GridTest, FivePicturesTakeThreeColumnsAndTwoRowsInTheOrderOfTheirPorts) {
  const Arrangement grid = gridOf(kCanvas, pictures(5));
  const PictureSize cell{266, 300};
  EXPECT_EQ(grid.cells, (std::vector<Cell>{{PortNumber(0), 0, 0, cell},
                                           {PortNumber(10), 266, 0, cell},
                                           {PortNumber(20), 532, 0, cell},
                                           {PortNumber(30), 0, 300, cell},
                                           {PortNumber(40), 266, 300, cell}}));
}

TEST(GridTest, AnyNumberOfPicturesStaysInsideTheCanvasAndNoTwoOverlap) {
  for (std::uint32_t count = 1; count <= 40; ++count) {
    const Arrangement grid = gridOf(kCanvas, pictures(count));
    ASSERT_EQ(grid.cells.size(), count);
    for (const Cell& one : grid.cells) {
      EXPECT_GT(one.size.width, 0);
      EXPECT_LE(one.x + one.size.width, kCanvas.width);
      EXPECT_LE(one.y + one.size.height, kCanvas.height);
      for (const Cell& other : grid.cells)
        EXPECT_TRUE(&one == &other || one.x + one.size.width <= other.x ||
                    other.x + other.size.width <= one.x || one.y + one.size.height <= other.y ||
                    other.y + other.size.height <= one.y);
    }
  }
}

}  // namespace
}  // namespace ms::frame
