#include "server/config/config_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/json.h>

#include "server/config/config_error.h"

namespace ms::config {
namespace {

using testing::ThrowsMessage;

const std::string kFile = "/etc/a.json";
const std::string kKey = "x.y";

ConfigValue valueOf(const Json::Value& json) { return {kFile, kKey, json}; }

TEST(ConfigValue, ReadsWholeNumbersWrittenAsNumberOrText) {
  EXPECT_EQ(valueOf(240).whole(1, 300), 240);
  EXPECT_EQ(valueOf("240").whole(1, 300), 240);
  EXPECT_EQ(valueOf(240.0).whole(1, 300), 240);
  EXPECT_EQ(valueOf("-1").whole(-1, 0), -1);
}

TEST(ConfigValue, RefusesWhatIsNoWholeNumberInRange) {
  for (const Json::Value& json :
       {Json::Value(0), Json::Value(301), Json::Value(1.5), Json::Value("1.5"), Json::Value(""),
        Json::Value("12 "), Json::Value("0x10"), Json::Value(true), Json::Value(),
        Json::Value(Json::objectValue), Json::Value("99999999999999999999"), Json::Value(1e300)})
    EXPECT_THROW(valueOf(json).whole(1, 300), ConfigError) << json;
}

TEST(ConfigValue, ReadsNumbersWithAFraction) {
  EXPECT_DOUBLE_EQ(valueOf("0.8").real(0, 1), 0.8);
  EXPECT_DOUBLE_EQ(valueOf(0.8).real(0, 1), 0.8);
  EXPECT_DOUBLE_EQ(valueOf(1).real(0, 1), 1);
  for (const char* bad : {"nan", "inf", "1,5", "2", "-0.1", ""})
    EXPECT_THROW(valueOf(bad).real(0, 1), ConfigError) << bad;
}

TEST(ConfigValue, ReadsYesAndNo) {
  for (const Json::Value& yes : {Json::Value(true), Json::Value("true"), Json::Value(1)})
    EXPECT_TRUE(valueOf(yes).yesNo());
  for (const Json::Value& no : {Json::Value(false), Json::Value("false"), Json::Value("0")})
    EXPECT_FALSE(valueOf(no).yesNo());
  for (const Json::Value& bad : {Json::Value("yes"), Json::Value(2), Json::Value()})
    EXPECT_THROW(valueOf(bad).yesNo(), ConfigError);
}

TEST(ConfigValue, TakesNumbersAsText) {
  EXPECT_EQ(valueOf("kurento").text(), "kurento");
  EXPECT_EQ(valueOf(1234).text(), "1234");
  EXPECT_THROW(valueOf(Json::Value(Json::arrayValue)).text(), ConfigError);
  EXPECT_THROW(valueOf(Json::Value()).text(), ConfigError);
}

TEST(ConfigValue, NamesFileKeyValueAndRangeInItsError) {
  EXPECT_THAT([] { valueOf("many").whole(0, 65535); },
              ThrowsMessage<ConfigError>(
                  "/etc/a.json: 'x.y' is \"many\", expected a whole number from 0 to 65535"));
}

TEST(ConfigValue, ShowsOnlyTheBeginningOfALongValue) {
  try {
    valueOf(std::string(100'000, 'x')).yesNo();
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_LT(std::string(error.what()).size(), 300);
  }
}

}  // namespace
}  // namespace ms::config
