#include "server/base/log.h"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>
#include <vector>

#include "server/base/log_sink.h"
#include "server/base/log_thresholds.h"

namespace ms {
namespace {

class Collected final : public LogSink {
 public:
  void take(WallClock::time_point, std::string line) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class LogTest : public testing::Test {
 protected:
  LogTest() { installLogSink(sink_, LogColours::Off); }
  ~LogTest() override {
    installLogSink(nullptr, LogColours::Off);
    want("2");
  }
  static void want(const char* list) {
    LogThresholds thresholds;
    thresholds.add(list);
    setLogThresholds(thresholds);
  }
  std::shared_ptr<Collected> sink_ = std::make_shared<Collected>();
};

TEST_F(LogTest, WritesWhatTheThresholdLetsThrough) {
  want("loud:5,2");
  const LogCategory loud("loud");
  const LogCategory quiet("quiet");

  MS_LOG(loud, Debug, "a " << 1);
  MS_LOG(loud, Trace, "b");
  MS_LOG(quiet, Debug, "c");
  MS_LOG_OBJECT(quiet, Warning, "pipe0", "d");

  const auto lines = sink_->lines();
  ASSERT_EQ(lines.size(), 2);
  EXPECT_NE(lines[0].find(" debug loud log_test.cpp:"), std::string::npos);
  EXPECT_TRUE(lines[0].ends_with(" TestBody() a 1\n"));
  EXPECT_TRUE(lines[1].ends_with(" TestBody() <pipe0> d\n"));
}

TEST_F(LogTest, DoesNotMakeTheTextOfALineThatIsNotWanted) {
  const LogCategory category("lazy");
  int made = 0;

  MS_LOG(category, Trace, ++made);

  EXPECT_EQ(made, 0);
}

TEST_F(LogTest, AppliesToCategoriesThatComeLater) {
  want("late*:6");
  const LogCategory late("latecomer");

  EXPECT_TRUE(late.enabled(LogLevel::Log));
  EXPECT_FALSE(late.enabled(LogLevel::Trace));

  want("late*:1");
  EXPECT_FALSE(late.enabled(LogLevel::Warning));
}

TEST_F(LogTest, KeepsTheLinesOfManyThreadsWhole) {
  const LogCategory category("threads");
  std::vector<std::thread> threads;

  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&category] {
      for (int i = 0; i < 50; ++i) MS_LOG(category, Warning, "whole");
    });
  for (auto& thread : threads) thread.join();

  const auto lines = sink_->lines();
  EXPECT_EQ(lines.size(), 200);
  for (const auto& line : lines) EXPECT_TRUE(line.ends_with("() whole\n"));
}

}  // namespace
}  // namespace ms
