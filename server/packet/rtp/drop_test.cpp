#include "server/packet/rtp/drop.h"

#include <gtest/gtest.h>

#include <set>

namespace ms::rtp {
namespace {

TEST(Drop, HasANameOfItsOwnForEachReason) {
  std::set<std::string_view> names;
  for (int i = 0; i < static_cast<int>(Drop::Count); ++i) names.insert(dropName(Drop(i)));

  EXPECT_EQ(names.size(), static_cast<std::size_t>(Drop::Count));
  EXPECT_FALSE(names.contains("Unknown"));
}

TEST(DropCounters, CountsEachReasonApart) {
  DropCounters counters;
  counters.count(Drop::TooShort);
  counters.count(Drop::TooShort);
  counters.count(Drop::TooOld);

  EXPECT_EQ(counters.of(Drop::TooShort), 2u);
  EXPECT_EQ(counters.of(Drop::TooOld), 1u);
  EXPECT_EQ(counters.of(Drop::BadVersion), 0u);
  EXPECT_EQ(counters.total(), 3u);
}

}  // namespace
}  // namespace ms::rtp
