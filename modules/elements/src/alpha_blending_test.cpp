#include "modules/elements/src/alpha_blending.h"

#include <gtest/gtest.h>

namespace ms::elements {
namespace {

using frame::Arrangement;
using frame::Cell;
using frame::Picture;
using frame::PictureSize;
using frame::PortNumber;

constexpr PortNumber kOne(1), kTwo(2), kThree(3);

TEST(AlphaBlendingTest, WithoutAMasterThereIsAnEmptyCanvasOfTheDefaultSize) {
  EXPECT_EQ(AlphaBlending::arrange({}, {}, {{kOne, {320, 240}}}), (Arrangement{{640, 480}, {}}));
}

TEST(AlphaBlendingTest, TheMasterFillsTheCanvasAndGivesItItsSize) {
  const AlphaBlending::Master master{kOne, 1};
  EXPECT_EQ(AlphaBlending::arrange(master, {}, {{kOne, {320, 241}}, {kTwo, {640, 480}}}),
            (Arrangement{{320, 240}, {{kOne, 0, 0, {320, 240}}}}));
}

TEST(AlphaBlendingTest, AMasterWithoutVideoLeavesTheDefaultSize) {
  const AlphaBlending::Master master{kOne, 1};
  EXPECT_EQ(AlphaBlending::arrange(master, {}, {}).canvas, AlphaBlending::kDefaultCanvas);
}

TEST(AlphaBlendingTest, PortsAreShownInPartsOfTheMasterTheLowestLayerFirst) {
  const AlphaBlending::Master master{kOne, 5};
  const AlphaBlending::Places places{
      {kTwo, {.x = 0.5, .y = 0.25, .width = 0.5, .height = 0.5, .z_order = 9}},
      {kThree, {.x = 0, .y = 0, .width = 1, .height = 1, .z_order = -1}}};
  const std::vector<Picture> pictures{{kOne, {320, 240}}, {kTwo, {80, 80}}, {kThree, {80, 80}}};
  EXPECT_EQ(
      AlphaBlending::arrange(master, places, pictures).cells,
      (std::vector<Cell>{
          {kThree, 0, 0, {320, 240}}, {kOne, 0, 0, {320, 240}}, {kTwo, 160, 60, {160, 120}}}));
}

TEST(AlphaBlendingTest, WhatHasNoSizeIsNotShown) {
  const AlphaBlending::Places places{{kTwo, {.x = 0.5, .y = 0.5, .width = 0, .height = 1}}};
  EXPECT_TRUE(AlphaBlending::arrange({}, places, {{kTwo, {80, 80}}}).cells.empty());
}

}  // namespace
}  // namespace ms::elements
