#include "server/base/log_thresholds.h"

#include <gtest/gtest.h>

namespace ms {
namespace {

TEST(MatchesGlob, KnowsStarAndQuestionMark) {
  const struct {
    const char* pattern;
    const char* name;
    bool matches;
  } cases[] = {
      {"Kurento*", "KurentoMediaServer", true},
      {"Kurento*", "Kurento", true},
      {"Kurento*", "kurento", false},
      {"*rtpendpoint", "basertpendpoint", true},
      {"*rtpendpoint", "rtpendpoint2", false},
      {"rtp*handler", "rtpsynchandler", true},
      {"rtp*handler", "rtphandle", false},
      {"a*b*c", "aXbXbXc", true},
      {"a*b*c", "aXbXbX", false},
      {"sdp?", "sdp", false},
      {"sdp?", "sdpx", true},
      {"*", "", true},
      {"", "", true},
      {"", "x", false},
      {"glib", "glib", true},
      {"***a", "bca", true},
  };
  for (const auto& c : cases)
    EXPECT_EQ(matchesGlob(c.pattern, c.name), c.matches) << c.pattern << " " << c.name;
}

TEST(MatchesGlob, StaysQuickOnAPatternOfManyStars) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";

  EXPECT_FALSE(matchesGlob(pattern + "b", std::string(2000, 'a')));
}

TEST(LogThresholds, ReadsWhatGstDebugMaySay) {
  const struct {
    const char* list;
    const char* category;
    LogLevel level;
  } cases[] = {
      {"", "x", LogLevel::Error},
      {"2", "x", LogLevel::Warning},
      {"warning", "x", LogLevel::Warning},
      {"WARN", "x", LogLevel::Warning},
      {"0", "x", LogLevel::None},
      {"7", "x", LogLevel::Trace},
      {"9", "x", LogLevel::Trace},
      {"2,Kurento*:4", "KurentoX", LogLevel::Info},
      {"2,Kurento*:4", "sdp", LogLevel::Warning},
      {"Kurento*:5,2", "KurentoX", LogLevel::Debug},
      {"Kurento*:5,Kurento*:3", "KurentoX", LogLevel::Fixme},
      {"*:6,KurentoX:1", "KurentoX", LogLevel::Error},
      {"KurentoX:1,*:6", "KurentoX", LogLevel::Log},
      {" 3 , sdp* : debug ", "sdpagent", LogLevel::Debug},
      {",,4,,", "x", LogLevel::Info},
      {"a:b:5", "a:b", LogLevel::Debug},
      {"none,x:TRACE", "x", LogLevel::Trace},
  };
  for (const auto& c : cases) {
    LogThresholds thresholds;
    EXPECT_TRUE(thresholds.add(c.list).empty()) << c.list;
    EXPECT_EQ(thresholds.levelOf(c.category), c.level) << c.list;
  }
}

TEST(LogThresholds, SkipsAndReportsWhatMakesNoSense) {
  for (const char* bad : {"loud", "x:", ":4", "x:10", "x:-1", "x:4x", "{GST_DEBUG:-2}"}) {
    LogThresholds thresholds;
    const auto problems = thresholds.add(std::string(bad) + ",good:5");

    ASSERT_EQ(problems.size(), 1) << bad;
    EXPECT_NE(problems[0].find(bad), std::string::npos);
    EXPECT_EQ(thresholds.levelOf("good"), LogLevel::Debug);
    EXPECT_EQ(thresholds.levelOf("other"), LogLevel::Error);
  }
}

TEST(LogThresholds, LooksAtNoMoreThanItsLimitOfPatterns) {
  std::string list;
  for (std::size_t i = 0; i <= LogThresholds::kMaxPatterns; ++i)
    list += "c" + std::to_string(i) + ":5,";
  LogThresholds thresholds;

  EXPECT_EQ(thresholds.add(list).size(), 1);
  EXPECT_EQ(thresholds.levelOf("c0"), LogLevel::Debug);
  EXPECT_EQ(thresholds.levelOf("c" + std::to_string(LogThresholds::kMaxPatterns)), LogLevel::Error);
}

}  // namespace
}  // namespace ms
