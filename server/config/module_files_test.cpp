#include "server/config/module_files.h"

#include <gtest/gtest.h>
#include <json/json.h>

namespace ms::config {
namespace {

TEST(TypeScalars, TurnsCanonicalTextsIntoValuesAndKeepsTheRest) {
  const std::pair<const char*, Json::Value> cases[] = {
      {"1024", 1024},
      {"-5", -5},
      {"0", 0},
      {"true", true},
      {"false", false},
      {"0123", "0123"},
      {"+5", "+5"},
      {"1.5", "1.5"},
      {"", ""},
      {"TRUE", "TRUE"},
      {"10.0.0.1", "10.0.0.1"},
      {"99999999999999999999", "99999999999999999999"},
  };
  for (const auto& [text, wanted] : cases) {
    Json::Value value(text);
    typeScalars(value);
    EXPECT_EQ(value, wanted) << text;
    EXPECT_EQ(value.asString(), text);
  }
}

TEST(MergeTrees, JoinsTreesAndReplacesTheRest) {
  Json::Value into;
  into["a"]["kept"] = 1;
  into["a"]["replaced"] = 1;
  into["list"].append(1);
  Json::Value from;
  from["a"]["replaced"]["now"] = "a tree";
  from["list"].append(2);

  mergeTrees(from, into);

  EXPECT_EQ(into["a"]["kept"], 1);
  EXPECT_EQ(into["a"]["replaced"]["now"], "a tree");
  EXPECT_EQ(into["list"].size(), 1u);
}

}  // namespace
}  // namespace ms::config
